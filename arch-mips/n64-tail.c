// SPDX-License-Identifier: GPL-2.0
/*
 * 64-bit CPUs: tail calls, compatible with the stock JIT
 * (arch/mips/net/bpf_jit_comp64.c), so that programs of both JITs may meet in
 * one chain:
 *
 * - The caller restores everything it saved and jumps to N64_TAIL_ENTRY bytes
 *   behind the target's start with the count in N64_TCC.
 * - The count says how many tail calls are left: 33 at first. It is taken down
 *   before the jump; at 0 there is no jump.
 *
 * The stock JIT has no subprograms; what follows is our own. Below a
 * subprogram the count is kept by the outermost program and N64_TCC is the
 * pointer to it, which is above 33. In the kernel a pointer is a negative
 * number, which a stock program takes for an exhausted count: a chain that
 * leads from a subprogram of ours to a stock program ends there, and in no
 * case does it become longer than 33.
 */
#include "n64.h"

/*
 * X2 = &array->ptrs[(u32)index] - offset; if (index >= max_entries) goto out
 */
static void check_index(struct bjn_ctx *c, struct mi_outs *o)
{
	enum mi_reg index = N64_R3;

	if (!mi_is_zext(c, BPF_REG_3)) {
		index = N64_X2;
		n64_zext(c, index, N64_R3);
	}
	mi_lwu(c, N64_X1, c->env->off_array_max_entries, N64_R2);
	mi_sltu(c, N64_X1, index, N64_X1);
	mi_out(c, o, MI_OP_beq, N64_X1, MI_ZERO);
	mi_dsll(c, N64_X2, index, 3);		/* delay slot */
	mi_daddu(c, N64_X2, N64_X2, N64_R2);
}

/* X2 = array->ptrs[index]; if (!X2) goto out; the delay slot is the caller's */
static void load_target(struct bjn_ctx *c, struct mi_outs *o)
{
	mi_ld(c, N64_X2, c->env->off_array_ptrs, N64_X2);
	mi_out(c, o, MI_OP_beq, N64_X2, MI_ZERO);
}

/*
 * The count is as passed to this main program: a count most of the time. X1
 * becomes what is passed on.
 *
 *	X1 = tcc - 1
 *	if (X1 >= 33, unsigned) {
 *		if (!tcc)
 *			goto out
 *		*tcc -= 1, or goto out
 *		X1 = tcc
 *	}
 */
static void count_or_pointer(struct bjn_ctx *c, struct mi_outs *o)
{
	const struct n64_frame *f = n64_frame(c);
	struct mi_outs value = { .nr = 0 };

	if (f->tcc_kind == N64_TCC_SLOT)
		mi_ld(c, N64_TCC, f->tcc, MI_SP);
	if (mi_cpu(c, BJN_MIPS_CPU_NO_DADDIU))
		mi_addiu(c, N64_X3, MI_ZERO, 1);
	load_target(c, o);
	if (mi_cpu(c, BJN_MIPS_CPU_NO_DADDIU))
		mi_dsubu(c, N64_X1, N64_TCC, N64_X3);	/* delay slot */
	else
		mi_daddiu(c, N64_X1, N64_TCC, -1);	/* delay slot */
	mi_sltiu(c, N64_X3, N64_X1, BJN_MAX_TAIL_CALLS);
	mi_out(c, &value, MI_OP_bne, N64_X3, MI_ZERO);
	mi_ld(c, N64_X2, c->env->off_prog_bpf_func, N64_X2);	/* delay slot */

	mi_out(c, o, MI_OP_beq, N64_TCC, MI_ZERO);
	mi_idle(c);
	mi_ld(c, N64_X0, 0, N64_TCC);
	mi_out(c, o, MI_OP_blez, N64_X0, MI_ZERO);
	mi_addiu(c, N64_X0, N64_X0, -1);	/* delay slot */
	mi_sd(c, N64_X0, 0, N64_TCC);
	mi_move(c, N64_X1, N64_TCC);
	mi_land(c, &value);
}

/* The pointer to the count is at hand. */
static void count_by_pointer(struct bjn_ctx *c, struct mi_outs *o)
{
	const struct n64_frame *f = n64_frame(c);

	if (f->tcc_kind != N64_TCC_PTR_REG)
		mi_ld(c, N64_TCC, f->tcc_ptr, MI_SP);
	mi_ld(c, N64_X1, 0, N64_TCC);
	mi_out(c, o, MI_OP_blez, N64_X1, MI_ZERO);
	mi_addiu(c, N64_X1, N64_X1, -1);	/* delay slot */
	load_target(c, o);
	mi_idle(c);
	mi_sd(c, N64_X1, 0, N64_TCC);
	/* A main program passes on what it got; a count was just updated. */
	if (f->tcc_kind == N64_TCC_BOTH)
		mi_ld(c, N64_TCC, f->tcc, MI_SP);
	mi_ld(c, N64_X2, c->env->off_prog_bpf_func, N64_X2);
}

/* goto X2 with X1 as the count */
static void leave_with_count(struct bjn_ctx *c)
{
	if (n64_frame(c)->size) {
		mi_move(c, N64_TCC, N64_X1);
		n64_leave_to(c, N64_X2);
		return;
	}
	mi_jump_reg(c, N64_X2);
	mi_move(c, N64_TCC, N64_X1);		/* delay slot */
}

/* if (the array has a program at index R3 and the limit allows) goto it */
void n64_tail_call(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u8 kind = n64_frame(c)->tcc_kind;
	bool counts = kind == N64_TCC_REG || kind == N64_TCC_SLOT;
	struct mi_outs outs = { .nr = 0 };

	check_index(c, &outs);
	if (counts)
		count_or_pointer(c, &outs);
	else
		count_by_pointer(c, &outs);
	n64_restore(c);
	n64_addi(c, N64_X2, N64_X2, N64_TAIL_ENTRY, N64_X0);
	if (counts)
		leave_with_count(c);
	else
		n64_leave_to(c, N64_X2);
	mi_land(c, &outs);
}
