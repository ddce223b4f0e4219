// SPDX-License-Identifier: GPL-2.0
/*
 * golden [trampolines] < CASES
 *
 * The emitter of the target, built for the host: compiles each case (a line
 * "NAME PROGRAM [private|hidden|extension]") for a kernel with fixed addresses, perhaps with
 * private stacks or hidden arguments or as an extension, and prints the code as
 *	case NAME
 *	at N		code of instruction N of the program follows; -1: prologue, -2: epilogue
 *	sub		a subprogram starts
 *	word 01234567
 *	declined WHY
 * With "trampolines" it prints those of the target instead, if it has any of its own.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../exec/fixup.h"
#include "../exec/jit.h"
#include "../exec/world.h"
#include "golden.h"

int bt_parse_program(const char *hex, size_t n, struct bpf_insn **insns, u32 *len);

/* What a kernel's addresses look like. */
#define HELPER(id)	(0x9000000000456780ull + 0x1234ull * (u32)(id))
#define OWN(i)		(0xffffffff80345670ull + 0x10ull * (u32)(i))
#define KFUNC(id)	(0x9000000000c89ab0ull + 0x10ull * (u32)(id))
#define ARRAY		0x9000000112345600ull
#define TABLE		0x9000000123450000ull
#define MEMORY		0x9000000134567800ull
#define PERCPU		0x0000000000012340ull
#define MAY_GOTO	0xffff800002020400ull
#define STACKS		0xffff800034560000ull
#define IMAGE		0xffff800002040000ull
#define ARENA_KERN	0xffff800123450000ull
#define ARENA_USER	0x00007eadbeef0000ull

static struct bjn_env env = {
	.features = ~0ull,
	.off_array_max_entries = 44,
	.off_array_ptrs = 272,
	.off_prog_bpf_func = 48,
	.off_thread_cpu = 28,
	.off_thread_task = 0,
	.reg_ax = 12,
};

/* A kernel function has as many arguments as its number says, the first one five. */
static void describe_kfunc(s32 id, struct bjn_call *call)
{
	static const struct bjn_call kfunc = {
		.kind = BJN_CALL_KFUNC, .arg_size = { 1, 2, 4, 8, 1, 8, 1, 4, 2, 1, 8, 4 },
		.arg_flags = { 0, BJN_ARG_SIGNED, BJN_ARG_SIGNED, 0, BJN_ARG_SIGNED, 0, BJN_ARG_SIGNED,
			       BJN_ARG_SIGNED, BJN_ARG_SIGNED, 0, 0, 0 },
	};

	*call = kfunc;
	call->addr = KFUNC(id);
	call->nargs = id > 5 ? (u8)id : 5;
	call->ret_size = 8;
}

static int call_target(const struct bjn_prog *prog, u32 idx, struct bjn_call *call)
{
	const struct bpf_insn *in = &prog->insns[idx];

	memset(call, 0, sizeof(*call));
	if (in->src_reg == BPF_PSEUDO_CALL) {
		call->kind = BJN_CALL_SUBPROG;
		call->addr = bt_sub_address(prog, idx);
	} else if (in->src_reg == BPF_PSEUDO_KFUNC_CALL && in->imm == BT_K_THROW) {
		call->kind = BJN_CALL_THROW;
		call->addr = bt_throw_cell(prog);
	} else if (in->src_reg == BPF_PSEUDO_KFUNC_CALL) {
		describe_kfunc(in->imm, call);
	} else if (in->imm == BT_H_MAY_GOTO) {
		call->kind = BJN_CALL_MAY_GOTO;
		call->addr = MAY_GOTO;
	} else if (in->imm == 8) {
		call->kind = BJN_CALL_CPU_ID;
	} else if (in->imm == 35 || in->imm == 158) {
		call->kind = BJN_CALL_CURRENT;
		call->ret_flags = in->imm == 35 ? BJN_ARG_SIGNED : 0;
	} else {
		call->addr = HELPER(in->imm);
	}
	return 0;
}

static bool indirect_target(const struct bjn_prog *prog, u32 idx)
{
	const struct bpf_insn *in = prog->insns;
	u32 i;

	for (i = 0; i < prog->len; i++)
		if (in[i].code == BJN_LD_IMM64 &&
		    ((u64)(u32)in[i].imm | (u64)(u32)in[i + 1].imm << 32) == TABLE + 8ull * idx)
			return true;
	return false;
}

static const struct bjn_prog_ops ops = {
	.call_target = call_target,
	.indirect_target = indirect_target,
};

static u64 reference(const struct bpf_insn *in)
{
	if (in->src_reg == BPF_PSEUDO_MAP_FD)
		return ARRAY;
	if (in->imm == BT_V_MEM)
		return MEMORY;
	return in->imm == BT_V_PERCPU ? PERCPU : TABLE + 8ull * (u32)in->imm;
}

