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

/* What begin() learns by looking at the instructions again. */
struct needs {
	bool calls;	/* the return address and the caller-saved registers die */
	u32 out;	/* bytes of outgoing arguments on the stack */
	u32 fp;		/* instructions that are shorter when a register has R10 */
};

/* From how many such instructions on one pays, to make and perhaps to save. */
#define FP_WORTH	2
#define FP_WORTH_SAVED	3

/* Is a call neither inlined nor one that never comes back? */
static bool is_real_call(struct bjn_ctx *c, u32 idx)
{
	struct bjn_call call = { 0 };

	if (c->prog->ops->call_target(c->prog, idx, &call))
		return true;
	return !a64_is_inline(&call) && call.kind != BJN_CALL_THROW;
}

/* Bytes of the stack up to the end of an outgoing argument. */
static u32 out_bytes(const struct bpf_insn *insn)
{
	u8 class = BJN_CLASS(insn->code);
	s32 bytes = -insn->off - 8 * A64_ARGS_IN_REGS;

	if (insn->dst_reg != A64_REG_ARGS || (class != BPF_STX && class != BPF_ST) || bytes < 0)
		return 0;
	return (u32)bytes;
}

/*
 * Does an instruction use R10 as a value? A copy of it is one addition, which
 * is no longer than a move, and accesses to the stack are relative to SP.
 */
static bool wants_fp(const struct bpf_insn *insn)
{
	bool src = insn->src_reg == BPF_REG_10;

	switch (BJN_CLASS(insn->code)) {
	case BPF_ALU64:
		return src && (BPF_OP(insn->code) != BPF_MOV || insn->off);
	case BPF_JMP:
	case BPF_JMP32:
		return src || insn->dst_reg == BPF_REG_10;
	case BPF_ALU:
	case BPF_STX:
		return src;
	}
	return false;
}

/* What instruction @i adds to the needs. */
static void look_at(struct bjn_ctx *c, const struct a64_frame *f, u32 i, struct needs *n)
{
	const struct bpf_insn *insn = &c->prog->insns[i];

	if (c->be->ops[insn->code].flags & BJN_OP_CALL) {
		n->calls = n->calls || is_real_call(c, i);
		return;
	}
	if (f->args && out_bytes(insn) > n->out)
		n->out = out_bytes(insn);
	n->fp += wants_fp(insn);
}

static struct needs look_again(struct bjn_ctx *c, const struct a64_frame *f)
{
	const struct bjn_prog *p = c->prog;
	bool all = f->args || c->facts.regs & 1u << BPF_REG_10;
	struct needs n = { .calls = f->args };
	u32 i;

	if (!all && !(c->facts.flags & BJN_OP_CALL))
		return n;
	for (i = 0; i < p->len && (all || !n.calls); i++) {
		if (c->be->ops[p->insns[i].code].flags & BJN_OP_TWO)
			i++;
		else
			look_at(c, f, i, &n);
	}
	n.out = (n.out + 15) & ~15u;
	return n;
}

static bool is_boundary(const struct bjn_prog *p)
{
	return p->exception_boundary || p->exception_cb;
}

/*
 * Which register has R10: on a private stack there must be one, else only when
 * that makes the program shorter.
 */
static u8 fp_register(struct bjn_ctx *c, const struct a64_frame *f, const struct needs *n)
{
	u8 reg = n->calls ? A64_X24 : A64_X5;

	if (c->prog->priv_stack)
		return c->facts.regs & 1u << BPF_REG_10 ? reg : A64_NONE;
	if (f->tail && a64_is_value(c) && n->fp)
		return A64_X25;
	return n->fp >= (n->calls ? FP_WORTH_SAVED : FP_WORTH) ? reg : A64_NONE;
}

/* Which machine register has which BPF register? */
static void plan_registers(struct bjn_ctx *c, struct a64_frame *f, const struct needs *n)
{
	const struct bjn_prog *p = c->prog;
	bool calls = n->calls;

	memcpy(f->map, calls ? map_callee_saved : map_caller_saved, sizeof(f->map));
	if (c->env->reg_ax < BJN_MAX_REG)
		f->map[c->env->reg_ax] = A64_AX;
	f->t4 = calls ? A64_X16 : A64_X7;
	f->arena = A64_NONE;
	if (c->facts.flags & BJN_OP_ARENA && p->arena_kern)
		f->arena = calls ? A64_X23 : A64_X6;
	f->map[BPF_REG_10] = fp_register(c, f, n);
}

