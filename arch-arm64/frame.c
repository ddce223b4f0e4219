// SPDX-License-Identifier: GPL-2.0
/*
 * Register assignment, prologue and epilogue.
 *
 * A program that calls nothing keeps R6 to R9 in registers that it need not
 * save. A frame record is kept wherever the program calls something, so that
 * the kernel's stack traces lead through BPF.
 */
#include "emit.h"

static const u8 map_caller_saved[BJN_MAX_REG] = {
	A64_R0, A64_X0, A64_X1, A64_X2, A64_X3, A64_X4, A64_X13, A64_X14, A64_X15, A64_X16,
	A64_NONE, A64_NONE, A64_NONE, A64_NONE, A64_NONE, A64_NONE,
};

static const u8 map_callee_saved[BJN_MAX_REG] = {
	A64_R0, A64_X0, A64_X1, A64_X2, A64_X3, A64_X4, A64_X19, A64_X20, A64_X21, A64_X22,
	A64_NONE, A64_NONE, A64_NONE, A64_NONE, A64_NONE, A64_NONE,
};

/* Does any call remain a call, or are all of them inlined? */
static bool makes_calls(struct bjn_ctx *c)
{
	const struct bjn_prog *p = c->prog;
	u32 i;

	if (!(c->facts.flags & BJN_OP_CALL))
		return false;
	for (i = 0; i < p->len; i++) {
		struct bjn_call call = { 0 };

		if (c->be->ops[p->insns[i].code].flags & BJN_OP_TWO) {
			i++;
			continue;
		}
		if (!(c->be->ops[p->insns[i].code].flags & BJN_OP_CALL))
			continue;
		if (p->ops->call_target(p, i, &call) || !a64_is_inline(&call))
			return true;
	}
	return false;
}

static void plan_saves(struct bjn_ctx *c, struct a64_frame *f)
{
	u8 reg;

	if (f->record && !f->tail) {
		f->save[f->nr_save++] = A64_FP;
		f->save[f->nr_save++] = A64_LR;
	}
	if (f->tail && a64_is_value(c))
		return;		/* all are saved by the tail call frame */
	for (reg = BPF_REG_6; reg <= BPF_REG_9; reg++)
		if (c->facts.regs & 1u << reg)
			f->save[f->nr_save++] = f->map[reg];
	if (f->arena != A64_NONE)
		f->save[f->nr_save++] = f->arena;
}

/**
 * a64_frame_begin - lay out the frame from the facts of the program
 * @c: compilation after bjn_plan()
 */
void a64_frame_begin(struct bjn_ctx *c)
{
	struct a64_frame *f = a64_frame(c);
	bool calls = makes_calls(c);

	memset(f, 0, sizeof(*f));
	memcpy(f->map, calls ? map_callee_saved : map_caller_saved, sizeof(f->map));
	if (c->env->reg_ax < BJN_MAX_REG)
		f->map[c->env->reg_ax] = A64_AX;
	f->arena = A64_NONE;
	if (c->facts.flags & BJN_OP_ARENA && c->prog->arena_kern)
		f->arena = calls ? A64_X23 : A64_X6;
	f->tail = c->facts.flags & BJN_OP_TAIL ||
		  (calls && c->prog->tail_call_reachable && !c->prog->is_subprog);
	f->record = calls || f->tail;
	if (calls)
		plan_saves(c, f);

	f->size = (f->nr_save * 8u + 15) & ~15u;
	if (!(c->facts.regs & 1u << BPF_REG_10))
		return;
	if (c->prog->stack_depth > A64_MAX_FRAME - 64)
		bjn_fail(c, -EOPNOTSUPP, "BPF stack is too deep");
	else
		f->size += (c->prog->stack_depth + 15) & ~15u;
}

/* Does the access to the lowest two saved registers move SP, too? */
static bool is_paired(const struct a64_frame *f, u32 reach)
{
	return f->nr_save >= 2 && f->size <= reach;
}

