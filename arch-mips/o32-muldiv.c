// SPDX-License-Identifier: GPL-2.0
/* 32-bit CPUs: multiplication and division. */
#include "o32.h"

/* rd = low half of rs * rt; HI and LO are destroyed; at most 1 + MI_HILO_WORDS */
static void mul_low(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, enum mi_reg rt)
{
	if (mi_is_r6(c)) {
		mi_mul_r6(c, rd, rs, rt);
	} else if (mi_cpu(c, BJN_MIPS_CPU_R1)) {
		mi_mul(c, rd, rs, rt);
	} else {
		mi_multu(c, rs, rt);
		mi_from_hilo(c, MI_OP_mflo, rd);
	}
}

/*
 * d *= s
 *
 *	X1 = d.hi * s.lo + d.lo * s.hi
 *	d = d.lo * s.lo, all 64 bits
 *	d.hi += X1
 *
 * This is what follows the first line; @cross: X1 is not known to be 0.
 */
static void finish_product(struct bjn_ctx *c, struct o32_pair d, struct o32_pair s, bool cross)
{
	if (mi_is_r6(c)) {
		mi_muhu(c, d.hi, d.lo, s.lo);
		mi_mul_r6(c, d.lo, d.lo, s.lo);
	} else {
		mi_multu(c, d.lo, s.lo);
		mi_mflo(c, d.lo);
		mi_from_hilo(c, MI_OP_mfhi, d.hi);
	}
	if (cross)
		mi_addu(c, d.hi, d.hi, O32_X1);
}

/* dst *= src */
void o32_mul64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	struct o32_pair s = o32_src(c, insn->src_reg, O32_X2);
	bool src_zext = s.hi == MI_ZERO || mi_is_zext(c, insn->src_reg);
	bool dst_zext = mi_is_zext(c, insn->dst_reg);

	if (o32_low_is_all(c, insn)) {
		mul_low(c, d.lo, d.lo, s.lo);
		return;
	}
	if (!dst_zext)
		mul_low(c, O32_X1, d.hi, s.lo);
	if (!src_zext)
		mul_low(c, dst_zext ? O32_X1 : O32_X0, d.lo, s.hi);
	if (!dst_zext && !src_zext)
		mi_addu(c, O32_X1, O32_X1, O32_X0);
	finish_product(c, d, s, !dst_zext || !src_zext);
}

/* dst *= imm */
void o32_mul64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	const struct o32_pair s = { O32_X2, MI_ZERO };

	switch (insn->imm) {
	case 0:
		o32_zero(c, d.lo);
		o32_zero(c, d.hi);
		return;
	case 1:
		return;
	case -1:
		o32_neg64(c, insn);
		return;
	}
	mi_li32(c, O32_X2, insn->imm);
	if (o32_low_is_all(c, insn)) {
		mul_low(c, d.lo, d.lo, O32_X2);
		return;
	}
	if (insn->imm > 0 && mi_is_zext(c, insn->dst_reg)) {
		finish_product(c, d, s, false);
		return;
	}
	mul_low(c, O32_X1, d.hi, O32_X2);
	if (insn->imm < 0)
		mi_subu(c, O32_X1, O32_X1, d.lo);	/* s.hi is -1 */
	finish_product(c, d, s, true);
}

/* dst = (u32)(dst * src) */
void o32_mul32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	mul_low(c, d.lo, d.lo, o32_src(c, insn->src_reg, O32_X2).lo);
	o32_finish32(c, insn);
}

/* dst = (u32)(dst * imm) */
void o32_mul32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	unsigned int log;

	if (mi_is_pow2((u32)insn->imm, &log)) {
		if (log)
			mi_sll(c, d.lo, d.lo, log);
	} else {
		mi_li32(c, O32_X2, insn->imm);
		mul_low(c, d.lo, d.lo, O32_X2);
	}
	o32_finish32(c, insn);
}

/* rd = rd / rt, rd % rt; one half, signed when off is 1 */
static void divide_half(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg rd,
			enum mi_reg rt)
{
	bool mod = BPF_OP(insn->code) == BPF_MOD;

