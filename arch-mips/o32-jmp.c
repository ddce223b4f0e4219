// SPDX-License-Identifier: GPL-2.0
/* 32-bit CPUs: conditional jumps. */
#include "o32.h"

/**
 * struct comparison - how an ordering is computed
 * @set: slt or sltu
 * @swap: operands the other way round
 * @branch: branch on the result being not zero (bne) or zero (beq)
 */
struct comparison {
	u32 set;
	bool swap;
	u32 branch;
};

static const struct comparison comparisons[16] = {
	[BPF_JEQ >> 4] = { 0, false, MI_OP_beq },
	[BPF_JNE >> 4] = { 0, false, MI_OP_bne },
	[BPF_JGT >> 4] = { MI_OP_sltu, true, MI_OP_bne },
	[BPF_JGE >> 4] = { MI_OP_sltu, false, MI_OP_beq },
	[BPF_JLT >> 4] = { MI_OP_sltu, false, MI_OP_bne },
	[BPF_JLE >> 4] = { MI_OP_sltu, true, MI_OP_beq },
	[BPF_JSGT >> 4] = { MI_OP_slt, true, MI_OP_bne },
	[BPF_JSGE >> 4] = { MI_OP_slt, false, MI_OP_beq },
	[BPF_JSLT >> 4] = { MI_OP_slt, false, MI_OP_bne },
	[BPF_JSLE >> 4] = { MI_OP_slt, true, MI_OP_beq },
};

static const struct comparison *comparison(const struct bpf_insn *insn)
{
	return &comparisons[insn->code >> 4];
}

/* Branch of a comparison of one half with 0; 0: always (JGE) or never (JLT). */
static const u32 zero_branches[16] = {
	[BPF_JEQ >> 4] = MI_OP_beq,
	[BPF_JNE >> 4] = MI_OP_bne,
	[BPF_JSET >> 4] = MI_OP_bne,
	[BPF_JGT >> 4] = MI_OP_bne,
	[BPF_JLE >> 4] = MI_OP_beq,
	[BPF_JSGT >> 4] = MI_OP_bgtz,
	[BPF_JSGE >> 4] = MI_OP_bgez,
	[BPF_JSLT >> 4] = MI_OP_bltz,
	[BPF_JSLE >> 4] = MI_OP_blez,
};

static void branch_zero(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg a)
{
	u32 op = zero_branches[insn->code >> 4];
	u32 target = bjn_target(c, insn->off);

	if (op)
		mi_branch(c, op, a, MI_ZERO, target);
	else if (BPF_OP(insn->code) == BPF_JGE)
		mi_jump(c, target);
}

/*
 * X1 = a < b, 64 bits; X1 is already the comparison of the low halves, unsigned
 *
 *	if (differ)
 *		X1 = less
 *
 * @differ is not 0 if the high halves differ, @less says whether a.hi is less
 * than b.hi; it is 0 if they are equal. At most three words.
 */
static void decide_high(struct bjn_ctx *c, enum mi_reg differ, enum mi_reg less)
{
	if (mi_cpu(c, BJN_MIPS_CPU_IV)) {
		mi_movn(c, O32_X1, less, differ);
		return;
	}
	if (mi_is_r6(c)) {
		mi_seleqz(c, O32_X1, O32_X1, differ);
	} else {
		mi_sltiu(c, O32_X3, differ, 1);
		mi_and(c, O32_X1, O32_X1, O32_X3);
	}
	if (less != MI_ZERO)
		mi_or(c, O32_X1, O32_X1, less);
}

/* if ((u32)a cond (u32)b) goto pc + off; signed: s32 */
static void compare_half(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg a,
			 enum mi_reg b)
{
	const struct comparison *cmp = comparison(insn);
	u32 target = bjn_target(c, insn->off);

	if (!cmp->set) {
		mi_branch(c, cmp->branch, a, b, target);
		return;
	}
	mi_dst(c, cmp->set, O32_X1, cmp->swap ? b : a, cmp->swap ? a : b);
	mi_branch(c, cmp->branch, O32_X1, MI_ZERO, target);
}

/* The same as compare_half() for an ordering that slti or sltiu can do. */
static bool compare_short(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg a)
{
	const struct comparison *cmp = comparison(insn);
	s64 limit = (s64)insn->imm + cmp->swap;
	u32 branch = cmp->branch;

	if (!cmp->set || !bjn_is_s(limit, 16) || (!limit && cmp->set == MI_OP_sltu))
		return false;
	if (cmp->swap)
		branch = branch == MI_OP_beq ? MI_OP_bne : MI_OP_beq;
	mi_tsi(c, cmp->set == MI_OP_slt ? MI_OP_slti : MI_OP_sltiu, O32_X1, a, limit);
	mi_branch(c, branch, O32_X1, MI_ZERO, bjn_target(c, insn->off));
	return true;
}