/* Lower SP by @f->size and save registers. */
static void push_frame(struct bjn_ctx *c, const struct a64_frame *f)
{
	u32 i = 0;

	if (is_paired(f, 512)) {
		a64_stp_pre(c, f->save[0], f->save[1], A64_SP, -(s64)f->size);
		i = 2;
	} else if (f->size) {
		a64_sub_i(c, A64_X, A64_SP, A64_SP, f->size);
	}
	for (; i + 1 < f->nr_save; i += 2)
		a64_stp(c, f->save[i], f->save[i + 1], A64_SP, 8 * i);
	if (i < f->nr_save)
		a64_str_x(c, f->save[i], A64_SP, 8 * i);
	if (f->record && !f->tail)
		a64_add_i(c, A64_X, A64_FP, A64_SP, 0);
}

/* The reverse of push_frame(). */
static void pop_frame(struct bjn_ctx *c, const struct a64_frame *f)
{
	bool post = is_paired(f, 504);
	u32 i = f->nr_save & ~1u;

	if (i < f->nr_save)
		a64_ldr_x(c, f->save[i], A64_SP, 8 * i);
	while (i > (post ? 2 : 0)) {
		i -= 2;
		a64_ldp(c, f->save[i], f->save[i + 1], A64_SP, 8 * i);
	}
	if (post)
		a64_ldp_post(c, f->save[0], f->save[1], A64_SP, f->size);
	else if (f->size)
		a64_add_i(c, A64_X, A64_SP, A64_SP, f->size);
}

static void push(struct bjn_ctx *c, enum a64_reg a, enum a64_reg b)
{
	a64_stp_pre(c, a, b, A64_SP, -16);
}

static void pop(struct bjn_ctx *c, enum a64_reg a, enum a64_reg b)
{
	a64_ldp_post(c, a, b, A64_SP, 16);
}

/* The part of a tail call frame below the frame record. */
static void push_tail(struct bjn_ctx *c)
{
	bool main = !c->prog->is_subprog;

	if (a64_is_value(c)) {
		push(c, A64_X19, A64_X20);
		push(c, A64_X21, A64_X22);
		push(c, A64_X25, A64_X26);
		push(c, A64_X27, A64_X28);
		a64_add_i(c, A64_X, A64_X25, A64_SP, 0);
		if (main)
			a64_movz(c, A64_X, A64_TCC, 0, 0);
		return;
	}
	push(c, main ? A64_ZR : A64_TCC, A64_TCC);
	if (main)
		a64_add_i(c, A64_X, A64_TCC, A64_SP, 0);
}

static void pop_tail(struct bjn_ctx *c)
{
	if (a64_is_value(c)) {
		pop(c, A64_X27, A64_X28);
		pop(c, A64_X25, A64_X26);
		pop(c, A64_X21, A64_X22);
		pop(c, A64_X19, A64_X20);
	} else {
		pop(c, A64_ZR, A64_TCC);
	}
}

static void landing_pad(struct bjn_ctx *c)
{
	if (a64_cpu(c, BJN_A64_CPU_BTI))
		a64_bti_j(c);
}

/*
 * Tail call entry of a program with a plain frame: take down what the caller
 * left standing, down to the state of a normal entry.
 *
 *		b	1f
 *	2:	ldp	...
 *		autiasp			(no frame record)
 *		b	1f
 *		...
 *	tail call entry:
 *		b	2b
 *	1:
 */
static void tail_entry(struct bjn_ctx *c, const struct a64_frame *f)
{
	u32 entry = a64_tail_entry(c->env);
	u32 body = entry + 1 + a64_cpu(c, BJN_A64_CPU_BTI);
	u32 down;

	a64_b(c, 4 * ((s64)body - c->pos));
	down = c->pos;
	pop_tail(c);
	pop(c, A64_FP, A64_LR);
	if (a64_cpu(c, BJN_A64_CPU_PAC) && !f->record)
		a64_autiasp(c);
	a64_b(c, 4 * ((s64)body - c->pos));
	while (c->pos < entry && !c->err)
		a64_brk(c);
	landing_pad(c);
	a64_b(c, 4 * ((s64)down - c->pos));
}

/**
 * a64_prologue - entry of a program
 * @c: compilation after a64_frame_begin()
 *
 * The kernel's bpf_arch_text_poke() patches the nop (arch/arm64/net): a
 * trampoline finds the caller's return address in x9. A tail call enters
 * a64_tail_entry() words behind the start.
 */
