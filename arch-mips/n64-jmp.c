// SPDX-License-Identifier: GPL-2.0
/*
 * 64-bit CPUs: conditional jumps.
 *
 * Sign-extending both operands of a 32-bit comparison keeps their order,
 * unsigned as well as signed.
 */
#include "n64.h"

/**
 * struct comparison - how a condition is computed
 * @set: slt or sltu; 0: beq or bne does it alone
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

/* Branch of a comparison with 0; 0: always (JGE) or never (JLT). */
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

/* if (a cond b) goto pc + off; uses X1 */
static void compare(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg a,
		    enum mi_reg b)
{
	const struct comparison *cmp = &comparisons[insn->code >> 4];
	u32 target = bjn_target(c, insn->off);

	if (!cmp->set) {
		mi_branch(c, cmp->branch, a, b, target);
		return;
	}
	mi_dst(c, cmp->set, N64_X1, cmp->swap ? b : a, cmp->swap ? a : b);
	mi_branch(c, cmp->branch, N64_X1, MI_ZERO, target);
}

/* if (a cond 0) goto pc + off */
static void compare_zero(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg a)
{
	u32 op = zero_branches[insn->code >> 4];
	u32 target = bjn_target(c, insn->off);

	if (op)
		mi_branch(c, op, a, MI_ZERO, target);
	else if (BPF_OP(insn->code) == BPF_JGE)
		mi_jump(c, target);
}

/*
 * if (a cond imm) goto pc + off for an ordering that slti or sltiu can do:
 * a > imm is !(a < imm + 1) where imm + 1 does not wrap.
 */
static bool compare_short(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg a)
{
	const struct comparison *cmp = &comparisons[insn->code >> 4];
	s64 limit = (s64)insn->imm + cmp->swap;
	u32 branch = cmp->branch;

	if (!cmp->set || !bjn_is_s(limit, 16) || (!limit && cmp->set == MI_OP_sltu))
		return false;
	if (cmp->swap)
		branch = branch == MI_OP_beq ? MI_OP_bne : MI_OP_beq;
	mi_tsi(c, cmp->set == MI_OP_slt ? MI_OP_slti : MI_OP_sltiu, N64_X1, a, limit);
	mi_branch(c, branch, N64_X1, MI_ZERO, bjn_target(c, insn->off));
	return true;
}

/* if (a cond imm) goto pc + off */
static void compare_const(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg a)
{
	if (!insn->imm) {
		compare_zero(c, insn, a);
	} else if (!compare_short(c, insn, a)) {
		mi_li32(c, N64_X2, insn->imm);
		compare(c, insn, a, N64_X2);
	}
}

/* if (dst cond src) goto pc + off */
void n64_jmp64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg a = n64_src(c, insn->dst_reg, N64_X1);

	if (mi_is_decided(c, insn))
		return;
	compare(c, insn, a, n64_src(c, insn->src_reg, N64_X2));
}

/* if (dst cond imm) goto pc + off */
void n64_jmp64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (mi_is_decided(c, insn))
		return;
	compare_const(c, insn, n64_src(c, insn->dst_reg, N64_X1));
}

/* Do zero-extended operands compare as 32-bit ones do? */
static bool is_unsigned(const struct bpf_insn *insn)
{
	return comparisons[insn->code >> 4].set != MI_OP_slt;
}

/* if ((u32)dst cond (u32)src) goto pc + off; signed: s32 */
void n64_jmp32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool zext = mi_is_zext(c, insn->dst_reg) && mi_is_zext(c, insn->src_reg);
	enum mi_reg a;

	if (mi_is_decided(c, insn))
		return;
	if (zext && is_unsigned(insn)) {
		compare(c, insn, n64_src(c, insn->dst_reg, N64_X1),
			n64_src(c, insn->src_reg, N64_X2));
		return;
	}
	a = n64_sext_src(c, insn->dst_reg, N64_X1);
	compare(c, insn, a, n64_sext_src(c, insn->src_reg, N64_X2));
}

/* if ((u32)dst cond (u32)imm) goto pc + off; signed: s32 */
void n64_jmp32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool zext = insn->imm >= 0 && is_unsigned(insn) && mi_is_zext(c, insn->dst_reg);

	if (mi_is_decided(c, insn))
		return;
	if (zext)
		compare_const(c, insn, n64_src(c, insn->dst_reg, N64_X1));
	else
		compare_const(c, insn, n64_sext_src(c, insn->dst_reg, N64_X1));
}

/* if (dst & src) goto pc + off */
void n64_jset64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg a = n64_src(c, insn->dst_reg, N64_X1);

	if (mi_is_decided(c, insn))
		return;
	mi_and(c, N64_X1, a, n64_src(c, insn->src_reg, N64_X2));
	compare_zero(c, insn, N64_X1);
}

/* if ((u32)dst & (u32)src) goto pc + off */
void n64_jset32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg a = n64_src(c, insn->dst_reg, N64_X1);

	if (mi_is_decided(c, insn))
		return;
	mi_and(c, N64_X1, a, n64_src(c, insn->src_reg, N64_X2));
	if (!mi_is_zext(c, insn->dst_reg) && !mi_is_zext(c, insn->src_reg))
		n64_sext(c, N64_X1, N64_X1);
	compare_zero(c, insn, N64_X1);
}

/* X1 = a & imm, sign-extended */
static void mask(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg a)
{
	if (bjn_is_u((u64)(s64)insn->imm, 16)) {
		mi_andi(c, N64_X1, a, (u64)insn->imm);
	} else {
		mi_li32(c, N64_X2, insn->imm);
		mi_and(c, N64_X1, a, N64_X2);
	}
}

/* if (dst & imm) goto pc + off */
void n64_jset64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (mi_is_decided(c, insn))
		return;
	mask(c, insn, n64_src(c, insn->dst_reg, N64_X1));
	compare_zero(c, insn, N64_X1);
}

/* if ((u32)dst & imm) goto pc + off; a positive mask leaves no upper half */
void n64_jset32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (mi_is_decided(c, insn))
		return;
	mask(c, insn, n64_src(c, insn->dst_reg, N64_X1));
	if (insn->imm < 0 && !mi_is_zext(c, insn->dst_reg) && !mi_is_sext(c, insn->dst_reg))
		n64_sext(c, N64_X1, N64_X1);
	compare_zero(c, insn, N64_X1);
}

/* goto *dst */
void n64_gotox(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	mi_jump_reg(c, n64_src(c, insn->dst_reg, N64_X1));
	mi_idle(c);
}