/* if ((u32)a cond (u32)imm) goto pc + off; signed: s32 */
static void compare_half_const(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg a)
{
	if (!insn->imm) {
		branch_zero(c, insn, a);
	} else if (!compare_short(c, insn, a)) {
		mi_li32(c, O32_X2, insn->imm);
		compare_half(c, insn, a, O32_X2);
	}
}

/*
 * Low halves decide where both operands are sign-extended. So they do, without
 * a sign, where both are zero-extended.
 *
 * Return: false if they are neither; else @low is the comparison of low halves.
 */
static bool low_decides(struct bjn_ctx *c, const struct bpf_insn *insn, struct bpf_insn *low)
{
	bool k = BPF_SRC(insn->code) == BPF_K;
	bool zext = k ? insn->imm >= 0 : mi_is_zext(c, insn->src_reg);
	bool sext = k || mi_is_sext(c, insn->src_reg);

	*low = *insn;
	if (sext && mi_is_sext(c, insn->dst_reg))
		return true;
	if (!zext || !mi_is_zext(c, insn->dst_reg))
		return false;
	switch (BPF_OP(insn->code)) {
	case BPF_JSGT:
	case BPF_JSGE:
		low->code -= BPF_JSGT - BPF_JGT;
		break;
	case BPF_JSLT:
	case BPF_JSLE:
		low->code -= BPF_JSLT - BPF_JLT;
	}
	return true;
}

/* if (dst cond src) goto pc + off */
void o32_jmp64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	const struct comparison *cmp = comparison(insn);
	struct o32_pair a = o32_src(c, insn->dst_reg, O32_X1);
	struct o32_pair b = o32_src(c, insn->src_reg, O32_X2);
	u32 target = bjn_target(c, insn->off);
	struct o32_pair t = a;
	struct bpf_insn low;

	if (mi_is_decided(c, insn))
		return;
	if (low_decides(c, insn, &low)) {
		compare_half(c, &low, a.lo, b.lo);
		return;
	}
	if (cmp->swap) {
		a = b;
		b = t;
	}
	if (cmp->set) {
		mi_sltu(c, O32_X1, a.lo, b.lo);
		mi_xor(c, O32_X3, a.hi, b.hi);
		mi_dst(c, cmp->set, O32_X2, a.hi, b.hi);
		decide_high(c, O32_X3, O32_X2);
	} else {
		mi_xor(c, O32_X1, a.lo, b.lo);
		mi_xor(c, O32_X2, a.hi, b.hi);
		mi_or(c, O32_X1, O32_X1, O32_X2);
	}
	mi_branch(c, cmp->branch, O32_X1, MI_ZERO, target);
}

/* X1 = 0 if a == imm */
static void differ_const(struct bjn_ctx *c, struct o32_pair a, s32 imm)
{
	enum mi_reg lo = a.lo;

	if (bjn_is_u((u32)imm, 16)) {
		if (imm) {
			mi_xori(c, O32_X1, lo, (u32)imm);
			lo = O32_X1;
		}
	} else if (bjn_is_s(-(s64)imm, 16)) {
		mi_addiu(c, O32_X1, lo, -(s64)imm);
		lo = O32_X1;
	} else {
		mi_li32(c, O32_X2, imm);
		mi_xor(c, O32_X1, lo, O32_X2);
		lo = O32_X1;
	}
	if (imm < 0) {
		mi_nor(c, O32_X2, a.hi, MI_ZERO);
		mi_or(c, O32_X1, lo, O32_X2);
	} else {
		mi_or(c, O32_X1, lo, a.hi);
	}
}

/* X1 = a < limit, 64 bits, true is anything but 0; the limit fits 33 bits */
static void less_const(struct bjn_ctx *c, u32 set, struct o32_pair a, s64 limit)
{
	if (bjn_is_s((s32)limit, 16)) {
		mi_sltiu(c, O32_X1, a.lo, (s32)limit);
	} else {
		mi_li32(c, O32_X0, (s32)limit);
		mi_sltu(c, O32_X1, a.lo, O32_X0);
	}
	if (limit >= 0 && set == MI_OP_sltu) {
		decide_high(c, a.hi, MI_ZERO);
	} else if (limit >= 0) {
		mi_slt(c, O32_X2, a.hi, MI_ZERO);
		decide_high(c, a.hi, O32_X2);
	} else if (set == MI_OP_sltu) {
		mi_addiu(c, O32_X3, a.hi, 1);
		mi_or(c, O32_X1, O32_X1, O32_X3);
	} else {
		mi_nor(c, O32_X3, a.hi, MI_ZERO);
		mi_slti(c, O32_X2, a.hi, -1);
		decide_high(c, O32_X3, O32_X2);
	}
}

