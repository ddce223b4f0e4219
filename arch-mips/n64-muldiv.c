// SPDX-License-Identifier: GPL-2.0
/* 64-bit CPUs: multiplication and division. */
#include "n64.h"

/* rd = rs * rt; 64 bits */
static void multiply(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, enum mi_reg rt)
{
	if (mi_is_r6(c)) {
		mi_dmul(c, rd, rs, rt);
		return;
	}
	mi_dmultu(c, rs, rt);
	mi_from_hilo(c, MI_OP_mflo, rd);
}

/* dst *= src */
void n64_mul64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	multiply(c, rd, rd, n64_src(c, insn->src_reg, N64_X1));
}

/* Can the instruction for a product of 32 bits be used? Its operands are sign-extended. */
static bool has_mul32(struct bjn_ctx *c, u8 reg)
{
	return mi_cpu(c, BJN_MIPS_CPU_R1 | BJN_MIPS_CPU_R6) && mi_is_sext(c, reg);
}

/* dst = (u32)(dst * @rt) from sign-extended operands */
static void multiply32(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg rt)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	mi_dst(c, mi_is_r6(c) ? MI_OP_mul_r6 : MI_OP_mul, rd, rd, rt);
	n64_finish_sext(c, insn, rd);
}

/* dst = (u32)(dst * src) */
void n64_mul32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (has_mul32(c, insn->dst_reg) && mi_is_sext(c, insn->src_reg)) {
		multiply32(c, insn, n64_src(c, insn->src_reg, N64_X1));
		return;
	}
	n64_mul64_x(c, insn);
	n64_finish32(c, insn, n64_dst(c, insn->dst_reg));
}

/* dst *= imm */
void n64_mul64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	unsigned int log;

	if (!insn->imm) {
		mi_li32(c, rd, 0);
	} else if (insn->imm == -1) {
		mi_dsubu(c, rd, MI_ZERO, rd);
	} else if (insn->imm > 0 && mi_is_pow2((u64)insn->imm, &log)) {
		if (log)
			mi_dsll(c, rd, rd, log);
	} else {
		mi_li32(c, N64_X1, insn->imm);
		multiply(c, rd, rd, N64_X1);
	}
}

/* dst = (u32)(dst * imm) */
void n64_mul32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	unsigned int log;

	if (insn->imm == 1 && mi_is_zext(c, insn->dst_reg))
		return;
	if (has_mul32(c, insn->dst_reg) && insn->imm && insn->imm != -1 &&
	    !mi_is_pow2((u32)insn->imm, &log)) {
		mi_li32(c, N64_X1, insn->imm);
		multiply32(c, insn, N64_X1);
		return;
	}
	n64_mul64_k(c, insn);
	if (insn->imm)
		n64_finish32(c, insn, rd);
}

/**
 * struct division - instructions of one kind of division
 * @quot: Release 6: quotient
 * @rem: Release 6: remainder
 * @both: before: into HI and LO
 */
struct division {
	u32 quot, rem, both;
};

/* Index: signed; 32-bit operands must be sign-extended for either. */
static const struct division div_64[2] = {
	{ MI_OP_ddivu_r6, MI_OP_dmodu, MI_OP_ddivu_ },
	{ MI_OP_ddiv_r6, MI_OP_dmod, MI_OP_ddiv_ },
};

static const struct division div_32[2] = {
	{ MI_OP_divu_r6, MI_OP_modu, MI_OP_divu_ },
	{ MI_OP_div_r6, MI_OP_mod, MI_OP_div_ },
};

/* rd = rs / rt, rs % rt */
static void divide(struct bjn_ctx *c, const struct division *d, const struct bpf_insn *insn,
		   enum mi_reg rd, enum mi_reg rs, enum mi_reg rt)
{
	bool mod = BPF_OP(insn->code) == BPF_MOD;

	if (mi_is_r6(c)) {
		mi_dst(c, mod ? d->rem : d->quot, rd, rs, rt);
		return;
	}
	mi_st(c, d->both, rs, rt);
	mi_from_hilo(c, mod ? MI_OP_mfhi : MI_OP_mflo, rd);
}

/* dst = dst / src, dst = dst % src; signed when off is 1 */
void n64_div64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	divide(c, &div_64[!!insn->off], insn, rd, rd, n64_src(c, insn->src_reg, N64_X2));
}

/*
 * dst = (u32)dst / @rt, (u32)dst % @rt, the same for signed; @rt is
 * sign-extended. A result that is no greater than a positive dividend needs no
 * extension.
 */
static void divide32(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg rt)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	bool small = mi_is_zext(c, insn->dst_reg) && mi_is_sext(c, insn->dst_reg) && !insn->off;

	divide(c, &div_32[!!insn->off], insn, rd, n64_sext_src(c, insn->dst_reg, N64_X1), rt);
	if (!small)
		n64_finish_sext(c, insn, rd);
}

/* dst = (u32)((u32)dst / (u32)src), the same for % and signed */
void n64_div32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	divide32(c, insn, n64_sext_src(c, insn->src_reg, N64_X2));
}

/*
 * Division by a constant that needs no division. @width is 32 or 64; for 32
 * the operand may have anything in its upper half.
 *
 * Return: false when there is no such way, true when the code is complete.
 */
static bool div_simple(struct bjn_ctx *c, enum mi_reg rd, const struct bpf_insn *insn,
		       unsigned int width)
{
	bool mod = BPF_OP(insn->code) == BPF_MOD;
	u64 divisor = width == 64 ? (u64)(s64)insn->imm : (u32)insn->imm;
	unsigned int log;

	if (insn->off && insn->imm != 1)
		return false;
	if (!mi_is_pow2(divisor, &log))
		return false;
	if (mod && !log)
		mi_li32(c, rd, 0);
	else if (mod)
		n64_field(c, rd, rd, 0, log);
	else if (log || (width == 32 && !mi_is_zext(c, insn->dst_reg)))
		n64_field(c, rd, rd, log, width - log);
	return true;
}

/* x / -1 = -x, x % -1 = 0 without the overflow of the smallest value */
static bool div_minus_one(struct bjn_ctx *c, enum mi_reg rd, const struct bpf_insn *insn)
{
	if (!insn->off || insn->imm != -1)
		return false;
	if (BPF_OP(insn->code) == BPF_DIV)
		mi_dsubu(c, rd, MI_ZERO, rd);
	else
		mi_li32(c, rd, 0);
	return true;
}

/* dst = dst / imm, dst = dst % imm; signed when off is 1 */
void n64_div64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	if (div_simple(c, rd, insn, 64) || div_minus_one(c, rd, insn))
		return;
	mi_li32(c, N64_X2, insn->imm);
	divide(c, &div_64[!!insn->off], insn, rd, rd, N64_X2);
}

/* dst = (u32)((u32)dst / (u32)imm), the same for % and signed */
void n64_div32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	if (div_simple(c, rd, insn, 32))
		return;
	if (div_minus_one(c, rd, insn)) {
		n64_finish32(c, insn, rd);
	} else {
		mi_li32(c, N64_X2, insn->imm);
		divide32(c, insn, N64_X2);
	}
}
