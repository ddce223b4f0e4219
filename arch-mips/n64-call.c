// SPDX-License-Identifier: GPL-2.0
/*
 * 64-bit CPUs: calls.
 *
 * R1 to R5 are the argument registers of the C ABI, R0 is its result register,
 * and arguments 6 and up are where the ABI wants them, too (n64-mem.c).
 */
#include "n64.h"

/* Call an absolute address; the ABI wants it in t9. */
static void call_absolute(struct bjn_ctx *c, u64 addr)
{
	u32 word;

	if (!addr || addr & 3) {
		bjn_fail(c, -EINVAL, "call of an impossible address");
		return;
	}
	word = mi_take(c, 1u << MI_T9, 1u << MI_T9 | 1u << MI_RA);
	mi_li64(c, MI_T9, (s64)addr);
	mi_call_reg(c, MI_T9);
	mi_slot(c, word);
}

/* R0 = helper(R1, R2, R3, R4, R5) */
static void call_helper(struct bjn_ctx *c, const struct bjn_call *call)
{
	call_absolute(c, call->addr);
}

/*
 * A helper, perhaps one that the program does not call: BPF_LD_ABS and BPF_LD_IND
 * become a call behind the verifier's back (bpf_gen_ld_abs()). It takes R0 to R5
 * for lost then, but not the arguments 6 and up, neither the program's own ones
 * nor those stored for the next call.
 */
static void call_keeping_args(struct bjn_ctx *c, const struct bjn_call *call)
{
	bool args = n64_frame(c)->args;
	u8 i;

	if (args)
		mi_daddiu(c, MI_SP, MI_SP, -32);
	for (i = 5; args && i < N64_ARGS_IN_REGS; i++)
		mi_sd(c, N64_ARG(i), 8 * (i - 5), MI_SP);
	call_helper(c, call);
	for (i = 5; args && i < N64_ARGS_IN_REGS; i++)
		mi_ld(c, N64_ARG(i), 8 * (i - 5), MI_SP);
	if (args)
		mi_daddiu(c, MI_SP, MI_SP, 32);
}

/*
 * Extend an argument as the C ABI wants it: 32 bits are sign-extended whatever
 * their type, narrower ones according to it. At most two words.
 */
static void extend_arg(struct bjn_ctx *c, enum mi_reg r, u8 size, bool is_signed)
{
	if (size == 4 || (size < 4 && is_signed))
		n64_extend(c, r, r, 8u * size);
	else if (size < 4)
		n64_field(c, r, r, 0, 8u * size);
}

/* Argument @i of a kfunc, which is in a register or on the stack. */
static void convert_arg(struct bjn_ctx *c, const struct bjn_call *call, u8 i)
{
	bool is_signed = call->arg_flags[i] & BJN_ARG_SIGNED;
	s32 off = 8 * (i - N64_ARGS_IN_REGS);

	if (i < N64_ARGS_IN_REGS) {
		extend_arg(c, N64_ARG(i), call->arg_size[i], is_signed);
	} else if (call->arg_size[i] < 8) {
		mi_ld(c, N64_X1, off, MI_SP);
		extend_arg(c, N64_X1, call->arg_size[i], is_signed);
		mi_sd(c, N64_X1, off, MI_SP);
	}
}

/* R0 = kfunc(R1, ...) */
static void call_kfunc(struct bjn_ctx *c, const struct bjn_call *call)
{
	u8 i;

	if (call->nargs > 5 && !n64_frame(c)->args) {
		bjn_fail(c, -EINVAL, "call without its arguments on the stack");
		return;
	}
	for (i = 0; i < call->nargs; i++)
		convert_arg(c, call, i);
	call_helper(c, call);
}

/*
 * R0 = subprogram(R1, R2, R3, R4, R5). The length does not depend on the
 * address, which is known in the extra pass only. The delay slot makes N64_TCC
 * the pointer to the tail call count, unless that is an argument.
 */
static void call_subprog(struct bjn_ctx *c, const struct bjn_call *call)
{
	const struct n64_frame *f = n64_frame(c);
	bool counts = f->tcc_kind == N64_TCC_BOTH || f->tcc_kind == N64_TCC_PTR_SLOT;
	u32 word = 0;

	if (c->prog->extra_pass && !call->addr)
		bjn_fail(c, -EINVAL, "call of a program without an address");
	if (!counts || f->args)
		word = mi_take(c, 1u << MI_T9, 1u << MI_T9 | 1u << MI_RA);
	mi_address(c, MI_T9, c->prog->extra_pass ? call->addr : 0);
	mi_call_reg(c, MI_T9);
	if (counts && !f->args)
		mi_ld(c, N64_TCC, f->tcc_ptr, MI_SP);
	else
		mi_slot(c, word);
}

