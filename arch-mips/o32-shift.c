// SPDX-License-Identifier: GPL-2.0
/* 32-bit CPUs: shifts. */
#include "o32.h"

/*
 * d <<= n for any n, of which the hardware takes five bits; bit 5 decides
 * whether a half moves over. n may be d.lo, which is written last, but not
 * d.hi, X1 or X2.
 *
 *	if (n & 32)
 *		hi = lo << n, lo = 0
 *	else
 *		hi = hi << n | lo >> 1 >> ~n, lo = lo << n
 */
static void left(struct bjn_ctx *c, struct o32_pair d, enum mi_reg n)
{
	struct mi_outs few = { .nr = 0 }, done = { .nr = 0 };

	mi_andi(c, O32_X2, n, 32);
	mi_out(c, &few, MI_OP_beq, O32_X2, MI_ZERO);
	mi_nor(c, O32_X1, n, MI_ZERO);		/* delay slot */
	mi_sllv(c, d.hi, d.lo, n);
	mi_out(c, &done, MI_OP_beq, MI_ZERO, MI_ZERO);
	o32_zero(c, d.lo);			/* delay slot */
	mi_land(c, &few);
	mi_srl(c, O32_X2, d.lo, 1);
	mi_srlv(c, O32_X2, O32_X2, O32_X1);
	mi_sllv(c, d.hi, d.hi, n);
	mi_sllv(c, d.lo, d.lo, n);
	mi_or(c, d.hi, d.hi, O32_X2);
	mi_land(c, &done);
}

/* d >>= n, logical or arithmetic; the mirror image of left() */
static void right(struct bjn_ctx *c, struct o32_pair d, enum mi_reg n, bool arithmetic)
{
	u32 op = arithmetic ? MI_OP_srav : MI_OP_srlv;
	struct mi_outs few = { .nr = 0 }, done = { .nr = 0 };

	mi_andi(c, O32_X2, n, 32);
	mi_out(c, &few, MI_OP_beq, O32_X2, MI_ZERO);
	mi_nor(c, O32_X1, n, MI_ZERO);		/* delay slot */
	mi_dts(c, op, d.lo, d.hi, n);
	mi_out(c, &done, MI_OP_beq, MI_ZERO, MI_ZERO);
	if (arithmetic)				/* delay slot */
		mi_sra(c, d.hi, d.hi, 31);
	else
		o32_zero(c, d.hi);
	mi_land(c, &few);
	mi_sll(c, O32_X2, d.hi, 1);
	mi_sllv(c, O32_X2, O32_X2, O32_X1);
	mi_dts(c, op, d.hi, d.hi, n);
	mi_srlv(c, d.lo, d.lo, n);
	mi_or(c, d.lo, d.lo, O32_X2);
	mi_land(c, &done);
}

/* dst = dst << src, dst >> src, dst s>> src */
void o32_shift64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	enum mi_reg n = o32_src(c, insn->src_reg, O32_X3).lo;

	if (BPF_OP(insn->code) == BPF_LSH)
		left(c, d, n);
	else
		right(c, d, n, BPF_OP(insn->code) == BPF_ARSH);
}

static u32 shift_op(const struct bpf_insn *insn)
{
	switch (BPF_OP(insn->code)) {
	case BPF_LSH:
		return MI_OP_sll;
	case BPF_RSH:
		return MI_OP_srl;
	}
	return MI_OP_sra;
}

/* dst = (u32)(dst << src), (u32)dst >> src, (u32)((s32)dst >> src) */
void o32_shift32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	/* sllv, srlv and srav are sll, srl and sra plus 4 */
	mi_dts(c, shift_op(insn) + 4, d.lo, d.lo, o32_src(c, insn->src_reg, O32_X2).lo);
	o32_finish32(c, insn);
}

/* rd = rs shifted by a constant; a move where that is 0 */
static void shift_half(struct bjn_ctx *c, u32 op, enum mi_reg rd, enum mi_reg rs, u32 n)
{
	if (n)
		mi_dta(c, op, rd, rs, n);
	else if (rd != rs)
		mi_move(c, rd, rs);
}

/* d <<= n */
static void left_const(struct bjn_ctx *c, struct o32_pair d, u32 n)
{
	if (n >= 32) {
		shift_half(c, MI_OP_sll, d.hi, d.lo, n - 32);
		o32_zero(c, d.lo);
		return;
	}
	mi_srl(c, O32_X1, d.lo, 32 - n);
	mi_sll(c, d.hi, d.hi, n);
	mi_or(c, d.hi, d.hi, O32_X1);
	mi_sll(c, d.lo, d.lo, n);
}

/* d >>= n; @op is srl or sra */
static void right_const(struct bjn_ctx *c, struct o32_pair d, u32 n, u32 op)
{
	if (n >= 32) {
		shift_half(c, op, d.lo, d.hi, n - 32);
		if (op == MI_OP_sra)
			mi_sra(c, d.hi, d.hi, 31);
		else
			o32_zero(c, d.hi);
		return;
	}
	mi_sll(c, O32_X1, d.hi, 32 - n);
	mi_srl(c, d.lo, d.lo, n);
	mi_or(c, d.lo, d.lo, O32_X1);
	mi_dta(c, op, d.hi, d.hi, n);
}

/* Is shifting the low half all there is to do? */
static bool is_short(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (insn->imm >= 32)
		return false;
	if (BPF_OP(insn->code) == BPF_LSH)
		return o32_low_is_all(c, insn);
	return BPF_OP(insn->code) == BPF_RSH && mi_is_zext(c, insn->dst_reg);
}

/* dst = dst << imm, dst >> imm, dst s>> imm */
void o32_shift64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	if (!bjn_is_u((u64)(s64)insn->imm, 6))
		bjn_fail(c, -ERANGE, "shift by more than 63");
	else if (insn->imm && is_short(c, insn))
		mi_dta(c, shift_op(insn), d.lo, d.lo, (u64)insn->imm);
	else if (insn->imm && BPF_OP(insn->code) == BPF_LSH)
		left_const(c, d, (u32)insn->imm);
	else if (insn->imm)
		right_const(c, d, (u32)insn->imm, shift_op(insn));
}

/* dst = (u32)(dst << imm), (u32)dst >> imm, (u32)((s32)dst >> imm) */
void o32_shift32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	if (insn->imm)
		mi_dta(c, shift_op(insn), d.lo, d.lo, (u64)(s64)insn->imm);
	o32_finish32(c, insn);
}
