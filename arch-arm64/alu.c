// SPDX-License-Identifier: GPL-2.0
/*
 * Arithmetic and logic, moves and byte swaps.
 *
 * The machine divides as BPF wants it: x / 0 is 0, so x % 0 is x, and the
 * smallest value divided by -1 is itself.
 */
#include "emit.h"

/* Machine instruction of each BPF operation between two registers. */
static const u32 op_x[16] = {
	[BPF_ADD >> 4] = A64_OP_add,
	[BPF_SUB >> 4] = A64_OP_sub,
	[BPF_OR >> 4] = A64_OP_orr,
	[BPF_AND >> 4] = A64_OP_and,
	[BPF_XOR >> 4] = A64_OP_eor,
	[BPF_LSH >> 4] = A64_OP_lslv,
	[BPF_RSH >> 4] = A64_OP_lsrv,
	[BPF_ARSH >> 4] = A64_OP_asrv,
};

/* dst = dst op src */
void a64_alu_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst(c, insn->dst_reg);
	enum a64_reg rs = a64_src(c, insn->src_reg, A64_T1);
	enum a64_width w = a64_width(insn);

	if (BPF_OP(insn->code) == BPF_MUL)
		a64_madd(c, w, rd, rd, rs, A64_ZR);
	else
		a64_wdnm(c, op_x[insn->code >> 4], w, rd, rd, rs);
}

/* dst = -dst */
void a64_neg_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst(c, insn->dst_reg);

	a64_neg(c, a64_width(insn), rd, rd);
}

/* An operation that changes nothing but the upper half, if anything. */
static void nothing(struct bjn_ctx *c, enum a64_width w, enum a64_reg rd)
{
	if (w == A64_W)
		a64_mov(c, A64_W, rd, rd);
}

/* The constant of an instruction, in its width. */
static u64 operand(enum a64_width w, s32 imm)
{
	return w ? (u64)(s64)imm : (u32)imm;
}

/* dst += imm, dst -= imm */
void a64_add_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst(c, insn->dst_reg);
	enum a64_width w = a64_width(insn);
	s64 v = insn->imm;

	if (BPF_OP(insn->code) == BPF_SUB)
		v = w ? -v : (s32)(0 - (u32)v);
	if (v)
		a64_addi(c, w, rd, rd, v, A64_T1);
	else
		nothing(c, w, rd);
}

/* dst &= imm */
void a64_and_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst(c, insn->dst_reg);
	enum a64_width w = a64_width(insn);
	u64 mask = operand(w, insn->imm);
	u32 fields;

	if (insn->imm == -1) {
		nothing(c, w, rd);
	} else if (!insn->imm) {
		a64_movz(c, w, rd, 0, 0);
	} else if (a64_mask_fields(w, mask, &fields)) {
		a64_and_i(c, w, rd, rd, mask);
	} else {
		a64_li(c, A64_T1, mask);
		a64_and(c, w, rd, rd, A64_T1);
	}
}

/* dst |= imm, dst ^= imm */
void a64_logic_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool is_or = BPF_OP(insn->code) == BPF_OR;
	enum a64_reg rd = a64_dst(c, insn->dst_reg);
	enum a64_width w = a64_width(insn);
	u64 v = operand(w, insn->imm);
	u32 fields;

	if (!insn->imm) {
		nothing(c, w, rd);
	} else if (insn->imm == -1 && is_or) {
		a64_movn(c, w, rd, 0, 0);
	} else if (insn->imm == -1) {
		a64_orn(c, w, rd, A64_ZR, rd);
	} else if (a64_mask_fields(w, v, &fields)) {
		a64_wdnl(c, is_or ? A64_OP_orr_i : A64_OP_eor_i, w, rd, rd, v);
	} else {
		a64_li(c, A64_T1, v);
		a64_wdnm(c, is_or ? A64_OP_orr : A64_OP_eor, w, rd, rd, A64_T1);
	}
}

/* Is a value a power of two, and which? */
static bool is_pow2(u64 v, unsigned int *log)
{
	if (!v || v & (v - 1))
		return false;
	*log = (unsigned int)__builtin_ctzll(v);
	return true;
}

