// SPDX-License-Identifier: GPL-2.0
/*
 * 64-bit CPUs: register assignment, prologue and epilogue.
 *
 * A program that calls nothing keeps R6 to R9 in registers that it need not
 * save.
 */
#include "n64.h"
#include "tramp.h"

/* Largest frame: every slot in reach of one instruction. */
#define N64_MAX_FRAME	32752

static const u8 map_caller_saved[BJN_MAX_REG] = {
	MI_V0, MI_A0, MI_A1, MI_A2, MI_A3, MI_8, MI_10, MI_11, MI_14, MI_15,
	MI_NONE, MI_NONE, MI_NONE, MI_NONE, MI_NONE, MI_NONE,
};

static const u8 map_callee_saved[BJN_MAX_REG] = {
	MI_V0, MI_A0, MI_A1, MI_A2, MI_A3, MI_8, MI_S0, MI_S1, MI_S2, MI_S3,
	MI_NONE, MI_NONE, MI_NONE, MI_NONE, MI_NONE, MI_NONE,
};

/* The order is what a boundary and its exception callback agree about. */
static const u8 all_callee_saved[N64_MAX_SAVE] = {
	MI_RA, MI_S0, MI_S1, MI_S2, MI_S3, MI_S4, MI_S5, MI_S6, MI_S7, MI_S8,
};

static bool is_boundary(const struct bjn_prog *p)
{
	return p->exception_boundary || p->exception_cb;
}

static void plan_saves(struct bjn_ctx *c, struct n64_frame *f, bool calls)
{
	u8 reg;

	if (is_boundary(c->prog)) {
		memcpy(f->save, all_callee_saved, sizeof(f->save));
		f->nr_save = N64_MAX_SAVE;
		return;
	}
	if (calls) {
		f->save[f->nr_save++] = MI_RA;
		for (reg = BPF_REG_6; reg <= BPF_REG_10; reg++)
			if (c->facts.regs & 1u << reg && f->map[reg] != MI_NONE)
				f->save[f->nr_save++] = f->map[reg];
	}
	if (f->arena)
		f->save[f->nr_save++] = N64_ARENA;
}

static enum n64_tcc_kind plan_tcc(const struct bjn_ctx *c, bool calls)
{
	const struct bjn_prog *p = c->prog;
	bool tail = c->facts.flags & BJN_OP_TAIL;

	if (is_boundary(p))
		return N64_TCC_BOTH;
	if (!tail && !(p->tail_call_reachable && calls))
		return N64_TCC_UNUSED;
	if (p->is_subprog)
		return calls ? N64_TCC_PTR_SLOT : N64_TCC_PTR_REG;
	if (!calls)
		return N64_TCC_REG;
	return p->is_main_of_many && p->tail_call_reachable ? N64_TCC_BOTH : N64_TCC_SLOT;
}

/* Which machine register has which BPF register? */
static void plan_registers(struct bjn_ctx *c, struct n64_frame *f, bool calls)
{
	const struct bjn_prog *p = c->prog;

	memcpy(f->map, calls ? map_callee_saved : map_caller_saved, sizeof(f->map));
	if (c->env->reg_ax < BJN_MAX_REG)
		f->map[c->env->reg_ax] = N64_AX;
	if (p->priv_stack && c->facts.regs & 1u << BPF_REG_10)
		f->map[BPF_REG_10] = calls ? N64_FP : N64_FP_LEAF;
	f->arena = c->facts.flags & BJN_OP_ARENA && p->arena_kern;
}

/* Sizes and offsets, from the bottom: arguments, BPF stack, slots, saves. */
static void plan_layout(struct bjn_ctx *c, struct n64_frame *f)
{
	s32 out = f->args ? mi_args_passed(c) - (N64_ARGS_IN_REGS - 5) : 0;
	s32 slots = f->nr_save;

	f->fp = out > 0 ? (8 * out + 15) & ~15 : 0;
	if (c->facts.regs & 1u << BPF_REG_10 && !c->prog->priv_stack) {
		if (c->prog->stack_depth > N64_MAX_FRAME) {
			bjn_fail(c, -EOPNOTSUPP, "BPF stack is too deep");
			return;
		}
		f->fp += (s32)(c->prog->stack_depth + 15) & ~15;
	}
	slots += f->tcc_kind == N64_TCC_SLOT || f->tcc_kind == N64_TCC_BOTH;
	slots += f->tcc_kind == N64_TCC_PTR_SLOT || f->tcc_kind == N64_TCC_BOTH;
	f->size = f->fp + ((slots * 8 + 15) & ~15);
	f->tcc = f->size - (f->nr_save + 1) * 8;
	f->tcc_ptr = f->tcc_kind == N64_TCC_BOTH ? f->tcc - 8 : f->tcc;
	if (f->size > N64_MAX_FRAME)
		bjn_fail(c, -EOPNOTSUPP, "BPF stack is too deep");
}

