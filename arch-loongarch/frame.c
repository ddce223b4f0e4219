// SPDX-License-Identifier: GPL-2.0
/*
 * Register assignment, prologue and epilogue.
 *
 * A program that calls nothing keeps R6 to R9 in registers that it need not
 * save.
 */
#include "emit.h"

/* Largest frame: every slot in reach of one instruction. */
#define LA_MAX_FRAME	2032

static const u8 la_map_caller_saved[BJN_MAX_REG] = {
	LA_R0, LA_A0, LA_A1, LA_A2, LA_A3, LA_A4, LA_T4, LA_T5, LA_T6, LA_T7,
	LA_NONE, LA_NONE, LA_NONE, LA_NONE, LA_NONE, LA_NONE,
};

static const u8 la_map_callee_saved[BJN_MAX_REG] = {
	LA_R0, LA_A0, LA_A1, LA_A2, LA_A3, LA_A4, LA_S0, LA_S1, LA_S2, LA_S3,
	LA_NONE, LA_NONE, LA_NONE, LA_NONE, LA_NONE, LA_NONE,
};

/* What begin() learns by looking at the instructions again. */
struct needs {
	bool calls;	/* ra and the caller-saved registers die */
	s32 out;	/* bytes of outgoing arguments on the stack */
};

/* Is a call neither inlined nor one that never comes back? */
static bool is_real_call(struct bjn_ctx *c, u32 idx)
{
	struct bjn_call call = { 0 };

	if (c->prog->ops->call_target(c->prog, idx, &call))
		return true;
	return !la_is_inline(&call) && call.kind != BJN_CALL_THROW;
}

/* Bytes that an outgoing argument needs on the stack. */
static s32 out_bytes(const struct bpf_insn *insn)
{
	u8 class = BPF_CLASS(insn->code);

	if (insn->dst_reg != LA_REG_ARGS || (class != BPF_STX && class != BPF_ST))
		return 0;
	return -insn->off - 8 * LA_ARGS_IN_REGS;
}

static struct needs look_again(struct bjn_ctx *c, const struct la_frame *f)
{
	const struct bjn_prog *p = c->prog;
	struct needs n = { .calls = f->args };
	u32 i;

	if (!f->args && !(c->facts.flags & BJN_OP_CALL))
		return n;
	for (i = 0; i < p->len && (f->args || !n.calls); i++) {
		u16 flags = c->be->ops[p->insns[i].code].flags;

		if (flags & BJN_OP_TWO)
			i++;
		else if (flags & BJN_OP_CALL)
			n.calls = n.calls || is_real_call(c, i);
		else if (f->args && out_bytes(&p->insns[i]) > n.out)
			n.out = out_bytes(&p->insns[i]);
	}
	n.out = (n.out + 15) & ~15;
	return n;
}

static bool is_boundary(const struct bjn_prog *p)
{
	return p->exception_boundary || p->exception_cb;
}

static bool has_frame_pointer(const struct bjn_ctx *c)
{
	return c->env->cpu & BJN_LA_CPU_FRAME_POINTER;
}

/*
 * $ra and $fp are where unwinders look for them. The order is what a boundary
 * and its exception callback agree about.
 */
static void plan_saves(struct bjn_ctx *c, struct la_frame *f)
{
	u8 reg;

	f->save[f->nr_save++] = LA_RA;
	if (is_boundary(c->prog)) {
		for (reg = LA_FP; reg <= LA_S8; reg++)
			f->save[f->nr_save++] = reg;
		return;
	}
	if (has_frame_pointer(c))
		f->save[f->nr_save++] = LA_FP;
	for (reg = BPF_REG_6; reg <= BPF_REG_9; reg++)
		if (c->facts.regs & 1u << reg)
			f->save[f->nr_save++] = f->map[reg];
	if (f->arena != LA_NONE)
		f->save[f->nr_save++] = f->arena;
	if (f->map[BPF_REG_10] != LA_NONE)
		f->save[f->nr_save++] = f->map[BPF_REG_10];
}

static enum la_tcc_kind plan_tcc(const struct bjn_ctx *c, bool calls)
{
	const struct bjn_prog *p = c->prog;
	bool tail = c->facts.flags & BJN_OP_TAIL;

	if (is_boundary(p))
		return LA_TCC_BOTH;
	if (!tail && !(p->tail_call_reachable && calls))
		return LA_TCC_UNUSED;
	if (p->is_subprog)
		return calls ? LA_TCC_PTR_SLOT : LA_TCC_PTR_REG;
	if (!calls)
		return LA_TCC_REG;
	return p->is_main_of_many && p->tail_call_reachable ? LA_TCC_BOTH : LA_TCC_SLOT;
}

