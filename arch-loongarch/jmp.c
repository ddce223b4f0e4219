// SPDX-License-Identifier: GPL-2.0
/*
 * Branches.
 *
 * Comparisons of 32 bits are done on sign-extended operands: that keeps the
 * order of unsigned values, too.
 */
#include "emit.h"

/* Forms of a branch, bjn_fixup.kind. */
enum la_fix {
	LA_FIX_16,	/* two registers compared */
	LA_FIX_21,	/* register compared with 0 */
	LA_FIX_26,	/* always */
};

/**
 * la_patch - complete a forward branch
 * @c: compilation, fails with -ERANGE when the target is out of reach
 * @fix: the branch
 * @delta: distance in words
 */
void la_patch(struct bjn_ctx *c, const struct bjn_fixup *fix, s32 delta)
{
	switch (fix->kind) {
	case LA_FIX_16:
		c->code[fix->at] |= bjn_s(c, delta, 16, 10);
		break;
	case LA_FIX_21:
		c->code[fix->at] |= la_split(c, delta, 21);
		break;
	default:
		c->code[fix->at] |= la_split(c, delta, 26);
	}
}

/* A branch to a target not yet known: without a distance, to be patched. */
static void put_forward(struct bjn_ctx *c, u32 word, u32 target, enum la_fix kind)
{
	bjn_forward(c, target, kind);
	bjn_put(c, word);
}

/**
 * la_jump - unconditional branch
 * @c: compilation
 * @target: BPF instruction; the program's length means the common exit
 */
void la_jump(struct bjn_ctx *c, u32 target)
{
	if (bjn_is_known(c, target))
		la_b(c, bjn_distance(c, target) * 4);
	else
		put_forward(c, LA_OP_b, target, LA_FIX_26);
}

/* if (rj op rd) goto target; op is one of beq ... bgeu; at most 2 words */
static void branch(struct bjn_ctx *c, u32 op, enum la_reg rj, enum la_reg rd, u32 target)
{
	s64 distance = bjn_distance(c, target);

	if (bjn_is_s(distance, 16)) {
		if (bjn_is_known(c, target))
			la_jdo16(c, op, rj, rd, distance * 4);
		else
			put_forward(c, op | rj << 5 | rd, target, LA_FIX_16);
	} else {
		la_jdo16(c, op ^ LA_INVERT, rj, rd, 8);
		la_jump(c, target);
	}
}

/* if (rj == 0) goto target; op is beqz or bnez; at most 2 words */
static void branch_zero(struct bjn_ctx *c, u32 op, enum la_reg rj, u32 target)
{
	s64 distance = bjn_distance(c, target);

	if (bjn_is_s(distance, 21)) {
		if (bjn_is_known(c, target))
			la_jo21(c, op, rj, distance * 4);
		else
			put_forward(c, op | rj << 5, target, LA_FIX_21);
	} else {
		la_jo21(c, op ^ LA_INVERT, rj, 8);
		la_jump(c, target);
	}
}

/* Machine branch of each BPF comparison, and whether it swaps its operands. */
static const struct {
	u32 op;
	bool swap;
} comparisons[16] = {
	[BPF_JEQ >> 4] = { LA_OP_beq, false },
	[BPF_JNE >> 4] = { LA_OP_bne, false },
	[BPF_JGT >> 4] = { LA_OP_bltu, true },
	[BPF_JGE >> 4] = { LA_OP_bgeu, false },
	[BPF_JLT >> 4] = { LA_OP_bltu, false },
	[BPF_JLE >> 4] = { LA_OP_bgeu, true },
	[BPF_JSGT >> 4] = { LA_OP_blt, true },
	[BPF_JSGE >> 4] = { LA_OP_bge, false },
	[BPF_JSLT >> 4] = { LA_OP_blt, false },
	[BPF_JSLE >> 4] = { LA_OP_bge, true },
};

/* if (a cond b) goto pc + off */
static void compare(struct bjn_ctx *c, const struct bpf_insn *insn, enum la_reg a,
		    enum la_reg b)
{
	u32 target = bjn_target(c, insn->off);
	u8 cond = insn->code >> 4;

	if (comparisons[cond].swap)
		branch(c, comparisons[cond].op, b, a, target);
	else
		branch(c, comparisons[cond].op, a, b, target);
}

