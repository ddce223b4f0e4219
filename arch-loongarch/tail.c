// SPDX-License-Identifier: GPL-2.0
/*
 * Tail calls, compatible with the stock JIT of Linux 7.2 and later
 * (arch/loongarch/net/bpf_jit.c), so that programs of both JITs may meet in
 * one chain:
 *
 * - The caller restores everything it saved and jumps to LA_TAIL_ENTRY bytes
 *   behind the target's start with the counter in LA_TCC.
 * - A main program enters with a count (0 to 33) or, somewhere below a
 *   subprogram that tail-calls, with a pointer to the count of the outermost
 *   program. A pointer is above 33.
 * - A subprogram is called with the pointer.
 * - A chain ends when the count has reached 33.
 */
#include "emit.h"

#define MAX_OUT	5

/* Branches of one tail call to the instruction behind it. */
struct outs {
	u32 at[MAX_OUT];
	u32 nr;
};

static void note_out(struct bjn_ctx *c, struct outs *o)
{
	o->at[o->nr++] = c->pos;
}

/* Complete the branches: the next word is where they go. */
static void land(struct bjn_ctx *c, const struct outs *o)
{
	u32 i;

	for (i = 0; i < o->nr && !c->err; i++)
		c->code[o->at[i]] |= bjn_s(c, (s64)c->pos - o->at[i], 16, 10);
}

/* X2 = (u32)index; if (index >= array->map.max_entries) goto out */
static void check_index(struct bjn_ctx *c, struct outs *o)
{
	la_zext_w(c, LA_X2, LA_A2);
	la_ld_wu(c, LA_X1, LA_A1, c->env->off_array_max_entries);
	note_out(c, o);
	la_bgeu(c, LA_X2, LA_X1, 0);
}

/* X2 = array->ptrs[index]; if (!X2) goto out; X2 = X2->bpf_func */
static void load_target(struct bjn_ctx *c, struct outs *o)
{
	la_alsl_d(c, LA_X2, LA_X2, LA_A1, 3);
	la_ld_d(c, LA_X2, LA_X2, c->env->off_array_ptrs);
	note_out(c, o);
	la_beq(c, LA_X2, LA_ZERO, 0);
}

/* X1 = *ptr; if (X1 >= 33) goto out; X1++ */
static void count_behind(struct bjn_ctx *c, struct outs *o, enum la_reg ptr)
{
	la_ld_d(c, LA_X1, ptr, 0);
	la_sltui(c, LA_X0, LA_X1, BJN_MAX_TAIL_CALLS);
	note_out(c, o);
	la_beq(c, LA_X0, LA_ZERO, 0);
	la_addi_d(c, LA_X1, LA_X1, 1);
}

/*
 * The counter is as passed to this main program: a count most of the time.
 *
 *	X3 = tcc < 33; X1 = tcc + 1
 *	if (!X3) {
 *		if (tcc == 33)
 *			goto out
 *		X1 = *tcc + 1, or goto out
 *	}
 *	...
 *	if (X3)
 *		tcc = X1
 *	else
 *		*tcc = X1
 */
static void count_or_pointer(struct bjn_ctx *c, struct outs *o)
{
	const struct la_frame *f = la_frame(c);

	if (f->tcc_kind == LA_TCC_SLOT)
		la_ld_d(c, LA_TCC, LA_SP, f->tcc);
	la_sltui(c, LA_X3, LA_TCC, BJN_MAX_TAIL_CALLS);
	la_addi_d(c, LA_X1, LA_TCC, 1);
	la_bnez(c, LA_X3, 7 * 4);
	la_sltui(c, LA_X0, LA_TCC, BJN_MAX_TAIL_CALLS + 1);
	note_out(c, o);
	la_bne(c, LA_X0, LA_ZERO, 0);
	count_behind(c, o, LA_TCC);

	load_target(c, o);
	la_bnez(c, LA_X3, 3 * 4);
	la_st_d(c, LA_X1, LA_TCC, 0);
	la_b(c, 2 * 4);
	la_move(c, LA_TCC, LA_X1);
}

/* The pointer to the count is at hand. */
static void count_by_pointer(struct bjn_ctx *c, struct outs *o)
{
	const struct la_frame *f = la_frame(c);

	if (f->tcc_kind != LA_TCC_PTR_REG)
		la_ld_d(c, LA_TCC, LA_SP, f->tcc_ptr);
	count_behind(c, o, LA_TCC);
	load_target(c, o);
	la_st_d(c, LA_X1, LA_TCC, 0);
	/* A main program passes on what it got; a count was just updated. */
	if (f->tcc_kind == LA_TCC_BOTH)
		la_ld_d(c, LA_TCC, LA_SP, f->tcc);
}

/* if (the array has a program at index R3 and the limit allows) goto it */
void la_tail_call(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u8 kind = la_frame(c)->tcc_kind;
	struct outs outs = { .nr = 0 };

	check_index(c, &outs);
	if (kind == LA_TCC_REG || kind == LA_TCC_SLOT)
		count_or_pointer(c, &outs);
	else
		count_by_pointer(c, &outs);
	la_ld_d(c, LA_X2, LA_X2, c->env->off_prog_bpf_func);
	la_leave(c);
	la_jirl(c, LA_ZERO, LA_X2, LA_TAIL_ENTRY);
	land(c, &outs);
}
