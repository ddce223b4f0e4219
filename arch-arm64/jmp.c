// SPDX-License-Identifier: GPL-2.0
/* Branches. */
#include "emit.h"

/* Forms of a branch, bjn_fixup.kind. */
enum a64_fix {
	A64_FIX_14,	/* bit tested */
	A64_FIX_19,	/* flags, or register compared with 0 */
	A64_FIX_26,	/* always */
};

/**
 * a64_patch - complete a forward branch
 * @c: compilation, fails with -ERANGE when the target is out of reach
 * @fix: the branch
 * @delta: distance in words
 */
void a64_patch(struct bjn_ctx *c, const struct bjn_fixup *fix, s32 delta)
{
	switch (fix->kind) {
	case A64_FIX_14:
		c->code[fix->at] |= bjn_s(c, delta, 14, 5);
		break;
	case A64_FIX_19:
		c->code[fix->at] |= bjn_s(c, delta, 19, 5);
		break;
	default:
		c->code[fix->at] |= bjn_s(c, delta, 26, 0);
	}
}

/*
 * Distance in bytes for a branch that is the next word: 0 for now when the
 * target is not known, to be patched.
 */
static s64 branch_offset(struct bjn_ctx *c, u32 target, enum a64_fix kind)
{
	if (bjn_is_known(c, target))
		return bjn_distance(c, target) * 4;
	bjn_forward(c, target, kind);
	return 0;
}

/**
 * a64_jump - unconditional branch
 * @c: compilation
 * @target: BPF instruction; the program's length means the common exit
 */
void a64_jump(struct bjn_ctx *c, u32 target)
{
	a64_b(c, branch_offset(c, target, A64_FIX_26));
}

/* if (flags say cond) goto target; at most 2 words */
static void branch(struct bjn_ctx *c, enum a64_cond cond, u32 target)
{
	if (bjn_is_s(bjn_distance(c, target), 19)) {
		a64_b_cond(c, cond, branch_offset(c, target, A64_FIX_19));
	} else {
		a64_b_cond(c, cond ^ 1, 8);
		a64_jump(c, target);
	}
}

/* if (rt == 0) goto target; op is cbz or cbnz; at most 2 words */
static void branch_zero(struct bjn_ctx *c, u32 op, enum a64_width w, enum a64_reg rt, u32 target)
{
	if (bjn_is_s(bjn_distance(c, target), 19)) {
		a64_wto19(c, op, w, rt, branch_offset(c, target, A64_FIX_19));
	} else {
		a64_wto19(c, op ^ A64_INVERT, w, rt, 8);
		a64_jump(c, target);
	}
}

/* if (bit of rt is 0) goto target; op is tbz or tbnz; at most 2 words */
static void branch_bit(struct bjn_ctx *c, u32 op, enum a64_reg rt, unsigned int bit, u32 target)
{
	if (bjn_is_s(bjn_distance(c, target), 14)) {
		a64_tbo14(c, op, rt, bit, branch_offset(c, target, A64_FIX_14));
	} else {
		a64_tbo14(c, op ^ A64_INVERT, rt, bit, 8);
		a64_jump(c, target);
	}
}

/* Condition after a comparison of dst with src. */
static const u8 conditions[16] = {
	[BPF_JEQ >> 4] = A64_EQ,
	[BPF_JNE >> 4] = A64_NE,
	[BPF_JGT >> 4] = A64_HI,
	[BPF_JGE >> 4] = A64_HS,
	[BPF_JLT >> 4] = A64_LO,
	[BPF_JLE >> 4] = A64_LS,
	[BPF_JSGT >> 4] = A64_GT,
	[BPF_JSGE >> 4] = A64_GE,
	[BPF_JSLT >> 4] = A64_LT,
	[BPF_JSLE >> 4] = A64_LE,
	[BPF_JSET >> 4] = A64_NE,	/* after an AND */
};

