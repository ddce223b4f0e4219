// SPDX-License-Identifier: GPL-2.0
/* 32-bit CPUs: register assignment, prologue and epilogue. */
#include "o32.h"
#include "tramp.h"

#define O32_MAX_FRAME	32752	/* every slot in reach of one instruction */
#define O32_HOMES	16	/* bytes of the homes of a0 to a3 */

/* First register of each pair; the second is the next one. */
static const u8 pairs[] = {
	MI_V0, MI_A0, MI_A2, MI_8, MI_10, MI_12, MI_S0, MI_S2, MI_S4, MI_S6,
};

static void plan_map(struct bjn_ctx *c, struct o32_frame *f)
{
	u8 be = mi_is_be(c), i;

	memset(f->lo, MI_NONE, sizeof(f->lo));
	memset(f->hi, MI_NONE, sizeof(f->hi));
	for (i = 0; i < BJN_ARRAY_SIZE(pairs); i++) {
		f->lo[i] = pairs[i] + be;
		f->hi[i] = pairs[i] + !be;
	}
	if (c->env->reg_ax < BJN_MAX_REG) {
		f->lo[c->env->reg_ax] = O32_AX_LO;
		f->hi[c->env->reg_ax] = O32_AX_HI;
	}
}

/*
 * Registers that occur, plus those that a call or the return uses without a
 * mention: R0, and what the program was entered with.
 */
static u32 plan_live(const struct bjn_ctx *c)
{
	u32 live = c->facts.regs | 1u << BPF_REG_0;

	if (c->facts.flags & (BJN_OP_CALL | BJN_OP_TAIL))
		live |= c->prog->is_subprog || c->prog->extension ? 0x3e : 1u << BPF_REG_1;
	return live;
}

/* The order is what a boundary and its exception callback agree about. */
static const u8 all_callee_saved[O32_MAX_SAVE] = {
	MI_RA, MI_S0, MI_S1, MI_S2, MI_S3, MI_S4, MI_S5, MI_S6, MI_S7, MI_S8,
};

static bool is_boundary(const struct bjn_prog *p)
{
	return p->exception_boundary || p->exception_cb;
}

static void plan_saves(struct bjn_ctx *c, struct o32_frame *f, bool calls)
{
	u8 reg;

	if (is_boundary(c->prog)) {
		memcpy(f->save, all_callee_saved, sizeof(f->save));
		f->nr_save = O32_MAX_SAVE;
		return;
	}
	if (calls)
		f->save[f->nr_save++] = MI_RA;
	for (reg = BPF_REG_6; reg <= BPF_REG_9; reg++) {
		if (!(c->facts.regs & 1u << reg))
			continue;
		f->save[f->nr_save++] = f->lo[reg];
		f->save[f->nr_save++] = f->hi[reg];
	}
	if (c->env->reg_ax < BJN_MAX_REG && c->facts.regs & 1u << c->env->reg_ax)
		f->save[f->nr_save++] = O32_AX_HI;
}

static enum o32_tcc_kind plan_tcc(const struct bjn_ctx *c, bool calls)
{
	const struct bjn_prog *p = c->prog;

	if (is_boundary(p))
		return O32_TCC_BOTH;
	if (!(c->facts.flags & BJN_OP_TAIL) && !(p->tail_call_reachable && calls))
		return O32_TCC_UNUSED;
	if (p->is_subprog)
		return O32_TCC_PTR;
	return calls && p->is_main_of_many && p->tail_call_reachable ? O32_TCC_BOTH :
								       O32_TCC_HOME;
}

/* Sizes and offsets, from the bottom: arguments, room, BPF stack, slots, saves. */
static void plan_layout(struct bjn_ctx *c, struct o32_frame *f, bool calls)
{
	bool has_fp = c->facts.regs & 1u << BPF_REG_10;
	bool priv = has_fp && c->prog->priv_stack;
	s32 out = f->args ? 8 * mi_args_passed(c) : 0;
	s32 slots = f->nr_save + (f->tcc_kind == O32_TCC_BOTH) + priv;

	if (calls || out)
		f->fp = O32_STACK_ARG(1) + out;
	f->spill = f->fp;
	if (c->facts.flags & O32_OP_OWN_CALL)
		f->fp += 6 * 8;
	if (has_fp && !priv) {
		if (c->prog->stack_depth > O32_MAX_FRAME) {
			bjn_fail(c, -EOPNOTSUPP, "BPF stack is too deep");
			return;
		}
		f->fp += (s32)(c->prog->stack_depth + 7) & ~7;
	}
	/* The slot with R10 must not be at 0, which would mean that there is none. */
	if (priv && !f->fp && !(slots & 1))
		f->fp = 8;
	f->size = f->fp + ((slots * 4 + 7) & ~7);
	f->tcc_ptr = f->size - (f->nr_save + 1) * 4;
	if (priv)
		f->priv = f->size - slots * 4;
	if (f->nr_save && f->save[f->nr_save - 1] == MI_S8)
		f->s8 = f->size - f->nr_save * 4;
	if (f->size > O32_MAX_FRAME)
		bjn_fail(c, -EOPNOTSUPP, "BPF stack is too deep");
}

