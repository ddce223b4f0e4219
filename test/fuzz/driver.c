// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer harness on the host: arbitrary bytes as a program, through plan and
 * emission with buffers of exactly the planned sizes. Nothing may crash, write
 * outside of a buffer or break a promise of struct bjn_ctx; declining is fine.
 */
#include <stdlib.h>

#include "../../module/core/buf.h"
#include "../golden/golden.h"

#define MAX_LEN		512

static const struct bjn_env env = {
	.features = ~0ull,
	.off_array_max_entries = 44,
	.off_array_ptrs = 272,
	.off_prog_bpf_func = 48,
	.off_thread_cpu = 28,
	.reg_ax = 12,
};

/* All kinds of calls, narrow arguments, and now and then a target that is not known. */
static int call_target(const struct bjn_prog *prog, u32 idx, struct bjn_call *call)
{
	u32 imm = (u32)prog->insns[idx].imm, i;

	memset(call, 0, sizeof(*call));
	if (imm % 16 == 15)
		return -EINVAL;
	call->kind = (enum bjn_call_kind)(imm % (BJN_CALL_MAY_GOTO + 1));
	call->addr = 0x9000000000000000ull + imm * 4ull;
	if (call->kind == BJN_CALL_SUBPROG)
		call->addr = prog->extra_pass ? prog->image + (u64)(s64)(s32)(imm & ~3u) : 0;
	call->nargs = imm % (BJN_MAX_ARGS + 1);
	call->ret_size = (u8)(1u << imm % 5) & 15;
	call->ret_flags = imm >> 4 & 1;
	for (i = 0; i < BJN_MAX_ARGS; i++) {
		call->arg_size[i] = (u8)(1u << (imm >> i) % 4);
		call->arg_flags[i] = imm >> i & 7;
	}
	return 0;
}

static bool indirect_target(const struct bjn_prog *prog, u32 idx)
{
	return prog->insns[idx].imm & 1;
}

static const struct bjn_prog_ops ops = {
	.call_target = call_target,
	.indirect_target = indirect_target,
};

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* What the driver of the module relies on after a success. */
static void check_result(const struct bjn_ctx *c)
{
	u32 i;

	require(c->pos <= c->facts.max_words && c->nr_fix <= c->facts.jumps &&
		c->nr_ex <= c->facts.extable);
	for (i = 0; i < c->prog->len; i++)
		require(c->off[i] <= c->off[i + 1]);
	require(c->off[c->prog->len] <= c->pos);
	for (i = 0; i < c->nr_ex; i++)
		require(c->ex[i].at < c->pos && c->ex[i].resume <= c->pos &&
			(!i || c->ex[i - 1].at < c->ex[i].at));
}

/* Compile once; the length in words, or 0 for a decline. */
static u32 compile(const struct bjn_prog *prog)
{
	u32 *off = malloc((prog->len + 1) * sizeof(*off));
	struct bjn_ctx c = { .env = &env, .prog = prog, .be = bg_backend, .off = off };
	int err = bjn_plan(&c);

	if (!err) {
		c.cap = c.facts.max_words;
		c.code = malloc(c.cap * sizeof(*c.code));
		c.fix = malloc(c.facts.jumps * sizeof(*c.fix));
		c.ex = malloc(c.facts.extable * sizeof(*c.ex));
		err = bjn_emit(&c);
		if (!err)
			check_result(&c);
		free(c.code);
		free(c.fix);
		free(c.ex);
	}
	require(err == c.err && (!err || c.err_why));
	free(off);
	return err ? 0 : c.pos;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct bjn_prog prog = { .ops = &ops };
	struct bpf_insn *insns;
	u32 first, second;

	if (size < 10)
		return 0;
	prog.len = (u32)((size - 2) / 8);
	if (prog.len > MAX_LEN)
		prog.len = MAX_LEN;
	insns = malloc(prog.len * sizeof(*insns));
	memcpy(insns, data + 2, prog.len * sizeof(*insns));
	prog.insns = insns;
	prog.stack_depth = data[0] % 65 * 8;
	prog.is_subprog = data[1] & 1;
	prog.is_main_of_many = !prog.is_subprog && data[1] & 2;
	prog.tail_call_reachable = data[1] & 4;
	prog.arena_kern = data[1] & 8 ? 0xffff800123450000ull : 0;
	prog.arena_user = 0x00007eadbeef0000ull;
	prog.priv_stack = data[1] & 16 ? 0xffff800034560000ull : 0;
	prog.exception_boundary = !prog.is_subprog && data[1] & 32;
	prog.exception_cb = prog.is_subprog && data[1] & 32;
	first = compile(&prog);
	prog.image = 0xffff800002040000ull;
	prog.extra_pass = true;
	second = compile(&prog);
	require(!first || second <= first);	/* it may shrink once addresses are known */
	free(insns);
	return 0;
}