static void branch_if(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	branch(c, conditions[insn->code >> 4], bjn_target(c, insn->off));
}

/* if (dst cond src) goto pc + off */
void a64_jmp_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg a = a64_src(c, insn->dst_reg, A64_T1);

	a64_subs(c, a64_width(insn), A64_ZR, a, a64_src(c, insn->src_reg, A64_T2));
	branch_if(c, insn);
}

/* Comparison with 0 that needs no flags; false when there is none. */
static bool compare_zero(struct bjn_ctx *c, const struct bpf_insn *insn, enum a64_reg a)
{
	enum a64_width w = a64_width(insn);
	u32 target = bjn_target(c, insn->off);

	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
	case BPF_JLE:
		branch_zero(c, A64_OP_cbz, w, a, target);
		return true;
	case BPF_JNE:
	case BPF_JGT:
		branch_zero(c, A64_OP_cbnz, w, a, target);
		return true;
	case BPF_JSLT:
		branch_bit(c, A64_OP_tbnz, a, w ? 63 : 31, target);
		return true;
	case BPF_JSGE:
		branch_bit(c, A64_OP_tbz, a, w ? 63 : 31, target);
		return true;
	}
	return false;
}

/* if (dst cond imm) goto pc + off */
void a64_jmp_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg a = a64_src(c, insn->dst_reg, A64_T1);
	enum a64_width w = a64_width(insn);
	s64 imm = insn->imm;

	if (!imm && compare_zero(c, insn, a))
		return;
	if (imm >= 0 && a64_is_addend((u64)imm)) {
		a64_subs_i(c, w, A64_ZR, a, (u64)imm);
	} else if (imm < 0 && a64_is_addend((u64)-imm)) {
		a64_adds_i(c, w, A64_ZR, a, (u64)-imm);
	} else {
		a64_li(c, A64_T2, w ? (u64)imm : (u32)imm);
		a64_subs(c, w, A64_ZR, a, A64_T2);
	}
	branch_if(c, insn);
}

/* if (dst & src) goto pc + off */
void a64_jset_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg a = a64_src(c, insn->dst_reg, A64_T1);

	a64_ands(c, a64_width(insn), A64_ZR, a, a64_src(c, insn->src_reg, A64_T2));
	branch_if(c, insn);
}

/* if (dst & imm) goto pc + off */
void a64_jset_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg a = a64_src(c, insn->dst_reg, A64_T1);
	enum a64_width w = a64_width(insn);
	u64 mask = w ? (u64)(s64)insn->imm : (u32)insn->imm;
	u32 fields;

	if (mask && !(mask & (mask - 1))) {
		branch_bit(c, A64_OP_tbnz, a, (unsigned int)__builtin_ctzll(mask),
			   bjn_target(c, insn->off));
		return;
	}
	if (insn->imm == -1) {
		branch_zero(c, A64_OP_cbnz, w, a, bjn_target(c, insn->off));
		return;
	}
	if (a64_mask_fields(w, mask, &fields)) {
		a64_ands_i(c, w, A64_ZR, a, mask);
	} else {
		a64_li(c, A64_T2, mask);
		a64_ands(c, w, A64_ZR, a, A64_T2);
	}
	branch_if(c, insn);
}

/* goto pc + off */
void a64_ja(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (insn->off)
		a64_jump(c, bjn_target(c, insn->off));
}

/* goto pc + imm */
void a64_gotol(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (insn->imm)
		a64_jump(c, bjn_target(c, insn->imm));
}

/**
 * a64_landing - landing pad of an indirect jump
 * @c: compilation, before the instruction that it may lead to
 */
void a64_landing(struct bjn_ctx *c)
{
	if (a64_cpu(c, BJN_A64_CPU_BTI) && bjn_is_landing(c, c->idx))
		a64_bti_j(c);
}

/* goto *dst */
void a64_gotox(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	a64_br(c, a64_src(c, insn->dst_reg, A64_T1));
}
