// SPDX-License-Identifier: GPL-2.0
/* 32-bit CPUs: sums, bitwise operations and shifts. */
#include "o32.h"

/* rd = 0 */
void o32_zero(struct bjn_ctx *c, enum mi_reg rd)
{
	mi_move(c, rd, MI_ZERO);
}

/**
 * o32_finish32 - make the high half of a result of 32 bits zero
 * @c: compilation
 * @insn: the instruction; its destination has the low half only
 *
 * Nothing is done where the high half is zero already or nobody looks at it. At
 * most one word.
 */
void o32_finish32(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (mi_is_zext(c, insn->dst_reg))
		return;
	if (mi_upper_is_dead(c, insn->dst_reg))
		mi_loose(c, false);
	else
		o32_zero(c, o32_dst(c, insn->dst_reg).hi);
}

/**
 * o32_low_is_all - does only the low half of a result matter?
 * @c: compilation
 * @insn: the instruction
 *
 * If so the caller leaves the high half as it is.
 */
bool o32_low_is_all(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (!mi_upper_is_dead(c, insn->dst_reg))
		return false;
	mi_loose(c, false);
	return true;
}

/* rd = high half of a sign-extended 32-bit constant */
void o32_sign(struct bjn_ctx *c, enum mi_reg rd, s64 v)
{
	if (v < 0)
		mi_addiu(c, rd, MI_ZERO, -1);
	else
		o32_zero(c, rd);
}

/**
 * o32_addi - add a constant to one half
 * @c: compilation
 * @rd: destination
 * @rs: operand
 * @v: constant
 * @tmp: scratch register, differs from @rs
 *
 * At most MI_LI32_WORDS + 1.
 */
void o32_addi(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, s32 v, enum mi_reg tmp)
{
	if (bjn_is_s(v, 16)) {
		mi_addiu(c, rd, rs, v);
		return;
	}
	mi_li32(c, tmp, v);
	mi_addu(c, rd, rs, tmp);
}

/**
 * o32_cmov - if (cond) rd = rs; at most three words
 * @c: compilation
 * @rd: destination
 * @rs: source
 * @cond: condition, differs from @rd; O32_X2 may be destroyed, it may be @rs
 */
void o32_cmov(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, enum mi_reg cond)
{
	if (mi_cpu(c, BJN_MIPS_CPU_IV)) {
		mi_movn(c, rd, rs, cond);
	} else if (!mi_is_r6(c)) {
		mi_beq(c, cond, MI_ZERO, 12);
		mi_idle(c);
		mi_move(c, rd, rs);
		mi_entry(c);
	} else {
		mi_seleqz(c, rd, rd, cond);
		if (rs == MI_ZERO)
			return;
		mi_selnez(c, O32_X2, rs, cond);
		mi_or(c, rd, rd, O32_X2);
	}
}

/* rd = the low @bits of rs, sign-extended; at most two words */
void o32_sext(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, unsigned int bits)
{
	if (bits == 32) {
		if (rd != rs)
			mi_move(c, rd, rs);
	} else if (mi_has_fields(c)) {
		mi_dt(c, bits == 8 ? MI_OP_seb : MI_OP_seh, rd, rs);
	} else {
		mi_sll(c, rd, rs, 32 - bits);
		mi_sra(c, rd, rd, 32 - bits);
	}
}

/* Source operand, its high half $zero where it is known to be zero. */
static struct o32_pair known_src(struct bjn_ctx *c, u8 reg, enum mi_reg tmp)
{
	struct o32_pair s = o32_src(c, reg, tmp);

	if (mi_is_zext(c, reg))
		s.hi = MI_ZERO;
	return s;
}

/* dst += src */
void o32_add64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	struct o32_pair s = known_src(c, insn->src_reg, O32_X2);
	enum mi_reg carry = mi_is_zext(c, insn->dst_reg) && s.hi == MI_ZERO ? d.hi : O32_X1;

	if (o32_low_is_all(c, insn)) {
		mi_addu(c, d.lo, d.lo, s.lo);
		return;
	}
	if (insn->dst_reg == insn->src_reg)
		mi_srl(c, carry, d.lo, 31);
	mi_addu(c, d.lo, d.lo, s.lo);
	if (insn->dst_reg != insn->src_reg)
		mi_sltu(c, carry, d.lo, s.lo);
	if (carry == d.hi)
		return;
	if (s.hi != MI_ZERO)
		mi_addu(c, d.hi, d.hi, s.hi);
	mi_addu(c, d.hi, d.hi, O32_X1);
}

/* dst -= src */
void o32_sub64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	struct o32_pair s = known_src(c, insn->src_reg, O32_X2);

	if (o32_low_is_all(c, insn)) {
		mi_subu(c, d.lo, d.lo, s.lo);
		return;
	}
	mi_sltu(c, O32_X1, d.lo, s.lo);
	mi_subu(c, d.lo, d.lo, s.lo);
	if (s.hi != MI_ZERO)
		mi_subu(c, d.hi, d.hi, s.hi);
	mi_subu(c, d.hi, d.hi, O32_X1);
}