/**
 * o32_begin - lay out the frame from the facts of the program
 * @c: compilation after bjn_plan()
 */
void o32_begin(struct bjn_ctx *c)
{
	struct o32_frame *f = o32_frame(c);
	bool calls;

	memset(f, 0, sizeof(*f));
	f->args = c->facts.regs & 1u << MI_REG_ARGS && c->env->reg_ax != MI_REG_ARGS;
	calls = is_boundary(c->prog) || mi_makes_calls(c, O32_OP_OWN_CALL);
	plan_map(c, f);
	f->live = plan_live(c);
	plan_saves(c, f, calls);
	f->tcc_kind = (u8)plan_tcc(c, calls);
	plan_layout(c, f, calls);
	c->frame_bytes = (u32)f->size;
}

/**
 * o32_tail_entry - bytes from word 0 to where a tail call enters: stock ABI
 * @c: compilation
 */
u32 o32_tail_entry(const struct bjn_ctx *c)
{
	return mi_is_be(c) ? 12 : 8;
}

/*
 * What a tail call skips: the count; the context, one word, becomes R1. The
 * argument of an extension is R1 already, and fills as many words.
 */
static void enter_main(struct bjn_ctx *c, const struct o32_frame *f)
{
	mi_addiu(c, MI_T9, MI_ZERO, BJN_MAX_TAIL_CALLS);
	mi_sw(c, MI_T9, 0, MI_SP);
	if (mi_is_be(c) && c->prog->extension)
		mi_idle(c);
	else if (mi_is_be(c))
		mi_move(c, MI_A1, MI_A0);
	if (!c->prog->extension && f->live & 1u << BPF_REG_1)
		o32_zero(c, (enum mi_reg)f->hi[BPF_REG_1]);
}

/* R3 to R5 of a subprogram come on the stack. */
static void enter_subprog(struct bjn_ctx *c, const struct o32_frame *f)
{
	int i;

	for (i = 0; i < O32_ARG_WORDS; i++)
		if (f->live & 1u << (BPF_REG_3 + i / 2))
			mi_lw(c, O32_ARG3 + i, f->size + O32_HOMES + 4 * i, MI_SP);
}

/* X1 = pointer to the count; what the caller left is a count or a pointer. */
static void save_tcc_ptr(struct bjn_ctx *c, const struct o32_frame *f)
{
	mi_lw(c, O32_X1, f->size, MI_SP);
	mi_sltiu(c, O32_X2, O32_X1, BJN_MAX_TAIL_CALLS + 1);
	mi_beq(c, O32_X2, MI_ZERO, 12);
	mi_idle(c);
	mi_addiu(c, O32_X1, MI_SP, f->size);
	mi_sw(c, O32_X1, f->tcc_ptr, MI_SP);
}

/* The first two words of a subprogram, without lowering $sp, as tramp.h wants them. */
static void idle_entry(struct bjn_ctx *c, const struct o32_frame *f)
{
	mi_idle(c);
	if (!f->size)
		mi_idle(c);
}

/* Lower $sp and fill the frame; an exception callback finds it filled. */
static void make_frame(struct bjn_ctx *c, const struct o32_frame *f)
{
	int i;

	if (c->prog->exception_cb) {
		mi_addiu(c, MI_SP, MI_S8, -f->size);
		return;
	}
	if (!c->prog->is_subprog)
		enter_main(c, f);
	else if (c->prog->attachable)
		idle_entry(c, f);
	if (f->size)
		mi_addiu(c, MI_SP, MI_SP, -f->size);
	for (i = 0; i < f->nr_save; i++)
		mi_sw(c, f->save[i], f->size - 4 * (i + 1), MI_SP);
	if (c->prog->is_subprog || c->prog->extension)
		enter_subprog(c, f);
	if (f->tcc_kind == O32_TCC_BOTH)
		save_tcc_ptr(c, f);
	if (c->prog->exception_boundary)
		mi_addiu(c, MI_S8, MI_SP, f->size);
}

/**
 * o32_prologue - entry of a program
 * @c: compilation after o32_begin()
 */
void o32_prologue(struct bjn_ctx *c)
{
	const struct o32_frame *f = o32_frame(c);

	make_frame(c, f);
	if (f->priv) {
		mi_li32(c, O32_X3, (s32)c->prog->priv_stack);
		o32_add_percpu(c, O32_X3, O32_X3);
		mi_sw(c, O32_X3, f->priv, MI_SP);
	}
	mi_entry(c);
	if (!c->prog->is_subprog && !c->prog->extension && f->live & 1u << BPF_REG_1)
		mi_know_zext(c, BPF_REG_1);
}

