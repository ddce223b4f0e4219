// SPDX-License-Identifier: GPL-2.0
/*
 * Calls.
 *
 * R1 to R5 are the argument registers of the C ABI, and arguments 6 and up are
 * where it wants them, too (mem.c). A C function returns in a0, a program of
 * ours or of the stock JIT leaves R0 in a5.
 */
#include "emit.h"

/**
 * la_is_inline - does a call become code in place?
 * @call: resolved target
 */
bool la_is_inline(const struct bjn_call *call)
{
	return call->kind == BJN_CALL_CPU_ID || call->kind == BJN_CALL_CURRENT;
}

/* Call an absolute address; its low 12 bits go into the jirl. */
static void call_absolute(struct bjn_ctx *c, u64 addr)
{
	if (!addr || addr & 3) {
		bjn_fail(c, -EINVAL, "call of an impossible address");
		return;
	}
	la_li(c, LA_X1, (s64)(addr & ~0xfffull));
	la_jirl(c, LA_RA, LA_X1, (s64)(addr & 0xfff));
}

/* R0 = helper(R1, R2, R3, R4, R5) */
static void call_helper(struct bjn_ctx *c, const struct bjn_call *call)
{
	call_absolute(c, call->addr);
	la_move(c, la_r0(c), LA_A0);
}

/*
 * A helper, perhaps one that the program does not call: BPF_LD_ABS and BPF_LD_IND
 * become a call behind the verifier's back (bpf_gen_ld_abs()). It takes R0 to R5
 * for lost then, but not the arguments 6 and up, neither the program's own ones
 * nor those stored for the next call.
 */
static void call_keeping_args(struct bjn_ctx *c, const struct bjn_call *call)
{
	u32 i, nr = la_frame(c)->args ? LA_ARGS_IN_REGS : 0;

	if (nr)
		la_addi_d(c, LA_SP, LA_SP, -32);
	for (i = 0; i < nr; i++)
		la_st_d(c, LA_A0 + 5 + i, LA_SP, 8 * (s32)i);
	call_helper(c, call);
	for (i = 0; i < nr; i++)
		la_ld_d(c, LA_A0 + 5 + i, LA_SP, 8 * (s32)i);
	if (nr)
		la_addi_d(c, LA_SP, LA_SP, 32);
}

/*
 * Extend an argument as the C ABI wants it: 32 bits are sign-extended
 * whatever their type, narrower ones according to it.
 */
static void extend_arg(struct bjn_ctx *c, enum la_reg r, u8 size, bool is_signed)
{
	if (size == 4)
		la_sext_w(c, r, r);
	else if (size < 4 && !is_signed)
		la_bstrpick_d(c, r, r, 8u * size - 1, 0);
	else if (size == 2)
		la_ext_w_h(c, r, r);
	else if (size == 1)
		la_ext_w_b(c, r, r);
}

/* R0 = kfunc(R1, ...) */
static void call_kfunc(struct bjn_ctx *c, const struct bjn_call *call)
{
	u8 i;

	if (call->nargs > 5 && !la_frame(c)->args) {
		bjn_fail(c, -EINVAL, "call without its arguments on the stack");
		return;
	}
	for (i = 0; i < call->nargs && i < 5 + LA_ARGS_IN_REGS; i++)
		extend_arg(c, LA_A0 + i, call->arg_size[i], call->arg_flags[i] & BJN_ARG_SIGNED);
	call_helper(c, call);
}

/* Make LA_TCC the pointer to the tail call count for a subprogram. */
static void pass_tcc(struct bjn_ctx *c)
{
	const struct la_frame *f = la_frame(c);

	if (f->args)
		return;		/* LA_TCC is an argument, and nobody tail-calls */
	if (f->tcc_kind == LA_TCC_BOTH || f->tcc_kind == LA_TCC_PTR_SLOT)
		la_ld_d(c, LA_TCC, LA_SP, f->tcc_ptr);
}

/*
 * R0 = subprogram(R1, R2, R3, R4, R5), relative to the code; always two words
 * because the address is known in the extra pass only.
 */
static void call_subprog(struct bjn_ctx *c, const struct bjn_call *call)
{
	s64 delta = 0;

	if (c->prog->extra_pass && !call->addr)
		bjn_fail(c, -EINVAL, "call of a program without an address");
	pass_tcc(c);
	if (c->prog->extra_pass)
		delta = (s64)(call->addr - (c->prog->image + 4ull * c->pos));
	la_pcaddu18i(c, LA_RA, (delta + 0x20000) >> 18);
	la_jirl(c, LA_RA, LA_RA, (s64)((u64)delta << 46) >> 46);
	if (la_r0(c) != LA_R0)
		la_move(c, la_r0(c), LA_R0);
}

/*
 * bpf_throw(R1): go to the exception callback of the program with R1 as it is.
 * The callback needs no frame but that of LA_BOUNDARY. Its address is known
 * when the whole program has been compiled, so it is read when it is needed.
 */
static void throw_exception(struct bjn_ctx *c, const struct bjn_call *call)
{
	s64 low = (s64)(call->addr << 52) >> 52;

	la_li(c, LA_X1, (s64)call->addr - low);
	la_ld_d(c, LA_X1, LA_X1, low);
	la_jirl(c, LA_ZERO, LA_X1, 0);
}

/*
 * AX = check(R10 + AX): the routine has AX as argument and result and
 * preserves all other registers (struct bjn_call).
 */
static void timed_may_goto(struct bjn_ctx *c, const struct bjn_call *call)
{
	la_add_d(c, LA_AX, LA_AX, la_src(c, BPF_REG_10, LA_X1));
	call_absolute(c, call->addr);
}

/* R0 = number of this CPU */
static void inline_cpu_id(struct bjn_ctx *c, const struct bjn_call *call)
{
	la_access(c, LA_LOAD, BPF_W, la_r0(c), LA_TP, c->env->off_thread_cpu, false);
}

/* R0 = the current task; the thread register itself or a pointer behind it */
static void inline_current(struct bjn_ctx *c, const struct bjn_call *call)
{
	if (c->env->off_thread_task == BJN_NO_OFFSET)
		la_move(c, la_r0(c), LA_TP);
	else
		la_access(c, LA_LOAD, BPF_DW, la_r0(c), LA_TP, c->env->off_thread_task, false);
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
void la_call(struct bjn_ctx *c, const struct bpf_insn *insn)
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