void a64_prologue(struct bjn_ctx *c)
{
	const struct a64_frame *f = a64_frame(c);

	if (a64_cpu(c, BJN_A64_CPU_BTI))
		a64_bti_jc(c);
	a64_mov(c, A64_X, A64_ENTRY_LR, A64_LR);
	a64_nop(c);
	if (f->record && a64_cpu(c, BJN_A64_CPU_PAC))
		a64_paciasp(c);
	if (f->tail) {
		push(c, A64_FP, A64_LR);
		a64_add_i(c, A64_X, A64_FP, A64_SP, 0);
		push_tail(c);
		if (!c->prog->is_subprog && c->pos != a64_tail_entry(c->env))
			bjn_fail(c, -EINVAL, "tail call entry is not where it must be");
		if (!c->prog->is_subprog)
			landing_pad(c);
	} else if (!c->prog->is_subprog) {
		tail_entry(c, f);
	}
	push_frame(c, f);
	if (f->arena != A64_NONE)
		a64_li(c, f->arena, c->prog->arena_kern);
}

/**
 * a64_leave - restore what was saved behind the tail call frame
 * @c: compilation
 */
void a64_leave(struct bjn_ctx *c)
{
	pop_frame(c, a64_frame(c));
}

/* Return R0 to the caller. */
static void leave_and_return(struct bjn_ctx *c)
{
	const struct a64_frame *f = a64_frame(c);

	pop_frame(c, f);
	if (f->tail) {
		pop_tail(c);
		pop(c, A64_FP, A64_LR);
	}
	a64_mov(c, A64_X, A64_X0, A64_R0);
	if (f->record && a64_cpu(c, BJN_A64_CPU_PAC))
		a64_autiasp(c);
	a64_ret(c, A64_LR);
}

/* Words of leave_and_return(), or more than that. */
static u32 leave_words(struct bjn_ctx *c)
{
	const struct a64_frame *f = a64_frame(c);
	bool adds = f->size && !is_paired(f, 504);

	return (f->nr_save + 1) / 2 + adds + 2 + f->record + (f->tail ? 5 : 0);
}

/* return R0 */
void a64_exit(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct a64_frame *f = a64_frame(c);

	if (c->idx == c->prog->len - 1) {
		f->exit_used = true;	/* falls through */
	} else if (leave_words(c) <= A64_EXIT_WORDS) {
		leave_and_return(c);
	} else {
		f->exit_used = true;
		a64_jump(c, c->prog->len);
	}
}

/**
 * a64_epilogue - the common exit, and where a patched entry finds its target
 * @c: compilation
 *
 * The kernel's bpf_arch_text_poke() expects the branch to a distant trampoline
 * in the last words that jited_len covers, and its target, aligned to its
 * size, behind them.
 */
void a64_epilogue(struct bjn_ctx *c)
{
	if (a64_frame(c)->exit_used)
		leave_and_return(c);
	if (c->pos & 1)
		a64_nop(c);
	a64_ldr_lit(c, A64_T0, 8);
	a64_br(c, A64_T0);
	bjn_put(c, (u32)c->env->patch_target);
	bjn_put(c, (u32)(c->env->patch_target >> 32));
}

/**
 * a64_src_slow - value of a BPF register that has no machine register
 * @c: compilation, fails with -EOPNOTSUPP for an unknown register
 * @reg: BPF register
 * @tmp: scratch register for the value
 */
enum a64_reg a64_src_slow(struct bjn_ctx *c, u8 reg, enum a64_reg tmp)
{
	if (reg != BPF_REG_10) {
		bjn_fail(c, -EOPNOTSUPP, "unknown register");
		return A64_ZR;
	}
	a64_add_i(c, A64_X, tmp, A64_SP, a64_frame(c)->size);
	return tmp;
}

/**
 * a64_dst_slow - complain about a write to a register that cannot be written
 * @c: compilation, fails with -EINVAL or -EOPNOTSUPP
 * @reg: BPF register
 */
enum a64_reg a64_dst_slow(struct bjn_ctx *c, u8 reg)
{
	if (reg == BPF_REG_10)
		bjn_fail(c, -EINVAL, "write to the frame pointer");
	else
		bjn_fail(c, -EOPNOTSUPP, "unknown register");
	return A64_ZR;
}