/* Branch on a register being 0 (JEQ and, unsigned, JLE) or not (JNE, JGT). */
static void compare_zero(struct bjn_ctx *c, const struct bpf_insn *insn, enum la_reg a)
{
	u32 target = bjn_target(c, insn->off);

	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
	case BPF_JLE:
		branch_zero(c, LA_OP_beqz, a, target);
		break;
	case BPF_JNE:
	case BPF_JGT:
	case BPF_JSET:
		branch_zero(c, LA_OP_bnez, a, target);
		break;
	default:
		compare(c, insn, a, LA_ZERO);
	}
}

static bool is_equality(const struct bpf_insn *insn)
{
	return BPF_OP(insn->code) == BPF_JEQ || BPF_OP(insn->code) == BPF_JNE;
}

/* Register with the constant of a comparison. */
static enum la_reg compare_value(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	la_li(c, LA_X2, insn->imm);
	return LA_X2;
}

/* if (dst cond src) goto pc + off */
void la_jmp64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg a = la_src(c, insn->dst_reg, LA_X1);

	compare(c, insn, a, la_src(c, insn->src_reg, LA_X2));
}

/* if (dst cond imm) goto pc + off */
void la_jmp64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg a = la_src(c, insn->dst_reg, LA_X1);

	if (insn->imm)
		compare(c, insn, a, compare_value(c, insn));
	else
		compare_zero(c, insn, a);
}

/* if ((u32)dst cond (u32)src) goto pc + off; signed: s32 */
void la_jmp32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg a = la_src(c, insn->dst_reg, LA_X1);
	enum la_reg b = la_src(c, insn->src_reg, LA_X2);

	if (is_equality(insn)) {
		la_sub_w(c, LA_X1, a, b);
		compare_zero(c, insn, LA_X1);
		return;
	}
	la_sext_w(c, LA_X1, a);
	la_sext_w(c, LA_X2, b);
	compare(c, insn, LA_X1, LA_X2);
}

/* if ((u32)dst cond (u32)imm) goto pc + off; signed: s32 */
void la_jmp32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg a = la_src(c, insn->dst_reg, LA_X1);

	if (is_equality(insn) && bjn_is_s(-(s64)insn->imm, 12)) {
		la_addi_w(c, LA_X1, a, -insn->imm);
		compare_zero(c, insn, LA_X1);
		return;
	}
	la_sext_w(c, LA_X1, a);
	if (insn->imm)
		compare(c, insn, LA_X1, compare_value(c, insn));
	else
		compare_zero(c, insn, LA_X1);
}

/* if (dst & src) goto pc + off */
void la_jset64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg a = la_src(c, insn->dst_reg, LA_X1);

	la_and(c, LA_X1, a, la_src(c, insn->src_reg, LA_X2));
	compare_zero(c, insn, LA_X1);
}

/* if ((u32)dst & (u32)src) goto pc + off */
void la_jset32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg a = la_src(c, insn->dst_reg, LA_X1);

	la_and(c, LA_X1, a, la_src(c, insn->src_reg, LA_X2));
	la_sext_w(c, LA_X1, LA_X1);
	compare_zero(c, insn, LA_X1);
}

/* if (a & mask) goto pc + off */
static void test_mask(struct bjn_ctx *c, const struct bpf_insn *insn, enum la_reg a, u64 mask)
{
	unsigned int msb, lsb;

	if (bjn_is_u(mask, 12)) {
		la_andi(c, LA_X1, a, mask);
	} else if (la_is_run(mask, &msb, &lsb)) {
		la_bstrpick_d(c, LA_X1, a, msb, lsb);
	} else {
		la_li(c, LA_X2, (s64)mask);
		la_and(c, LA_X1, a, LA_X2);
	}
	compare_zero(c, insn, LA_X1);
}

/* if (dst & imm) goto pc + off */
void la_jset64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	test_mask(c, insn, la_src(c, insn->dst_reg, LA_X1), (u64)(s64)insn->imm);
}

/* if ((u32)dst & imm) goto pc + off */
void la_jset32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	test_mask(c, insn, la_src(c, insn->dst_reg, LA_X1), (u32)insn->imm);
}

/* goto pc + off */
void la_ja(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (insn->off)
		la_jump(c, bjn_target(c, insn->off));
}

/* goto pc + imm */
void la_gotol(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (insn->imm)
		la_jump(c, bjn_target(c, insn->imm));
}

/* goto *dst; the machine needs no landing pad */
void la_gotox(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	la_jirl(c, LA_ZERO, la_src(c, insn->dst_reg, LA_X1), 0);
}
