// SPDX-License-Identifier: GPL-2.0
/* Small parts that both widths share. */
#include "common.h"

/**
 * mi_idle_word - a word that does nothing, such as for a delay slot
 * @c: compilation
 *
 * Too many nops in a row stop a Loongson-2F; its assembler option
 * -mfix-loongson2f-nop writes the same instead: move $at, $at.
 */
u32 mi_idle_word(const struct bjn_ctx *c)
{
	return mi_cpu(c, BJN_MIPS_CPU_2F) ? MI_OP_or | MI_AT << 21 | MI_AT << 11 : MI_OP_nop;
}

/**
 * mi_idle - write a word that does nothing
 * @c: compilation
 */
void mi_idle(struct bjn_ctx *c)
{
	bjn_put(c, mi_idle_word(c));
}

/*
 * A Loongson-2F fetches ahead from wherever the register points, even to
 * devices: right before the jump no bits of those addresses may be set. At most
 * MI_MASK_WORDS.
 */
static void mask_reg(struct bjn_ctx *c, enum mi_reg rs)
{
	enum mi_reg tmp = MI_AT;

	if (!mi_cpu(c, BJN_MIPS_CPU_2F))
		return;
	if (rs == MI_AT)
		tmp = mi_is_wide(c) ? MI_V1 : MI_14;	/* scratch of both widths */
	mi_li32(c, tmp, (s32)c->env->helper[BJN_MIPS_JUMP_MASK]);
	mi_and(c, rs, rs, tmp);
}

/**
 * mi_jump_reg - go to an address; the caller fills the delay slot
 * @c: compilation
 * @rs: register with the address; $at may be destroyed
 *
 * At most MI_MASK_WORDS + 1.
 */
void mi_jump_reg(struct bjn_ctx *c, enum mi_reg rs)
{
	mask_reg(c, rs);
	if (mi_is_r6(c))
		mi_jalr(c, MI_ZERO, rs);
	else
		mi_jr(c, rs);
}

/**
 * mi_call_reg - call an address; the caller fills the delay slot
 * @c: compilation
 * @rs: register with the address; $at may be destroyed
 *
 * At most MI_MASK_WORDS + 1.
 */
void mi_call_reg(struct bjn_ctx *c, enum mi_reg rs)
{
	mask_reg(c, rs);
	mi_jalr(c, MI_RA, rs);
}

/**
 * mi_from_hilo - the last read of HI or LO in a calculation
 * @c: compilation
 * @op: mfhi or mflo
 * @rd: destination
 *
 * Up to MIPS III the next multiplication or division must not be one of the
 * two words that follow. At most MI_HILO_WORDS.
 */
void mi_from_hilo(struct bjn_ctx *c, u32 op, enum mi_reg rd)
{
	mi_d(c, op, rd);
	if (mi_cpu(c, BJN_MIPS_CPU_IV | BJN_MIPS_CPU_R6))
		return;
	mi_idle(c);
	mi_idle(c);
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

/* Does a call neither become code in place nor leave for good? */
static bool is_real_call(struct bjn_ctx *c, u32 idx)
{
	struct bjn_call call = { 0 };

	if (c->prog->ops->call_target(c->prog, idx, &call))
		return true;
	return !mi_is_inline(&call) && call.kind != BJN_CALL_THROW;
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

		if (flags & BJN_OP_TWO)
			i++;
		else if (flags & BJN_OP_CALL && is_real_call(c, i))
			return true;
	}
	return false;
}

/**
 * mi_args_passed - how many arguments beyond five does a program pass?
 * @c: compilation after bjn_plan()
 *
 * Return: the most that any of its calls has.
 */
s32 mi_args_passed(struct bjn_ctx *c)
{
	const struct bjn_prog *p = c->prog;
	s32 n = 0;
	u32 i;

	for (i = 0; i < p->len; i++) {
		const struct bpf_insn *insn = &p->insns[i];
		u8 class = BPF_CLASS(insn->code);

		if (c->be->ops[insn->code].flags & BJN_OP_TWO)
			i++;
		else if (insn->dst_reg == MI_REG_ARGS && (class == BPF_STX || class == BPF_ST) &&
			 -insn->off > 8 * n)
			n = -insn->off / 8;
	}
	return n;
}

/**
 * mi_arg_number - which argument beyond five is it?
 * @c: compilation, fails when it is none
 * @insn: load of an argument [r11 + 8 * n] or store of one [r11 - 8 * n]
 * @bytes: 8 * n
 *
 * Return: n, from 1 on.
 */
s32 mi_arg_number(struct bjn_ctx *c, const struct bpf_insn *insn, s32 bytes)
{
	s32 n = bytes >> 3;

	if (BPF_SIZE(insn->code) == BPF_DW && !(bytes & 7) && n >= 1 && n <= BJN_MAX_ARGS - 5)
		return n;
	bjn_fail(c, -EINVAL, "impossible argument on the stack");
	return 1;
}

/**
 * mi_window - memory that a BPF_PROBE_MEM load may touch
 * @c: compilation
 * @nr: number of the window
 * @size: set to its size in bytes, 0: there are no more windows
 *
 * Return: its address.
 */
u64 mi_window(const struct bjn_ctx *c, u32 nr, u64 *size)
{
	const u64 *window = &c->env->helper[BJN_MIPS_WINDOWS + 2 * nr];

	*size = nr < BJN_MIPS_NR_WINDOWS ? window[1] : 0;
	return *size ? window[0] : 0;
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
 * mi_retry - repeat an atomic operation if nothing was stored
 * @c: compilation
 * @stored: register that the conditional store has set
 * @loop: word offset of the load linked
 *
 * One word; the delay slot is up to the caller. On an R10000 before revision 3.0 the conditional store is only
 * reliable when a branch likely depends on it.
 */
void mi_retry(struct bjn_ctx *c, enum mi_reg stored, u32 loop)
{
	mi_back(c, mi_cpu(c, BJN_MIPS_CPU_R10000) ? MI_OP_beql : MI_OP_beq, stored, MI_ZERO, loop);
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