/* dst *= imm */
void a64_mul_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst(c, insn->dst_reg);
	enum a64_width w = a64_width(insn);
	u64 v = operand(w, insn->imm);
	unsigned int log;

	if (!v) {
		a64_movz(c, w, rd, 0, 0);
	} else if (v == 1) {
		nothing(c, w, rd);
	} else if (insn->imm == -1) {
		a64_neg(c, w, rd, rd);
	} else if (is_pow2(v, &log)) {
		a64_lsl_i(c, w, rd, rd, log);
	} else if (is_pow2(v - 1, &log)) {
		a64_add_lsl(c, w, rd, rd, rd, log);
	} else {
		a64_li(c, A64_T1, v);
		a64_madd(c, w, rd, rd, A64_T1, A64_ZR);
	}
}

/* rd = rd / rs, rd = rd % rs; signed when off is 1; rd and rs differ from T2 */
static void divide(struct bjn_ctx *c, const struct bpf_insn *insn, enum a64_reg rd,
		   enum a64_reg rs)
{
	u32 op = insn->off ? A64_OP_sdiv : A64_OP_udiv;
	enum a64_width w = a64_width(insn);

	if (BPF_OP(insn->code) == BPF_DIV) {
		a64_wdnm(c, op, w, rd, rd, rs);
		return;
	}
	a64_wdnm(c, op, w, A64_T2, rd, rs);
	a64_msub(c, w, rd, A64_T2, rs, rd);
}

/* dst = dst / src, dst = dst % src */
void a64_div_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst(c, insn->dst_reg);

	divide(c, insn, rd, a64_src(c, insn->src_reg, A64_T1));
}

/* dst = dst / imm, dst = dst % imm */
void a64_div_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst(c, insn->dst_reg);
	bool mod = BPF_OP(insn->code) == BPF_MOD;
	enum a64_width w = a64_width(insn);
	u64 v = operand(w, insn->imm);
	unsigned int log;

	if (v == 1 && !mod) {
		nothing(c, w, rd);
	} else if (v == 1 || (mod && insn->off && insn->imm == -1)) {
		a64_movz(c, w, rd, 0, 0);
	} else if (insn->off && insn->imm == -1) {
		a64_neg(c, w, rd, rd);
	} else if (!insn->off && is_pow2(v, &log)) {
		if (mod)
			a64_ubfm(c, w, rd, rd, 0, log - 1);
		else
			a64_ubfm(c, w, rd, rd, log, w ? 63 : 31);
	} else {
		a64_li(c, A64_T1, v);
		divide(c, insn, rd, A64_T1);
	}
}

/* dst <<= imm, dst >>= imm, dst s>>= imm */
void a64_shift_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst(c, insn->dst_reg);
	enum a64_width w = a64_width(insn);
	u64 sh = (u64)(s64)insn->imm;

	if (!sh)
		nothing(c, w, rd);
	else if (BPF_OP(insn->code) == BPF_LSH)
		a64_lsl_i(c, w, rd, rd, sh);
	else if (BPF_OP(insn->code) == BPF_RSH)
		a64_ubfm(c, w, rd, rd, sh, w ? 63 : 31);
	else
		a64_sbfm(c, w, rd, rd, sh, w ? 63 : 31);
}

/* dst = src ? (u32)src | upper half of the arena's user address : 0 */
static void cast_user(struct bjn_ctx *c, enum a64_reg rd, enum a64_reg rs)
{
	u16 upper = (u16)(c->prog->arena_user >> 32);
	u16 top = (u16)(c->prog->arena_user >> 48);

	a64_mov(c, A64_W, rd, rs);
	if (!upper && !top)
		return;
	a64_cbz(c, A64_W, rd, 4 * (1 + !!upper + !!top));
	if (upper)
		a64_movk(c, A64_X, rd, upper, 32);
	if (top)
		a64_movk(c, A64_X, rd, top, 48);
}

/**
 * a64_percpu_offset - read the offset of this CPU's per-CPU memory
 * @c: compilation
 * @rd: destination
 */
