// SPDX-License-Identifier: GPL-2.0
/*
 * Calls.
 *
 * R1 to R5 are the argument registers of the C ABI, and it leaves the upper
 * bits of a narrow argument to the callee. Functions of the kernel and programs
 * return in x0.
 */
#include "emit.h"

/**
 * a64_is_inline - does a call become code in place?
 * @call: resolved target
 */
bool a64_is_inline(const struct bjn_call *call)
{
	return call->kind == BJN_CALL_CPU_ID || call->kind == BJN_CALL_CURRENT;
}

/* Can a bl as the next word reach an address? Unknown before the image is. */
static bool is_near(const struct bjn_ctx *c, u64 addr)
{
	s64 delta = (s64)(addr - (c->prog->image + 4ull * c->pos));

	return c->prog->image && !(delta & 3) && bjn_is_s(delta, 28);
}

static void take_result(struct bjn_ctx *c)
{
	a64_mov(c, A64_X, A64_R0, A64_X0);
}

/* R0 = helper(R1, R2, R3, R4, R5) */
static void call_helper(struct bjn_ctx *c, const struct bjn_call *call)
{
	if (!call->addr || call->addr & 3) {
		bjn_fail(c, -EINVAL, "call of an impossible address");
		return;
	}
	if (is_near(c, call->addr)) {
		a64_bl(c, (s64)(call->addr - (c->prog->image + 4ull * c->pos)));
	} else {
		a64_li(c, A64_T0, call->addr);
		a64_blr(c, A64_T0);
	}
	take_result(c);
}

/*
 * A helper, perhaps one that the program does not call: BPF_LD_ABS and BPF_LD_IND
 * become a call behind the verifier's back (bpf_gen_ld_abs()). It takes R0 to R5
 * for lost then, but not the arguments 6 and up, neither the program's own ones
 * nor those stored for the next call.
 */
static void call_keeping_args(struct bjn_ctx *c, const struct bjn_call *call)
{
	bool args = a64_frame(c)->args;

	if (args) {
		a64_stp_pre(c, A64_X5, A64_X6, A64_SP, -32);
		a64_str_x(c, A64_X7, A64_SP, 16);
	}
	call_helper(c, call);
	if (args) {
		a64_ldr_x(c, A64_X7, A64_SP, 16);
		a64_ldp_post(c, A64_X5, A64_X6, A64_SP, 32);
	}
}

/* Arena pointers among the arguments become addresses of the kernel. */
static void arena_args(struct bjn_ctx *c, const struct bjn_call *call)
{
	bool have_base = false;
	u8 i;

	for (i = 0; i < call->nargs && i < 5; i++) {
		enum a64_reg r = A64_R1 + i;

		if (!(call->arg_flags[i] & BJN_ARG_ARENA))
			continue;
		if (!c->prog->arena_kern)
			bjn_fail(c, -EINVAL, "arena argument without an arena");
		if (!have_base)
			a64_li(c, A64_T1, c->prog->arena_kern);
		have_base = true;
		if (call->arg_flags[i] & BJN_ARG_NULLABLE) {
			a64_mov(c, A64_W, r, r);
			a64_cbz(c, A64_W, r, 8);
		}
		a64_add_uxtw(c, r, A64_T1, r, 0);
	}
}

/* R0 = kfunc(R1, ...) */
static void call_kfunc(struct bjn_ctx *c, const struct bjn_call *call)
{
	arena_args(c, call);
	/* Those behind the fifth were stored where the ABI wants them. */
	if (call->nargs > 5 && !a64_frame(c)->args)
		bjn_fail(c, -EINVAL, "call without its arguments on the stack");
	else
		call_helper(c, call);
}

/*
 * R0 = subprogram(R1, R2, R3, R4, R5). The address is known in the second pass
 * only; a short call then makes the code shorter than it was in the first.
 */
static void call_subprog(struct bjn_ctx *c, const struct bjn_call *call)
{
	if (c->prog->extra_pass) {
		call_helper(c, call);
		return;
	}
	a64_li_fixed(c, A64_T0, 0);
	a64_blr(c, A64_T0);
	take_result(c);
}

/*
 * bpf_throw(R1): go to the exception callback of the program with R1 as it is.
 * The callback needs no frame but that of A64_BOUNDARY. Its address is known
 * when the whole program has been compiled, so it is read when it is needed.
 */
static void throw_exception(struct bjn_ctx *c, const struct bjn_call *call)
{
	a64_li(c, A64_T0, call->addr);
	a64_ldr_x(c, A64_T0, A64_T0, 0);
	a64_br(c, A64_T0);
}

/*
 * AX = check(R10 + AX): the routine has AX as argument and result and
 * preserves all other registers (struct bjn_call).
 */
static void timed_may_goto(struct bjn_ctx *c, const struct bjn_call *call)
{
	a64_add(c, A64_X, A64_AX, A64_AX, a64_src(c, BPF_REG_10, A64_T1));
	a64_li(c, A64_T0, call->addr);
	a64_blr(c, A64_T0);
}

/* rd = pointer to the current task */
static void current_task(struct bjn_ctx *c, enum a64_reg rd)
{
	if (a64_cpu(c, BJN_A64_CPU_USER))
		a64_mrs_tpidr_el0(c, rd);
	else
		a64_mrs_sp_el0(c, rd);
}

/* R0 = number of this CPU */
static void inline_cpu_id(struct bjn_ctx *c, const struct bjn_call *call)
{
	current_task(c, A64_R0);
	a64_access(c, A64_LOAD, BPF_W, A64_R0, A64_R0, c->env->off_thread_cpu, false);
}

/* R0 = the current task */
static void inline_current(struct bjn_ctx *c, const struct bjn_call *call)
{
	current_task(c, A64_R0);
	if (c->env->off_thread_task != BJN_NO_OFFSET)
		a64_access(c, A64_LOAD, BPF_DW, A64_R0, A64_R0, c->env->off_thread_task, false);
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
void a64_call(struct bjn_ctx *c, const struct bpf_insn *insn)
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