/* References to maps become addresses, helper 12 a tail call. */
static void resolve(struct bpf_insn *in, u32 len, struct bt_code *c)
{
	u32 i;

	bt_code_reserve(c, len + BT_DEFAULT_CB_LEN);
	memcpy(c->insns, in, len * sizeof(*in));
	c->len = len;
	for (i = 0; i <= len; i++)
		c->map[i] = i;
	for (i = 0, in = c->insns; i < len; i++) {
		u64 v = reference(&in[i]);

		if (in[i].code == (BPF_JMP | BPF_CALL) && !in[i].src_reg && in[i].imm == 12) {
			in[i].code = BJN_TAIL_CALL;
			in[i].imm = 0;
		}
		if (in[i].code != BJN_LD_IMM64)
			continue;
		if (in[i].src_reg && in[i].src_reg != BPF_PSEUDO_FUNC) {
			in[i].src_reg = 0;
			in[i].imm = (s32)(u32)v;
			in[i + 1].imm = (s32)(v >> 32);
		}
		i++;
	}
}

/* Instruction of the user's program to which a word of code belongs. */
static s32 owner(const struct bt_code *user, const struct bt_sub *s, const u64 *starts, u32 word)
{
	u64 at = (uintptr_t)(s->code + word);
	s32 i, last = -1;

	for (i = 0; i < (s32)s->len; i++)
		if (starts[s->start + (u32)i] <= at)
			last = (s32)s->start + i;
	if (last < 0)
		return -1;
	for (i = 0; user->map[i + 1] <= (u32)last && i + 1 < (s32)user->len; )
		i++;
	/* map[i] <= last < map[i + 1], except in the second half of an ld_imm64 */
	while (i && user->map[i - 1] == user->map[i])
		i--;
	return i;
}

static void print_code(const struct bt_code *user, const struct bt_image *img, const u64 *starts)
{
	s32 now = -3;
	u32 i, j;

	for (i = 0; i < img->nr_sub; i++) {
		const struct bt_sub *s = &img->sub[i];

		printf("sub\n");
		for (j = 0; j < s->words; j++) {
			s32 who = owner(user, s, starts, j);

			if (who != now || !j)
				printf("at %d\n", who);
			now = who;
			printf("word %08x\n", s->code[j]);
		}
	}
}

/* What the verifier does; afterwards @user->map leads to @guarded. */
static int rewrite(struct bt_code *user, struct bt_code *guarded, struct bt_exceptions *e,
		   const char **why)
{
	static struct bt_code looped;
	u32 i;
	int err;

	bt_find_exceptions(user, e);
	err = bt_loops(user, env.reg_ax, &looped, why);
	if (!err)
		err = bt_guard(&looped, env.reg_ax, guarded, why);
	for (i = 0; !err && i <= user->len; i++)
		user->map[i] = guarded->map[looped.map[i]];
	return err;
}

static void compile(struct bpf_insn *insns, u32 len, const char *option)
{
	static struct bt_code user, guarded;
	struct bt_options opt = {
		.env = &env, .ops = &ops, .base = IMAGE, .arena_kern = ARENA_KERN,
		.arena_user = ARENA_USER, .know_image = true,
		.private_stacks = !strcmp(option, "private") ? ~0u : 0, .priv_base = STACKS,
		.hidden_args = !strcmp(option, "hidden"), .extension = !strcmp(option, "extension"),
	};
	struct bt_exceptions exc;
	struct bt_region r;
	struct bt_image img;
	const char *why = "";

	resolve(insns, len, &user);
	if (rewrite(&user, &guarded, &exc, &why) || bt_region_open(&r, 65536 + 256 * guarded.len)) {
		printf("declined %s\n", why);
		return;
	}
	opt.throws = exc.throws;
	opt.exception_cb = exc.cb ? user.map[exc.cb] : 0;
	opt.starts = calloc(guarded.len + 1, sizeof(u64));
	if (bt_compile(&guarded, &opt, &r, &img))
		printf("declined %s\n", img.why);
	else
		print_code(&user, &img, opt.starts);
	free(opt.starts);
	bt_image_free(&img);
	bt_region_close(&r);
}

int main(int argc, char **argv)
{
	u32 i;
	char *line = NULL;
	size_t cap = 0;

	bt_backend = bg_backend;
	env.cpu = bg_cpu;
	for (i = 0; i < BJN_NR_ENV_HELPERS; i++)
		env.helper[i] = OWN(i);
	if (bg_facts)
		bg_facts(&env);
	if (argc > 1 && !strcmp(argv[1], "trampolines")) {
		if (bg_trampolines)
			bg_trampolines(&env);
		return 0;
	}
	while (getline(&line, &cap, stdin) > 0) {
		char *name = strtok(line, " "), *hex = strtok(NULL, "\n "), *option = strtok(NULL, "\n ");
		struct bpf_insn *insns;
		u32 len;

		if (!hex || bt_parse_program(hex, strlen(hex), &insns, &len)) {
			fprintf(stderr, "golden: no program in the line of %s\n", name);
			return 2;
		}
		printf("case %s\n", name);
		compile(insns, len, option ? option : "");
		free(insns);
	}
	return 0;
}
