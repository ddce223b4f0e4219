// SPDX-License-Identifier: GPL-2.0
/* Small parts that both widths share. */
#include "common.h"

/**
 * mi_jump_reg - go to an address; the caller fills the delay slot
 * @c: compilation
 * @rs: register with the address
 */
void mi_jump_reg(struct bjn_ctx *c, enum mi_reg rs)
{
	if (mi_is_r6(c))
		mi_jalr(c, MI_ZERO, rs);
	else
		mi_jr(c, rs);
}

/**
 * mi_pads - landing pads of the exception table
 * @c: compilation, behind the last instruction
 *
 * A MIPS kernel resumes at an address and touches no register. A load that
 * faults resumes at a pad that zeroes its register and goes back; the word
 * behind the load is where @resume points before.
 */
void mi_pads(struct bjn_ctx *c)
{
	u32 i;

	for (i = 0; i < c->nr_ex && !c->err; i++) {
		struct bjn_extable *ex = &c->ex[i];
		s64 delta = (s64)ex->resume - c->pos;

		if (ex->reg == BJN_EX_NO_REG)
			continue;
		if (!bjn_is_s(delta - 1, 16)) {
			bjn_fail(c, -ERANGE, "loads that may fault are too far from the end");
			return;
		}
		ex->resume = c->pos;
		mi_beq(c, MI_ZERO, MI_ZERO, delta * 4);
		mi_move(c, (enum mi_reg)ex->reg, MI_ZERO);
		ex->reg = BJN_EX_NO_REG;
	}
}

/**
 * mi_is_inline - does a call become code in place?
 * @call: resolved target
 */
bool mi_is_inline(const struct bjn_call *call)
{
	return call->kind == BJN_CALL_CPU_ID || call->kind == BJN_CALL_CURRENT;
}

/**
 * mi_makes_calls - does any instruction call something?
 * @c: compilation after bjn_plan()
 * @own_calls: bits of facts.flags whose instructions call on their own
 */
bool mi_makes_calls(struct bjn_ctx *c, u32 own_calls)
{
	const struct bjn_prog *p = c->prog;
	u32 i;

	if (c->facts.flags & own_calls)
		return true;
	if (!(c->facts.flags & BJN_OP_CALL))
		return false;
	for (i = 0; i < p->len; i++) {
		u16 flags = c->be->ops[p->insns[i].code].flags;
		struct bjn_call call = { 0 };

		if (flags & BJN_OP_TWO)
			i++;
		else if (flags & BJN_OP_CALL &&
			 (p->ops->call_target(p, i, &call) || !mi_is_inline(&call)))
			return true;
	}
	return false;
}

/**
 * mi_llsc_reaches - can ll and sc have an offset?
 * @c: compilation
 * @off: offset in bytes
 */
bool mi_llsc_reaches(const struct bjn_ctx *c, s64 off)
{
	return bjn_is_s(off, mi_is_r6(c) ? 9 : 16);
}

/**
 * mi_load_linked - load linked
 * @c: compilation
 * @dw: 64 bits
 * @rt: value
 * @off: offset, see mi_llsc_reaches()
 * @base: address
 */
void mi_load_linked(struct bjn_ctx *c, bool dw, enum mi_reg rt, s64 off, enum mi_reg base)
{
	if (mi_is_r6(c))
		mi_tib9(c, dw ? MI_OP_lld_r6 : MI_OP_ll_r6, rt, off, base);
	else
		mi_tib(c, dw ? MI_OP_lld : MI_OP_ll, rt, off, base);
}

/**
 * mi_store_cond - store conditionally
 * @c: compilation
 * @dw: 64 bits
 * @rt: value; afterwards 1 if it was stored, else 0
 * @off: offset, see mi_llsc_reaches()
 * @base: address
 */
void mi_store_cond(struct bjn_ctx *c, bool dw, enum mi_reg rt, s64 off, enum mi_reg base)
{
	if (mi_is_r6(c))
		mi_tib9(c, dw ? MI_OP_scd_r6 : MI_OP_sc_r6, rt, off, base);
	else
		mi_tib(c, dw ? MI_OP_scd : MI_OP_sc, rt, off, base);
}

/**
 * mi_fence - full barrier
 * @c: compilation
 * @when: BJN_MIPS_CPU_* bits, any of which makes it necessary
 */
void mi_fence(struct bjn_ctx *c, u64 when)
{
	if (mi_cpu(c, when))
		mi_sync(c);
}

/*
 * Speculation barrier: no code, like the stock JIT. sync and ehb order
 * completed accesses and hazards; the architecture has no instruction that is
 * defined to stop speculation, and the kernel uses none on MIPS.
 */
void mi_nospec(struct bjn_ctx *c, const struct bpf_insn *insn)
{
}

/* goto pc + off */
void mi_ja(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (insn->off)
		mi_jump(c, bjn_target(c, insn->off));
}

/* goto pc + imm */
void mi_gotol(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (insn->imm)
		mi_jump(c, bjn_target(c, insn->imm));
}
