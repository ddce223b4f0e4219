// SPDX-License-Identifier: GPL-2.0
/*
 * 32-bit CPUs: tail calls, compatible with the stock JIT
 * (arch/mips/net/bpf_jit_comp32.c), so that programs of both JITs may meet in
 * one chain:
 *
 * - The caller restores everything it saved and jumps o32_tail_entry() bytes
 *   behind the target's start.
 * - The word at $sp, the home of a0 that belongs to the callee, says how many
 *   tail calls are left: 33 at first. It is taken down before the jump; at 0
 *   there is no jump.
 *
 * The stock JIT has no subprograms; what follows is our own. A subprogram
 * finds a pointer to the count in its home of a0, and hands it on. In the
 * kernel a pointer is a negative number, which a stock program takes for an
 * exhausted count: a chain that leads from a subprogram of ours to a stock
 * program ends there, and in no case does it become longer than 33.
 */
#include "o32.h"

/* X2 = array->ptrs[index]; if (index >= max_entries || !X2) goto out */
static void load_target(struct bjn_ctx *c, struct mi_outs *o)
{
	enum mi_reg array = o32_src(c, BPF_REG_2, O32_X0).lo;
	enum mi_reg index = o32_src(c, BPF_REG_3, O32_X0).lo;

	mi_lw(c, O32_X1, c->env->off_array_max_entries, array);
	mi_sltu(c, O32_X1, index, O32_X1);
	mi_out(c, o, MI_OP_beq, O32_X1, MI_ZERO);
	mi_sll(c, O32_X2, index, 2);		/* delay slot */
	mi_addu(c, O32_X2, O32_X2, array);
	mi_lw(c, O32_X2, c->env->off_array_ptrs, O32_X2);
	mi_out(c, o, MI_OP_beq, O32_X2, MI_ZERO);
}

/* X3 = *X1 - 1, or goto out; the store is up to the caller */
static void count_behind(struct bjn_ctx *c, struct mi_outs *o)
{
	mi_lw(c, O32_X3, 0, O32_X1);
	mi_out(c, o, MI_OP_blez, O32_X3, MI_ZERO);
	mi_addiu(c, O32_X3, O32_X3, -1);	/* delay slot */
}

/*
 * The count is as passed to this main program: a count most of the time.
 *
 *	X1 = home of a0; X3 = X1 - 1
 *	if (X3 >= 33, unsigned) {
 *		if (!X1)
 *			goto out
 *		*X1 -= 1, or goto out
 *	} else {
 *		home of a0 = X3
 *	}
 */
static void count_or_pointer(struct bjn_ctx *c, struct mi_outs *o)
{
	const struct o32_frame *f = o32_frame(c);
	struct mi_outs value = { .nr = 0 }, done = { .nr = 0 };

	mi_addiu(c, O32_X3, O32_X1, -1);
	mi_sltiu(c, O32_X0, O32_X3, BJN_MAX_TAIL_CALLS);
	mi_out(c, &value, MI_OP_bne, O32_X0, MI_ZERO);
	mi_lw(c, O32_X2, c->env->off_prog_bpf_func, O32_X2);	/* delay slot */

	mi_out(c, o, MI_OP_beq, O32_X1, MI_ZERO);
	mi_idle(c);
	count_behind(c, o);
	mi_out(c, &done, MI_OP_beq, MI_ZERO, MI_ZERO);
	mi_sw(c, O32_X3, 0, O32_X1);		/* delay slot */

	mi_land(c, &value);
	mi_sw(c, O32_X3, f->size, MI_SP);
	mi_land(c, &done);
}

/* X1 is the pointer to the count. */
static void count_by_pointer(struct bjn_ctx *c, struct mi_outs *o)
{
	count_behind(c, o);
	mi_sw(c, O32_X3, 0, O32_X1);
	mi_lw(c, O32_X2, c->env->off_prog_bpf_func, O32_X2);
}

/* if (the array has a program at index R3 and the limit allows) goto it */
void o32_tail_call(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	const struct o32_frame *f = o32_frame(c);
	struct mi_outs outs = { .nr = 0 };

	load_target(c, &outs);
	/* delay slot: the home of a0, or the pointer */
	mi_lw(c, O32_X1, f->tcc_kind == O32_TCC_BOTH ? f->tcc_ptr : f->size, MI_SP);
	if (f->tcc_kind == O32_TCC_HOME)
		count_or_pointer(c, &outs);
	else
		count_by_pointer(c, &outs);
	o32_restore(c);
	mi_addiu(c, O32_X2, O32_X2, o32_tail_entry(c));
	mi_jump_reg(c, O32_X2);
	o32_release(c);
	mi_land(c, &outs);
}