/**
 * n64_begin - lay out the frame from the facts of the program
 * @c: compilation after bjn_plan()
 */
void n64_begin(struct bjn_ctx *c)
{
	struct n64_frame *f = n64_frame(c);
	bool tail = c->facts.flags & BJN_OP_TAIL;
	bool calls;

	memset(f, 0, sizeof(*f));
	f->common.wide = true;
	f->args = c->facts.regs & 1u << MI_REG_ARGS && c->env->reg_ax != MI_REG_ARGS;
	if (f->args && (tail || c->prog->tail_call_reachable))
		bjn_fail(c, -EOPNOTSUPP, "tail calls with arguments on the stack");
	/* A leaf has R10 of a private stack where the count would be. */
	calls = f->args || is_boundary(c->prog) || (tail && c->prog->priv_stack) ||
		mi_makes_calls(c, 0);
	plan_registers(c, f, calls);
	plan_saves(c, f, calls);
	f->tcc_kind = (u8)plan_tcc(c, calls);
	plan_layout(c, f);
	c->frame_bytes = (u32)f->size;
}

/* Keep the tail call count; at this point N64_TCC is as passed. */
static void save_tcc(struct bjn_ctx *c, const struct n64_frame *f)
{
	struct mi_outs pointer = { .nr = 0 };

	switch (f->tcc_kind) {
	case N64_TCC_SLOT:
	case N64_TCC_PTR_SLOT:
		mi_sd(c, N64_TCC, f->tcc, MI_SP);
		break;
	case N64_TCC_BOTH:
		/* A count is at most 33; anything else is a pointer to one. */
		mi_sltiu(c, N64_X1, N64_TCC, BJN_MAX_TAIL_CALLS + 1);
		mi_out(c, &pointer, MI_OP_beq, N64_X1, MI_ZERO);
		mi_sd(c, N64_TCC, f->tcc, MI_SP);	/* delay slot */
		n64_addi(c, N64_TCC, MI_SP, f->tcc, N64_TCC);
		mi_land(c, &pointer);
		mi_sd(c, N64_TCC, f->tcc_ptr, MI_SP);
		break;
	default:
		break;
	}
}

/* Lower $sp and fill the frame; an exception callback finds it filled. */
static void make_frame(struct bjn_ctx *c, const struct n64_frame *f)
{
	int i;

	if (c->prog->exception_cb) {
		n64_addi(c, MI_SP, N64_BOUNDARY, -f->size, N64_X0);
		return;
	}
	if (f->size)
		n64_addi(c, MI_SP, MI_SP, -f->size, N64_X0);
	for (i = 0; i < f->nr_save; i++)
		mi_sd(c, f->save[i], f->size - 8 * (i + 1), MI_SP);
	save_tcc(c, f);
	if (c->prog->exception_boundary)
		n64_addi(c, N64_BOUNDARY, MI_SP, f->size, N64_BOUNDARY);
}

/**
 * n64_lowers_sp_first - is lowering $sp all that a program does first?
 * @c: compilation after n64_begin()
 */
bool n64_lowers_sp_first(struct bjn_ctx *c)
{
	return n64_frame(c)->size && !mi_cpu(c, BJN_MIPS_CPU_NO_DADDIU);
}

/**
 * n64_prologue - entry of a program
 * @c: compilation after n64_begin()
 *
 * The first word of a main program is skipped by a tail call, which enters at
 * N64_TAIL_ENTRY with the count in N64_TCC. The first two words of an attachable
 * program are as tramp.h wants them.
 */