/* Which machine register has which BPF register? */
static void plan_registers(struct bjn_ctx *c, struct la_frame *f, bool calls)
{
	const struct bjn_prog *p = c->prog;

	memcpy(f->map, calls ? la_map_callee_saved : la_map_caller_saved, sizeof(f->map));
	if (c->env->reg_ax < BJN_MAX_REG)
		f->map[c->env->reg_ax] = LA_AX;
	if (f->args)
		f->map[BPF_REG_0] = LA_T4;	/* a5 is an argument */
	f->arena = LA_NONE;
	if (c->facts.flags & BJN_OP_ARENA && p->arena_kern)
		f->arena = calls ? LA_S4 : LA_A7;
	if (p->priv_stack && c->facts.regs & 1u << BPF_REG_10)
		f->map[BPF_REG_10] = calls ? LA_S5 : LA_A6;
}

/* Sizes and offsets, from the bottom: arguments, BPF stack, slots, saves. */
static void plan_layout(struct bjn_ctx *c, struct la_frame *f, s32 out)
{
	s32 slots = f->nr_save;

	f->fp = out;
	if (c->facts.regs & 1u << BPF_REG_10 && !c->prog->priv_stack) {
		if (c->prog->stack_depth > LA_MAX_FRAME) {
			bjn_fail(c, -EOPNOTSUPP, "BPF stack is too deep");
			return;
		}
		f->fp += (s32)(c->prog->stack_depth + 15) & ~15;
	}
	slots += f->tcc_kind == LA_TCC_SLOT || f->tcc_kind == LA_TCC_BOTH;
	slots += f->tcc_kind == LA_TCC_PTR_SLOT || f->tcc_kind == LA_TCC_BOTH;
	f->size = f->fp + ((slots * 8 + 15) & ~15);
	c->frame_bytes = (u32)f->size;
	f->tcc = f->size - (f->nr_save + 1) * 8;
	f->tcc_ptr = f->tcc_kind == LA_TCC_BOTH ? f->tcc - 8 : f->tcc;
	if (f->size > LA_MAX_FRAME)
		bjn_fail(c, -EOPNOTSUPP, "BPF stack is too deep");
}

/**
 * la_frame_begin - lay out the frame from the facts of the program
 * @c: compilation after bjn_plan()
 */
void la_frame_begin(struct bjn_ctx *c)
{
	struct la_frame *f = la_frame(c);
	bool tail = c->facts.flags & BJN_OP_TAIL;
	struct needs n;

	memset(f, 0, sizeof(*f));
	f->args = c->facts.regs & 1u << LA_REG_ARGS && c->env->reg_ax != LA_REG_ARGS;
	if (f->args && (tail || c->prog->tail_call_reachable))
		bjn_fail(c, -EOPNOTSUPP, "tail calls with arguments on the stack");
	n = look_again(c, f);
	/* A leaf has R10 of a private stack where the counter would be. */
	if (is_boundary(c->prog) || (tail && c->prog->priv_stack))
		n.calls = true;
	plan_registers(c, f, n.calls);
	if (n.calls)
		plan_saves(c, f);
	f->tcc_kind = (u8)plan_tcc(c, n.calls);
	plan_layout(c, f, n.out);
}

/* Keep the tail call counter; at this point LA_TCC is as passed. */
static void save_tcc(struct bjn_ctx *c, const struct la_frame *f)
{
	switch (f->tcc_kind) {
	case LA_TCC_SLOT:
	case LA_TCC_PTR_SLOT:
		la_st_d(c, LA_TCC, LA_SP, f->tcc);
		break;
	case LA_TCC_BOTH:
		/* A count is at most 33; anything else is a pointer to one. */
		la_st_d(c, LA_TCC, LA_SP, f->tcc);
		la_sltui(c, LA_X1, LA_TCC, BJN_MAX_TAIL_CALLS + 1);
		la_beqz(c, LA_X1, 8);
		la_addi_d(c, LA_TCC, LA_SP, f->tcc);
		la_st_d(c, LA_TCC, LA_SP, f->tcc_ptr);
		break;
	default:
		break;
	}
}

/*
 * Lower $sp and fill the frame; an exception callback finds it filled. The
 * PROLOGUE unwinder wants to see $sp lowered and then $ra saved.
 */