/* The order is what a boundary and its exception callback agree about. */
static void plan_saves(struct bjn_ctx *c, struct a64_frame *f)
{
	u8 reg;

	if (f->tail && a64_is_value(c))
		return;		/* all are saved by the tail call frame */
	if (is_boundary(c->prog)) {
		for (reg = A64_X19; reg <= A64_X28; reg++)
			f->save[f->nr_save++] = reg;
		return;
	}
	if (f->record && !f->tail) {
		f->save[f->nr_save++] = A64_FP;
		f->save[f->nr_save++] = A64_LR;
	}
	for (reg = BPF_REG_6; reg <= BPF_REG_9; reg++)
		if (c->facts.regs & 1u << reg)
			f->save[f->nr_save++] = f->map[reg];
	if (f->arena != A64_NONE)
		f->save[f->nr_save++] = f->arena;
	if (f->map[BPF_REG_10] != A64_NONE)
		f->save[f->nr_save++] = f->map[BPF_REG_10];
}

static void plan_layout(struct bjn_ctx *c, struct a64_frame *f, u32 out)
{
	bool on_stack = c->facts.regs & 1u << BPF_REG_10 && !c->prog->priv_stack;
	u32 stack = 0;

	if (on_stack && c->prog->stack_depth < A64_MAX_FRAME)
		stack = (c->prog->stack_depth + 15) & ~15u;
	f->below = out;
	if (is_boundary(c->prog))
		f->below += stack;
	f->size = out + stack + ((f->nr_save * 8u + 15) & ~15u);
	f->fp = is_boundary(c->prog) ? f->below : f->size;
	c->frame_bytes = f->size;
	if (f->size > A64_MAX_FRAME || (on_stack && c->prog->stack_depth >= A64_MAX_FRAME))
		bjn_fail(c, -EOPNOTSUPP, "BPF stack is too deep");
}

/**
 * a64_frame_begin - lay out the frame from the facts of the program
 * @c: compilation after bjn_plan()
 */
void a64_frame_begin(struct bjn_ctx *c)
{
	const struct bjn_prog *p = c->prog;
	struct a64_frame *f = a64_frame(c);
	bool tail = c->facts.flags & BJN_OP_TAIL;
	struct needs n;

	memset(f, 0, sizeof(*f));
	f->args = c->facts.regs & 1u << A64_REG_ARGS && c->env->reg_ax != A64_REG_ARGS;
	f->looks = p->len < A64_LOOKS ? A64_LOOKS + A64_LOOKS_EACH * p->len : 0;
	if (f->args && (tail || p->tail_call_reachable))
		bjn_fail(c, -EOPNOTSUPP, "tail calls with arguments on the stack");
	if (is_boundary(p) && a64_is_value(c))
		bjn_fail(c, -EOPNOTSUPP, "exceptions with a tail call count by value");
	n = look_again(c, f);
	n.calls = n.calls || is_boundary(p);
	f->tail = tail || is_boundary(p) ||
		  (n.calls && p->tail_call_reachable && !p->is_subprog);
	f->record = n.calls || f->tail;
	plan_registers(c, f, &n);
	if (n.calls)
		plan_saves(c, f);
	plan_layout(c, f, n.out);
}

/* Store or load saved register @i and the next one, if there is one; at most 2 words. */
static void save_two(struct bjn_ctx *c, const struct a64_frame *f, u32 i,
		     enum a64_access_kind kind)
{
	s64 off = f->below + 8 * i;

	if (i + 1 < f->nr_save && off <= 504) {
		a64_ttn(c, kind == A64_STORE ? A64_OP_stp : A64_OP_ldp, f->save[i], f->save[i + 1],
			A64_SP, off);
		return;
	}
	a64_access(c, kind, BPF_DW, f->save[i], A64_SP, off, false);
	if (i + 1 < f->nr_save)
		a64_access(c, kind, BPF_DW, f->save[i + 1], A64_SP, off + 8, false);
}