/*
 * bpf_throw(R1): go to the exception callback of the program with R1 as it is.
 * The callback needs no frame but that of N64_BOUNDARY. Its address is known
 * when the whole program has been compiled, so it is read when it is needed.
 */
static void throw_exception(struct bjn_ctx *c, const struct bjn_call *call)
{
	mi_li64(c, MI_T9, (s64)call->addr);
	mi_ld(c, MI_T9, 0, MI_T9);
	mi_jump_reg(c, MI_T9);
	mi_idle(c);
}

/*
 * AX = check(R10 + AX): the routine has AX as argument and result and
 * preserves all other registers (struct bjn_call).
 */
static void timed_may_goto(struct bjn_ctx *c, const struct bjn_call *call)
{
	mi_daddu(c, N64_AX, N64_AX, n64_src(c, BPF_REG_10, N64_X1));
	call_absolute(c, call->addr);
}

/* R0 = number of this CPU */
static void inline_cpu_id(struct bjn_ctx *c, const struct bjn_call *call)
{
	n64_access(c, N64_LOAD, BPF_W, N64_R0, MI_THREAD, (s32)c->env->off_thread_cpu, false);
}

/* R0 = the current task */
static void inline_current(struct bjn_ctx *c, const struct bjn_call *call)
{
	if (c->env->off_thread_task == BJN_NO_OFFSET)
		mi_move(c, N64_R0, MI_THREAD);
	else
		n64_access(c, N64_LOAD, BPF_DW, N64_R0, MI_THREAD, (s32)c->env->off_thread_task,
			   false);
}

static void (*const call_emitters[])(struct bjn_ctx *c, const struct bjn_call *call) = {
	[BJN_CALL_HELPER] = call_keeping_args,
	[BJN_CALL_KFUNC] = call_kfunc,
	[BJN_CALL_SUBPROG] = call_subprog,
	[BJN_CALL_CPU_ID] = inline_cpu_id,
	[BJN_CALL_CURRENT] = inline_current,
	[BJN_CALL_THROW] = throw_exception,
	[BJN_CALL_MAY_GOTO] = timed_may_goto,
};

/* R0 = function(R1, R2, R3, R4, R5) */
void n64_call(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct bjn_call call = { 0 };
	int err = c->prog->ops->call_target(c->prog, c->idx, &call);

	if (err)
		bjn_fail(c, err, "target of a call is unknown");
	else if (call.kind >= BJN_ARRAY_SIZE(call_emitters) || !call_emitters[call.kind])
		bjn_fail(c, -EOPNOTSUPP, "unknown kind of call");
	else
		call_emitters[call.kind](c, &call);
}

/**
 * n64_add_percpu - this CPU's address of a per-CPU pointer
 * @c: compilation
 * @rd: result
 * @rs: per-CPU pointer; neither is a scratch register
 *
 * rd = rs + __per_cpu_offset[cpu]; at most N64_PERCPU_WORDS.
 */
void n64_add_percpu(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs)
{
	u64 table = c->env->helper[BJN_MIPS_PERCPU];

	if (!table) {
		if (rd != rs)
			mi_move(c, rd, rs);
		return;
	}
	n64_access(c, N64_LOAD, BPF_W, N64_X1, MI_THREAD, (s32)c->env->off_thread_cpu, false);
	mi_li64(c, N64_X2, (s64)table);
	mi_dsll(c, N64_X1, N64_X1, 3);
	mi_daddu(c, N64_X2, N64_X2, N64_X1);
	mi_ld(c, N64_X2, 0, N64_X2);
	mi_daddu(c, rd, rs, N64_X2);
}

/**
 * n64_percpu - the per-CPU address instruction
 * @c: compilation
 * @rd: result
 * @rs: per-CPU pointer
 *
 * At most N64_PERCPU_WORDS.
 */
void n64_percpu(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs)
{
	if (!(c->env->features & BJN_FEAT(PERCPU_INSN)))
		bjn_fail(c, -EOPNOTSUPP, "per-CPU address instruction");
	n64_add_percpu(c, rd, rs);
}