static void make_frame(struct bjn_ctx *c, const struct la_frame *f)
{
	int i;

	if (c->prog->exception_cb) {
		la_addi_d(c, LA_SP, LA_BOUNDARY, -f->size);
	} else {
		if (f->size)
			la_addi_d(c, LA_SP, LA_SP, -f->size);
		for (i = 0; i < f->nr_save; i++)
			la_st_d(c, f->save[i], LA_SP, f->size - 8 * (i + 1));
		save_tcc(c, f);
	}
	if (c->prog->exception_boundary)
		la_addi_d(c, LA_BOUNDARY, LA_SP, f->size);
	if (f->nr_save && has_frame_pointer(c))
		la_addi_d(c, LA_FP, LA_SP, f->size);
}

/**
 * la_prologue - entry of a program
 * @c: compilation after la_frame_begin()
 *
 * The first six words are the slot that the kernel's bpf_arch_text_poke()
 * patches (arch/loongarch/net/bpf_jit.c): a trampoline finds the caller's
 * return address in t0. The seventh is skipped by a tail call, which enters
 * at LA_TAIL_ENTRY with the counter in LA_TCC. Without the slot there is nothing
 * to patch, and the kernel refuses to attach (-EFAULT).
 */
void la_prologue(struct bjn_ctx *c)
{
	const struct la_frame *f = la_frame(c);
	int i;

	if (!c->prog->hidden_args) {
		la_move(c, LA_ENTRY_RA, LA_RA);
		for (i = 0; i < LA_PATCH_NOPS; i++)
			la_nop(c);
	}
	if (!c->prog->is_subprog)
		la_move(c, LA_TCC, LA_ZERO);

	make_frame(c, f);
	if (f->arena != LA_NONE)
		la_li(c, f->arena, (s64)c->prog->arena_kern);
	if (f->map[BPF_REG_10] != LA_NONE) {
		la_li(c, f->map[BPF_REG_10], (s64)c->prog->priv_stack);
		la_add_d(c, f->map[BPF_REG_10], f->map[BPF_REG_10], LA_PERCPU);
	}
}

/**
 * la_leave - restore what the prologue saved, $sp included
 * @c: compilation
 */
void la_leave(struct bjn_ctx *c)
{
	const struct la_frame *f = la_frame(c);
	int i;

	for (i = 0; i < f->nr_save; i++)
		la_ld_d(c, f->save[i], LA_SP, f->size - 8 * (i + 1));
	if (f->size)
		la_addi_d(c, LA_SP, LA_SP, f->size);
}

/* Return to the caller: R0 in a5, and its low half as a C int in a0. */
static void leave_and_return(struct bjn_ctx *c)
{
	enum la_reg r0 = la_r0(c);

	la_leave(c);
	if (r0 != LA_R0)
		la_move(c, LA_R0, r0);
	la_sext_w(c, LA_A0, r0);
	la_jirl(c, LA_ZERO, LA_RA, 0);
}

/* return R0 */
void la_exit(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct la_frame *f = la_frame(c);
	int words = f->nr_save + !!f->size + 3 - (la_r0(c) == LA_R0);

	if (c->idx == c->prog->len - 1) {
		f->exit_used = true;	/* falls through */
	} else if (words <= LA_EXIT_WORDS && f->exits < LA_INLINE_EXITS) {
		f->exits++;
		leave_and_return(c);
	} else {
		f->exit_used = true;
		la_jump(c, c->prog->len);
	}
}

/**
 * la_epilogue - the common exit behind the last instruction
 * @c: compilation
 */
void la_epilogue(struct bjn_ctx *c)
{
	if (la_frame(c)->exit_used)
		leave_and_return(c);
}

/**
 * la_src_slow - value of a BPF register that has no machine register
 * @c: compilation, fails with -EINVAL for an unknown register
 * @reg: BPF register
 * @tmp: scratch register for the value
 */
enum la_reg la_src_slow(struct bjn_ctx *c, u8 reg, enum la_reg tmp)
{
	s32 fp = la_frame(c)->fp;

	if (reg != BPF_REG_10) {
		bjn_fail(c, -EOPNOTSUPP, "unknown register");
		return LA_ZERO;
	}
	if (!fp)
		return LA_SP;
	la_addi_d(c, tmp, LA_SP, fp);
	return tmp;
}

/**
 * la_dst_slow - complain about a write to a register that cannot be written
 * @c: compilation, fails with -EINVAL or -EOPNOTSUPP
 * @reg: BPF register
 */
enum la_reg la_dst_slow(struct bjn_ctx *c, u8 reg)
{
	if (reg == BPF_REG_10)
		bjn_fail(c, -EINVAL, "write to the frame pointer");
	else
		bjn_fail(c, -EOPNOTSUPP, "unknown register");
	return LA_ZERO;
}