/* Does the access to the lowest two saved registers move SP, too? */
static bool is_paired(const struct a64_frame *f, u32 reach)
{
	return f->nr_save >= 2 && f->size <= reach && !f->below;
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
	for (; i < f->nr_save; i += 2)
		save_two(c, f, i, A64_STORE);
	if (f->record && !f->tail)
		a64_add_i(c, A64_X, A64_FP, A64_SP, f->below);
}

/* The reverse of push_frame(). */
static void pop_frame(struct bjn_ctx *c, const struct a64_frame *f)
{
	bool post = is_paired(f, 504);
	u32 i = (f->nr_save + 1) & ~1u;

	while (i > (post ? 2 : 0)) {
		i -= 2;
		save_two(c, f, i, A64_LOAD);
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

/* The tail call frame, entered by tail calls, too, if this is a main program. */
static void make_tail_frame(struct bjn_ctx *c)
{
	push(c, A64_FP, A64_LR);
	a64_add_i(c, A64_X, A64_FP, A64_SP, 0);
	push_tail(c);
	if (c->prog->is_subprog)
		return;
	if (c->pos != a64_tail_entry(c->env))
		bjn_fail(c, -EINVAL, "tail call entry is not where it must be");
	landing_pad(c);
}

/* An exception callback finds the boundary's frame and takes it over. */
static void adopt_frame(struct bjn_ctx *c, const struct a64_frame *f)
{
	a64_add_i(c, A64_X, A64_FP, A64_BOUNDARY, 16);
	a64_sub_i(c, A64_X, A64_SP, A64_BOUNDARY, f->size);
}

static void make_frame(struct bjn_ctx *c, const struct a64_frame *f)
{
	if (c->prog->exception_cb) {
		adopt_frame(c, f);
		return;
	}
	if (f->record && a64_cpu(c, BJN_A64_CPU_PAC))
		a64_paciasp(c);
	if (f->tail)
		make_tail_frame(c);
	else if (!c->prog->is_subprog)
		tail_entry(c, f);
	push_frame(c, f);
	if (c->prog->exception_boundary)
		a64_add_i(c, A64_X, A64_BOUNDARY, A64_SP, f->size);
}

/* R10 = the upper end of the BPF stack */
static void make_fp(struct bjn_ctx *c, const struct a64_frame *f)
{
	u8 r10 = f->map[BPF_REG_10];

	if (c->prog->priv_stack) {
		a64_li(c, r10, c->prog->priv_stack);
		a64_percpu_offset(c, A64_T0);
		a64_add(c, A64_X, r10, r10, A64_T0);
	} else if (r10 != A64_X25) {
		a64_add_i(c, A64_X, r10, A64_SP, f->fp);
	}
}

/**
 * a64_prologue - entry of a program
 * @c: compilation after a64_frame_begin()
 *
 * The kernel's bpf_arch_text_poke() patches the nop (arch/arm64/net): a
 * trampoline finds the caller's return address in x9. A tail call enters
 * a64_tail_entry() words behind the start. Where the kernel finds no nop, it
 * refuses to attach (-EFAULT).
 */
void a64_prologue(struct bjn_ctx *c)
{
	const struct a64_frame *f = a64_frame(c);

	if (a64_cpu(c, BJN_A64_CPU_BTI))
		a64_bti_jc(c);
	if (!c->prog->hidden_args) {
		a64_mov(c, A64_X, A64_ENTRY_LR, A64_LR);
		a64_nop(c);
	}
	make_frame(c, f);
	if (f->arena != A64_NONE)
		a64_li(c, f->arena, c->prog->arena_kern);
	if (f->map[BPF_REG_10] != A64_NONE)
		make_fp(c, f);
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
	} else if (leave_words(c) <= A64_EXIT_WORDS && f->exits < A64_INLINE_EXITS) {
		f->exits++;
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
	a64_add_i(c, A64_X, tmp, A64_SP, a64_frame(c)->fp);
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