void a64_percpu_offset(struct bjn_ctx *c, enum a64_reg rd)
{
	if (a64_cpu(c, BJN_A64_CPU_USER))
		a64_mrs_tpidr_el0(c, rd);
	else if (a64_cpu(c, BJN_A64_CPU_VHE))
		a64_mrs_tpidr_el2(c, rd);
	else
		a64_mrs_tpidr_el1(c, rd);
}

/* dst = address of this CPU's copy of *src */
static void percpu_address(struct bjn_ctx *c, enum a64_reg rd, enum a64_reg rs)
{
	if (!(c->env->features & BJN_FEAT(PERCPU_INSN)))
		bjn_fail(c, -EOPNOTSUPP, "per-CPU address instruction");
	a64_percpu_offset(c, A64_T1);
	a64_add(c, A64_X, rd, rs, A64_T1);
}

/* dst = (s8)src, (s16)src, (s32)src */
static void movsx(struct bjn_ctx *c, enum a64_width w, enum a64_reg rd, enum a64_reg rs, s16 bits)
{
	if (bits == 8 || bits == 16 || (bits == 32 && w))
		a64_sbfm(c, w, rd, rs, 0, (u64)bits - 1);
	else
		bjn_fail(c, -EOPNOTSUPP, "unknown kind of move");
}

/* Registers of a move; R10 without a register is computed in the destination. */
static enum a64_reg move_operands(struct bjn_ctx *c, const struct bpf_insn *insn,
				  enum a64_reg *rd)
{
	enum a64_reg rs;

	if (insn->src_reg == BPF_REG_10) {
		*rd = a64_dst_new(c, insn);
		return a64_src(c, insn->src_reg, *rd);
	}
	rs = a64_src(c, insn->src_reg, A64_T1);
	*rd = a64_dst_new(c, insn);
	return rs;
}

/* dst = src and its relatives, told apart by off */
void a64_mov64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd, rs = move_operands(c, insn, &rd);

	switch (insn->off) {
	case 0:
		if (rd != rs)
			a64_mov(c, A64_X, rd, rs);
		break;
	case BJN_MOV_ARENA_CAST:
		if (insn->imm == BJN_CAST_USER_IMM)
			cast_user(c, rd, rs);
		else
			a64_mov(c, A64_W, rd, rs);
		break;
	case BJN_MOV_PERCPU:
		percpu_address(c, rd, rs);
		break;
	default:
		movsx(c, A64_X, rd, rs, insn->off);
	}
}

/* dst = (u32)src, (u32)(s8)src, (u32)(s16)src */
void a64_mov32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd, rs = move_operands(c, insn, &rd);

	if (insn->off)
		movsx(c, A64_W, rd, rs, insn->off);
	else
		a64_mov(c, A64_W, rd, rs);
}

/* dst = imm */
void a64_mov64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	a64_li(c, a64_dst_new(c, insn), (u64)(s64)insn->imm);
}

/* dst = (u32)imm */
void a64_mov32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	a64_li(c, a64_dst_new(c, insn), (u32)insn->imm);
}

/* dst = htole16/32/64(dst) on a little-endian machine: truncation */
void a64_end_le(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst(c, insn->dst_reg);

	if (insn->imm == 16)
		a64_ubfm(c, A64_W, rd, rd, 0, 15);
	else if (insn->imm == 32)
		a64_mov(c, A64_W, rd, rd);
	else if (insn->imm != 64)
		bjn_fail(c, -EINVAL, "unknown width of a byte swap");
}

/* dst = htobe16/32/64(dst), dst = bswap16/32/64(dst) */
void a64_end_swap(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst(c, insn->dst_reg);

	switch (insn->imm) {
	case 16:
		a64_rev16_w(c, rd, rd);
		a64_ubfm(c, A64_W, rd, rd, 0, 15);
		break;
	case 32:
		a64_rev_w(c, rd, rd);
		break;
	case 64:
		a64_rev_x(c, rd, rd);
		break;
	default:
		bjn_fail(c, -EINVAL, "unknown width of a byte swap");
	}
}