	if (mi_is_r6(c)) {
		if (insn->off)
			mi_dst(c, mod ? MI_OP_mod : MI_OP_div_r6, rd, rd, rt);
		else
			mi_dst(c, mod ? MI_OP_modu : MI_OP_divu_r6, rd, rd, rt);
		return;
	}
	mi_st(c, insn->off ? MI_OP_div_ : MI_OP_divu_, rd, rt);
	mi_from_hilo(c, mod ? MI_OP_mfhi : MI_OP_mflo, rd);
}

/* dst = (u32)((u32)dst / (u32)src), the same for % and signed */
void o32_div32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	divide_half(c, insn, d.lo, o32_src(c, insn->src_reg, O32_X2).lo);
	o32_finish32(c, insn);
}

/* rd = rd & (2^log - 1); one half, log < 32 */
static void mask_low(struct bjn_ctx *c, enum mi_reg rd, unsigned int log)
{
	if (log <= 16) {
		mi_andi(c, rd, rd, (1u << log) - 1);
	} else {
		mi_sll(c, rd, rd, 32 - log);
		mi_srl(c, rd, rd, 32 - log);
	}
}

/* dst = (u32)((u32)dst / (u32)imm), the same for % and signed */
void o32_div32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	bool mod = BPF_OP(insn->code) == BPF_MOD;
	unsigned int log;

	if (mi_is_pow2((u32)insn->imm, &log) && (!insn->off || insn->imm == 1)) {
		if (mod)
			mask_low(c, d.lo, log);
		else if (log)
			mi_srl(c, d.lo, d.lo, log);
	} else if (insn->off && insn->imm == -1) {
		/* x / -1 = -x, x % -1 = 0 without the overflow of the smallest value */
		mi_subu(c, d.lo, MI_ZERO, mod ? MI_ZERO : d.lo);
	} else {
		mi_li32(c, O32_X2, insn->imm);
		divide_half(c, insn, d.lo, O32_X2);
	}
	o32_finish32(c, insn);
}

static enum bjn_mips_helper div_helper(const struct bpf_insn *insn)
{
	if (BPF_OP(insn->code) == BPF_DIV)
		return insn->off ? BJN_MIPS_SDIV64 : BJN_MIPS_DIV64;
	return insn->off ? BJN_MIPS_SMOD64 : BJN_MIPS_MOD64;
}

/* dst = dst / src, dst = dst % src; signed when off is 1 */
void o32_div64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	const struct o32_arg args[] = {
		{ O32_REG, insn->dst_reg },
		{ O32_REG, insn->src_reg },
	};

	o32_own_call(c, div_helper(insn), insn->dst_reg, args, 2);
}

/* dst = dst >> log, dst & (2^log - 1); log < 32 */
static void div_pow2(struct bjn_ctx *c, const struct bpf_insn *insn, unsigned int log)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	if (BPF_OP(insn->code) == BPF_MOD) {
		mask_low(c, d.lo, log);
		o32_finish32(c, insn);
	} else if (mi_is_zext(c, insn->dst_reg)) {
		if (log)
			mi_srl(c, d.lo, d.lo, log);
	} else if (log) {
		mi_sll(c, O32_X1, d.hi, 32 - log);
		mi_srl(c, d.lo, d.lo, log);
		mi_or(c, d.lo, d.lo, O32_X1);
		mi_srl(c, d.hi, d.hi, log);
	}
}

/* dst = dst / imm, dst = dst % imm; signed when off is 1 */
void o32_div64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	const struct o32_arg args[] = {
		{ O32_REG, insn->dst_reg },
		{ O32_CONST, 0, insn->imm },
	};
	unsigned int log;

	if (insn->imm > 0 && mi_is_pow2((u64)insn->imm, &log) && (!insn->off || insn->imm == 1)) {
		div_pow2(c, insn, log);
	} else if (insn->off && insn->imm == -1) {
		if (BPF_OP(insn->code) == BPF_DIV) {
			o32_neg64(c, insn);
		} else {
			o32_zero(c, d.lo);
			o32_zero(c, d.hi);
		}
	} else {
		o32_own_call(c, div_helper(insn), insn->dst_reg, args, 2);
	}
}