/* Machine instruction of each operation between two halves. */
static const u32 half_op[16] = {
	[BPF_ADD >> 4] = MI_OP_addu,
	[BPF_SUB >> 4] = MI_OP_subu,
	[BPF_OR >> 4] = MI_OP_or,
	[BPF_AND >> 4] = MI_OP_and,
	[BPF_XOR >> 4] = MI_OP_xor,
};

/* dst |= src, dst &= src, dst ^= src */
void o32_logic64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	struct o32_pair s = known_src(c, insn->src_reg, O32_X2);
	u32 op = half_op[insn->code >> 4];

	mi_dst(c, op, d.lo, d.lo, s.lo);
	if (o32_low_is_all(c, insn))
		return;
	if (BPF_OP(insn->code) == BPF_AND ? !mi_is_zext(c, insn->dst_reg) : s.hi != MI_ZERO)
		mi_dst(c, op, d.hi, d.hi, s.hi);
}

/* dst = (u32)(dst op src) */
void o32_alu32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	mi_dst(c, half_op[insn->code >> 4], d.lo, d.lo,
	       o32_src(c, insn->src_reg, O32_X2).lo);
	o32_finish32(c, insn);
}

static s64 addend(const struct bpf_insn *insn)
{
	return BPF_OP(insn->code) == BPF_SUB ? -(s64)insn->imm : insn->imm;
}

/* d += v; the carry is there when the sum is less than what was added */
static void add_const(struct bjn_ctx *c, struct o32_pair d, u32 v)
{
	o32_addi(c, d.lo, d.lo, (s32)v, O32_X2);
	if (bjn_is_s((s32)v, 16))
		mi_sltiu(c, O32_X1, d.lo, (s32)v);
	else
		mi_sltu(c, O32_X1, d.lo, O32_X2);
	mi_addu(c, d.hi, d.hi, O32_X1);
}

/* d -= v */
static void sub_const(struct bjn_ctx *c, struct o32_pair d, u32 v)
{
	if (bjn_is_s((s32)v, 16) && bjn_is_s(-(s64)(s32)v, 16)) {
		mi_sltiu(c, O32_X1, d.lo, (s32)v);
		mi_addiu(c, d.lo, d.lo, -(s64)(s32)v);
	} else {
		mi_li32(c, O32_X2, (s32)v);
		mi_sltu(c, O32_X1, d.lo, O32_X2);
		mi_subu(c, d.lo, d.lo, O32_X2);
	}
	mi_subu(c, d.hi, d.hi, O32_X1);
}

/* dst += imm, dst -= imm */
void o32_add64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	s64 v = addend(insn);

	if (v && o32_low_is_all(c, insn))
		o32_addi(c, d.lo, d.lo, (s32)v, O32_X2);
	else if (v > 0)
		add_const(c, d, (u32)v);
	else if (v < 0)
		sub_const(c, d, (u32)-v);
}

/* dst = (u32)(dst + imm), dst = (u32)(dst - imm) */
void o32_add32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	if (insn->imm)
		o32_addi(c, d.lo, d.lo, (s32)addend(insn), O32_X2);
	o32_finish32(c, insn);
}

/* rd op= v for one half */
static void logic_half(struct bjn_ctx *c, u8 op, enum mi_reg rd, s32 v)
{
	static const u32 imm_op[16] = {
		[BPF_OR >> 4] = MI_OP_ori,
		[BPF_AND >> 4] = MI_OP_andi,
		[BPF_XOR >> 4] = MI_OP_xori,
	};

	if ((op == BPF_AND && v == -1) || (op != BPF_AND && !v))
		return;
	if (bjn_is_u((u32)v, 16)) {
		mi_tsu(c, imm_op[op >> 4], rd, rd, (u32)v);
	} else if (op == BPF_XOR && v == -1) {
		mi_nor(c, rd, rd, MI_ZERO);
	} else if (op == BPF_OR && v == -1) {
		mi_addiu(c, rd, MI_ZERO, -1);
	} else {
		mi_li32(c, O32_X1, v);
		mi_dst(c, half_op[op >> 4], rd, rd, O32_X1);
	}
}

/* dst |= imm, dst &= imm, dst ^= imm */
void o32_logic64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	u8 op = BPF_OP(insn->code);

	logic_half(c, op, d.lo, insn->imm);
	if (op == BPF_AND && insn->imm >= 0)
		o32_finish32(c, insn);
	else if (insn->imm < 0 && op != BPF_AND && !o32_low_is_all(c, insn))
		logic_half(c, op, d.hi, -1);
}

/* dst = (u32)(dst | imm), dst = (u32)dst & imm, dst = (u32)(dst ^ imm) */
void o32_logic32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	logic_half(c, BPF_OP(insn->code), d.lo, insn->imm);
	o32_finish32(c, insn);
}

/* dst = -dst */
void o32_neg64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	mi_subu(c, d.lo, MI_ZERO, d.lo);
	if (o32_low_is_all(c, insn))
		return;
	mi_sltu(c, O32_X1, MI_ZERO, d.lo);
	mi_subu(c, d.hi, MI_ZERO, d.hi);
	mi_subu(c, d.hi, d.hi, O32_X1);
}

/* dst = (u32)-dst */
void o32_neg32(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	mi_subu(c, d.lo, MI_ZERO, d.lo);
	o32_finish32(c, insn);
}