void n64_prologue(struct bjn_ctx *c)
{
	const struct n64_frame *f = n64_frame(c);
	enum mi_reg fp = (enum mi_reg)f->map[BPF_REG_10];

	if (!c->prog->is_subprog)
		mi_addiu(c, N64_TCC, MI_ZERO, BJN_MAX_TAIL_CALLS);
	else if (c->prog->attachable)
		mi_idle(c);
	if (c->prog->attachable && !n64_lowers_sp_first(c))
		mi_idle(c);
	make_frame(c, f);
	if (f->arena)
		mi_li64(c, N64_ARENA, (s64)c->prog->arena_kern);
	if (f->map[BPF_REG_10] != MI_NONE) {
		mi_li64(c, fp, (s64)c->prog->priv_stack);
		n64_add_percpu(c, fp, fp);
	}
	mi_entry(c);
}

/**
 * n64_restore - restore what the prologue saved, without $sp
 * @c: compilation
 */
void n64_restore(struct bjn_ctx *c)
{
	const struct n64_frame *f = n64_frame(c);
	int i;

	for (i = 0; i < f->nr_save; i++)
		mi_ld(c, f->save[i], f->size - 8 * (i + 1), MI_SP);
}

/**
 * n64_leave_to - go to an address and give the frame back
 * @c: compilation, after n64_restore()
 * @rs: register with the address; $at may be destroyed
 */
void n64_leave_to(struct bjn_ctx *c, enum mi_reg rs)
{
	const struct n64_frame *f = n64_frame(c);
	bool slot = f->size && !mi_cpu(c, BJN_MIPS_CPU_NO_DADDIU);

	if (f->size && !slot)
		n64_addi(c, MI_SP, MI_SP, f->size, N64_X0);
	mi_jump_reg(c, rs);
	if (slot)
		mi_daddiu(c, MI_SP, MI_SP, f->size);
	else
		mi_idle(c);
}

/*
 * Return to the caller. R0 as a C int is what the ABI wants sign-extended; it
 * is at most one word here and, if there is nothing else, in the delay slot.
 */
static void leave_and_return(struct bjn_ctx *c, bool extend)
{
	u32 word;

	if (extend)
		n64_sext(c, N64_R0, N64_R0);
	n64_restore(c);
	if (n64_frame(c)->size) {
		n64_leave_to(c, MI_RA);
		return;
	}
	word = mi_take(c, 1u << MI_RA, 0);
	mi_jump_reg(c, MI_RA);
	mi_slot(c, word);
}

/* return R0 */
void n64_exit(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct n64_frame *f = n64_frame(c);
	bool extend = mi_returns_int(c) && !mi_is_sext(c, BPF_REG_0);

	if (f->nr_save + !!f->size + 2 <= N64_EXIT_WORDS) {
		leave_and_return(c, extend);
		return;
	}
	f->exit_used = true;
	if (extend)
		n64_sext(c, N64_R0, N64_R0);
	if (c->idx != c->prog->len - 1)
		mi_jump(c, c->prog->len);
}

/**
 * n64_epilogue - the common exit behind the last instruction, landing pads, detour
 * @c: compilation
 */
void n64_epilogue(struct bjn_ctx *c)
{
	if (n64_frame(c)->exit_used)
		leave_and_return(c, false);
	mi_pads(c);
	n64_detour(c);
}

/**
 * n64_src_slow - value of a BPF register that has no machine register
 * @c: compilation, fails for an unknown register
 * @reg: BPF register
 * @tmp: scratch register for the value
 */
enum mi_reg n64_src_slow(struct bjn_ctx *c, u8 reg, enum mi_reg tmp)
{
	s32 fp = n64_frame(c)->fp;

	if (reg != BPF_REG_10) {
		bjn_fail(c, -EOPNOTSUPP, "unknown register");
		return MI_ZERO;
	}
	if (!fp)
		return MI_SP;
	n64_addi(c, tmp, MI_SP, fp, tmp);
	return tmp;
}

/**
 * n64_dst_slow - complain about a write to a register that cannot be written
 * @c: compilation, fails
 * @reg: BPF register
 */
enum mi_reg n64_dst_slow(struct bjn_ctx *c, u8 reg)
{
	if (reg == BPF_REG_10)
		bjn_fail(c, -EINVAL, "write to the frame pointer");
	else
		bjn_fail(c, -EOPNOTSUPP, "unknown register");
	return MI_ZERO;
}