/* if (dst cond imm) goto pc + off; a > imm is !(a < imm + 1) */
void o32_jmp64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	const struct comparison *cmp = comparison(insn);
	struct o32_pair a = o32_src(c, insn->dst_reg, O32_X1);
	s64 limit = (s64)insn->imm + cmp->swap;
	u32 target = bjn_target(c, insn->off);
	u32 branch = cmp->branch;
	struct bpf_insn low;

	if (mi_is_decided(c, insn))
		return;
	if (low_decides(c, insn, &low)) {
		compare_half_const(c, &low, a.lo);
		return;
	}
	if (!limit && cmp->set == MI_OP_slt) {
		/* the sign decides: a < 0 */
		mi_branch(c, (branch == MI_OP_bne) != cmp->swap ? MI_OP_bltz : MI_OP_bgez, a.hi,
			  MI_ZERO, target);
		return;
	}
	if (!limit && cmp->set) {
		/* a >= 0 and a <= -1, unsigned, always hold; the others never */
		if (BPF_OP(insn->code) == BPF_JGE || BPF_OP(insn->code) == BPF_JLE)
			mi_jump(c, target);
		return;
	}
	if (cmp->set) {
		less_const(c, cmp->set, a, limit);
		if (cmp->swap)
			branch = branch == MI_OP_beq ? MI_OP_bne : MI_OP_beq;
	} else {
		differ_const(c, a, insn->imm);
	}
	mi_branch(c, branch, O32_X1, MI_ZERO, target);
}

/* if ((u32)dst cond (u32)src) goto pc + off; signed: s32 */
void o32_jmp32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg a = o32_src(c, insn->dst_reg, O32_X1).lo;

	if (mi_is_decided(c, insn))
		return;
	compare_half(c, insn, a, o32_src(c, insn->src_reg, O32_X2).lo);
}

/* if ((u32)dst cond (u32)imm) goto pc + off; signed: s32 */
void o32_jmp32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg a = o32_src(c, insn->dst_reg, O32_X1).lo;

	if (mi_is_decided(c, insn))
		return;
	compare_half_const(c, insn, a);
}

/* if (dst & src) goto pc + off */
void o32_jset64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair a = o32_src(c, insn->dst_reg, O32_X1);
	struct o32_pair b = o32_src(c, insn->src_reg, O32_X2);

	if (mi_is_decided(c, insn))
		return;
	mi_and(c, O32_X1, a.lo, b.lo);
	if (!mi_is_zext(c, insn->dst_reg) && !mi_is_zext(c, insn->src_reg)) {
		mi_and(c, O32_X2, a.hi, b.hi);
		mi_or(c, O32_X1, O32_X1, O32_X2);
	}
	branch_zero(c, insn, O32_X1);
}

/* if ((u32)dst & (u32)src) goto pc + off */
void o32_jset32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg a = o32_src(c, insn->dst_reg, O32_X1).lo;

	if (mi_is_decided(c, insn))
		return;
	mi_and(c, O32_X1, a, o32_src(c, insn->src_reg, O32_X2).lo);
	branch_zero(c, insn, O32_X1);
}

/* X1 = a & imm */
static void mask_half(struct bjn_ctx *c, enum mi_reg a, s32 imm)
{
	if (bjn_is_u((u32)imm, 16)) {
		mi_andi(c, O32_X1, a, (u32)imm);
	} else {
		mi_li32(c, O32_X2, imm);
		mi_and(c, O32_X1, a, O32_X2);
	}
}

/* if (dst & imm) goto pc + off */
void o32_jset64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair a = o32_src(c, insn->dst_reg, O32_X1);

	if (mi_is_decided(c, insn))
		return;
	mask_half(c, a.lo, insn->imm);
	if (insn->imm < 0 && !mi_is_zext(c, insn->dst_reg))
		mi_or(c, O32_X1, O32_X1, a.hi);
	branch_zero(c, insn, O32_X1);
}

/* if ((u32)dst & imm) goto pc + off */
void o32_jset32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (mi_is_decided(c, insn))
		return;
	mask_half(c, o32_src(c, insn->dst_reg, O32_X1).lo, insn->imm);
	branch_zero(c, insn, O32_X1);
}