/**
 * o32_give_s8_back - make $s8 what it was when the program was entered
 * @c: compilation, in front of the call of a subprogram or a throw
 *
 * At most one word. AX, which is in $s8, is dead here.
 */
void o32_give_s8_back(struct bjn_ctx *c)
{
	const struct o32_frame *f = o32_frame(c);
	u8 ax = c->env->reg_ax;

	if (!(c->env->features & BJN_FEAT(EXCEPTIONS)) || !f->s8)
		return;
	if (ax >= BJN_MAX_REG || !(c->facts.regs & 1u << ax))
		return;
	if (is_boundary(c->prog))
		mi_addiu(c, MI_S8, MI_SP, f->size);
	else
		mi_lw(c, MI_S8, f->s8, MI_SP);
}

/**
 * o32_restore - restore what the prologue saved, without $sp
 * @c: compilation
 */
void o32_restore(struct bjn_ctx *c)
{
	const struct o32_frame *f = o32_frame(c);
	int i;

	for (i = 0; i < f->nr_save; i++)
		mi_lw(c, f->save[i], f->size - 4 * (i + 1), MI_SP);
}

/**
 * o32_release - one word, for a delay slot: give the frame back
 * @c: compilation
 */
void o32_release(struct bjn_ctx *c)
{
	const struct o32_frame *f = o32_frame(c);

	if (f->size)
		mi_addiu(c, MI_SP, MI_SP, f->size);
	else
		mi_idle(c);
}

/*
 * Return to the caller. R0 as a C int is its low half, which the ABI wants in
 * v0; without a frame something before the jump may go into its delay slot.
 */
static void leave_and_return(struct bjn_ctx *c)
{
	u32 word;

	o32_restore(c);
	if (mi_returns_int(c) && mi_is_be(c))
		mi_move(c, MI_V0, MI_V1);
	if (o32_frame(c)->size) {
		mi_jump_reg(c, MI_RA);
		o32_release(c);
		return;
	}
	word = mi_take(c, 1u << MI_RA, 0);
	mi_jump_reg(c, MI_RA);
	mi_slot(c, word);
}

/* return R0 */
void o32_exit(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_frame *f = o32_frame(c);

	if (f->nr_save + 3 <= O32_EXIT_WORDS) {
		leave_and_return(c);
		return;
	}
	f->exit_used = true;
	if (c->idx != c->prog->len - 1)
		mi_jump(c, c->prog->len);
}

/**
 * o32_epilogue - the common exit behind the last instruction, landing pads, detour
 * @c: compilation
 */
void o32_epilogue(struct bjn_ctx *c)
{
	if (o32_frame(c)->exit_used)
		leave_and_return(c);
	mi_pads(c);
	o32_detour(c);
}

/**
 * o32_src - machine registers with the value of a BPF register
 * @c: compilation, fails for an unknown register
 * @reg: BPF register
 * @tmp: scratch register for the low half of R10; costs one word then
 */
struct o32_pair o32_src(struct bjn_ctx *c, u8 reg, enum mi_reg tmp)
{
	const struct o32_frame *f = o32_frame(c);
	struct o32_pair p = { MI_SP, MI_ZERO };

	if (f->lo[reg] != MI_NONE) {
		p.lo = (enum mi_reg)f->lo[reg];
		p.hi = (enum mi_reg)f->hi[reg];
	} else if (reg != BPF_REG_10) {
		bjn_fail(c, -EOPNOTSUPP, "unknown register");
	} else if (f->priv) {
		mi_lw(c, tmp, f->priv, MI_SP);
		p.lo = tmp;
	} else if (f->fp) {
		mi_addiu(c, tmp, MI_SP, f->fp);
		p.lo = tmp;
	}
	return p;
}

/**
 * o32_dst - machine registers of a BPF register that is written
 * @c: compilation, fails with -EINVAL for R10 or an unknown register
 * @reg: BPF register
 */
struct o32_pair o32_dst(struct bjn_ctx *c, u8 reg)
{
	if (reg == BPF_REG_10)
		bjn_fail(c, -EINVAL, "write to the frame pointer");
	return o32_src(c, reg, O32_X0);
}

/**
 * o32_base - base register of a memory access
 * @c: compilation
 * @reg: BPF register with the address
 * @off: in: offset of the access; out: offset from the register returned
 *
 * Return: the register; O32_X0 on a private stack, which costs one word.
 */
enum mi_reg o32_base(struct bjn_ctx *c, u8 reg, s64 *off)
{
	if (reg != BPF_REG_10 || o32_frame(c)->priv)
		return o32_src(c, reg, O32_X0).lo;
	*off += o32_frame(c)->fp;
	return MI_SP;
}
