// SPDX-License-Identifier: GPL-2.0
/*
 * Arithmetic and logic, moves and byte swaps.
 *
 * The verifier has already replaced divisions by a register that may be 0 or,
 * signed, -1 (kernel/bpf/fixups.c), so the hardware's result in these cases,
 * which the architecture leaves open for a zero divisor, is never used.
 */
#include "emit.h"

/* Machine instruction of each BPF operation between two registers. */
static const u32 op_64[16] = {
	[BPF_ADD >> 4] = LA_OP_add_d,
	[BPF_SUB >> 4] = LA_OP_sub_d,
	[BPF_MUL >> 4] = LA_OP_mul_d,
	[BPF_OR >> 4] = LA_OP_or,
	[BPF_AND >> 4] = LA_OP_and,
	[BPF_XOR >> 4] = LA_OP_xor,
	[BPF_LSH >> 4] = LA_OP_sll_d,
	[BPF_RSH >> 4] = LA_OP_srl_d,
	[BPF_ARSH >> 4] = LA_OP_sra_d,
};

static const u32 op_32[16] = {
	[BPF_ADD >> 4] = LA_OP_add_w,
	[BPF_SUB >> 4] = LA_OP_sub_w,
	[BPF_MUL >> 4] = LA_OP_mul_w,
	[BPF_OR >> 4] = LA_OP_or,
	[BPF_AND >> 4] = LA_OP_and,
	[BPF_XOR >> 4] = LA_OP_xor,
	[BPF_LSH >> 4] = LA_OP_sll_w,
	[BPF_RSH >> 4] = LA_OP_srl_w,
	[BPF_ARSH >> 4] = LA_OP_sra_w,
};

/* dst = dst op src */
void la_alu64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	la_djk(c, op_64[insn->code >> 4], rd, rd, la_src(c, insn->src_reg, LA_X1));
}

/* dst = (u32)(dst op src) */
void la_alu32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	la_djk(c, op_32[insn->code >> 4], rd, rd, la_src(c, insn->src_reg, LA_X1));
	la_zext_w(c, rd, rd);
}

/* dst = -dst */
void la_neg64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	la_sub_d(c, rd, LA_ZERO, rd);
}

/* dst = (u32)-dst */
void la_neg32(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	la_sub_w(c, rd, LA_ZERO, rd);
	la_zext_w(c, rd, rd);
}

/* The constant that an ADD or SUB adds. */
static s64 addend(const struct bpf_insn *insn)
{
	return BPF_OP(insn->code) == BPF_SUB ? -(s64)insn->imm : insn->imm;
}

/* dst += imm, dst -= imm */
void la_add64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	if (insn->imm)
		la_addi(c, rd, rd, addend(insn), LA_X1);
}

/* dst = (u32)(dst + imm), dst = (u32)(dst - imm) */
void la_add32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	if (insn->imm)
		la_addi(c, rd, rd, (s32)addend(insn), LA_X1);
	la_zext_w(c, rd, rd);
}

/* rd = rj & mask */
static void and_mask(struct bjn_ctx *c, enum la_reg rd, enum la_reg rj, u64 mask)
{
	unsigned int msb, lsb;

	if (bjn_is_u(mask, 12)) {
		la_andi(c, rd, rj, mask);
	} else if (la_is_run(mask, &msb, &lsb) && !lsb) {
		la_bstrpick_d(c, rd, rj, msb, 0);
	} else if (rd == rj && la_is_run(~mask, &msb, &lsb)) {
		la_bstrins_d(c, rd, LA_ZERO, msb, lsb);
	} else {
		la_li(c, LA_X1, (s64)mask);
		la_and(c, rd, rj, LA_X1);
	}
}

/* dst &= imm */
void la_and64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	if (insn->imm != -1)
		and_mask(c, rd, rd, (u64)(s64)insn->imm);
}

/* dst = (u32)dst & imm; a mask without bit 31 clears the upper half by itself */
void la_and32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	if (insn->imm != -1)
		and_mask(c, rd, rd, (u64)(s64)insn->imm);
	if (insn->imm < 0)
		la_zext_w(c, rd, rd);
}

/* rd = rd | imm, rd = rd ^ imm */
static void or_xor(struct bjn_ctx *c, enum la_reg rd, const struct bpf_insn *insn)
{
	bool is_or = BPF_OP(insn->code) == BPF_OR;

	if (!insn->imm)
		return;
	if (bjn_is_u((u64)(s64)insn->imm, 12)) {
		la_dju12(c, is_or ? LA_OP_ori : LA_OP_xori, rd, rd, (u64)insn->imm);
	} else if (insn->imm == -1 && !is_or) {
		la_nor(c, rd, rd, LA_ZERO);
	} else if (insn->imm == -1) {
		la_li(c, rd, -1);
	} else {
		la_li(c, LA_X1, insn->imm);
		la_djk(c, is_or ? LA_OP_or : LA_OP_xor, rd, rd, LA_X1);
	}
}

/* dst |= imm, dst ^= imm */
void la_logic64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	or_xor(c, la_dst(c, insn->dst_reg), insn);
}

/* dst = (u32)(dst | imm), dst = (u32)(dst ^ imm) */
void la_logic32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	or_xor(c, rd, insn);
	la_zext_w(c, rd, rd);
}

/* Is a value a power of two, and which? */
static bool is_pow2(u64 v, unsigned int *log)
{
	if (!v || v & (v - 1))
		return false;
	*log = (unsigned int)__builtin_ctzll(v);
	return true;
}

/* rd *= imm; 64 bits, so the lower 32 are right too */
static void mul_imm(struct bjn_ctx *c, enum la_reg rd, s32 imm)
{
	unsigned int log;

	if (!imm) {
		la_li(c, rd, 0);
	} else if (imm == -1) {
		la_sub_d(c, rd, LA_ZERO, rd);
	} else if (imm > 0 && is_pow2((u64)imm, &log)) {
		if (log)
			la_slli_d(c, rd, rd, log);
	} else if (imm > 0 && is_pow2((u64)imm - 1, &log) && log <= 4) {
		la_alsl_d(c, rd, rd, rd, log);
	} else {
		la_li(c, LA_X1, imm);
		la_mul_d(c, rd, rd, LA_X1);
	}
}

/* dst *= imm */
void la_mul64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	mul_imm(c, la_dst(c, insn->dst_reg), insn->imm);
}

/* dst = (u32)(dst * imm) */
void la_mul32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	mul_imm(c, rd, insn->imm);
	if (insn->imm)
		la_zext_w(c, rd, rd);
}

/* Machine instruction of a division: off is 1 for a signed one. */
static u32 div_op(const struct bpf_insn *insn)
{
	if (BPF_OP(insn->code) == BPF_DIV)
		return insn->off ? LA_OP_div_d : LA_OP_div_du;
	return insn->off ? LA_OP_mod_d : LA_OP_mod_du;
}

/* dst = dst / src, dst = dst % src; signed when off is 1 */
void la_div64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	la_djk(c, div_op(insn), rd, rd, la_src(c, insn->src_reg, LA_X2));
}

/*
 * dst = (u32)((u32)dst / (u32)src), the same for % and signed. Done in 64
 * bits: the machine's 32-bit division wants sign-extended operands.
 */
void la_div32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);
	enum la_reg rs = la_src(c, insn->src_reg, LA_X2);

	if (insn->off) {
		la_sext_w(c, LA_X1, rd);
		la_sext_w(c, LA_X2, rs);
	} else {
		la_zext_w(c, LA_X1, rd);
		la_zext_w(c, LA_X2, rs);
	}
	la_djk(c, div_op(insn), rd, LA_X1, LA_X2);
	if (insn->off)
		la_zext_w(c, rd, rd);
}

/*
 * Division by a constant that needs no division. @width is 32 or 64; for 32
 * the operand may have anything in its upper half.
 *
 * Return: false when there is no such way, true when the code is complete.
 */
static bool div_simple(struct bjn_ctx *c, enum la_reg rd, const struct bpf_insn *insn,
		       unsigned int width)
{
	bool mod = BPF_OP(insn->code) == BPF_MOD;
	u64 divisor = width == 64 ? (u64)(s64)insn->imm : (u32)insn->imm;
	unsigned int log;

	if (insn->off && insn->imm != 1)
		return false;
	if (!is_pow2(divisor, &log))
		return false;
	if (mod && !log)
		la_li(c, rd, 0);
	else if (mod)
		la_bstrpick_d(c, rd, rd, log - 1, 0);
	else if (log || width == 32)
		la_bstrpick_d(c, rd, rd, width - 1, log);
	return true;
}

/* x / -1 = -x, x % -1 = 0 without the overflow of the smallest value */
static bool div_minus_one(struct bjn_ctx *c, enum la_reg rd, const struct bpf_insn *insn)
{
	if (!insn->off || insn->imm != -1)
		return false;
	if (BPF_OP(insn->code) == BPF_DIV)
		la_sub_d(c, rd, LA_ZERO, rd);
	else
		la_li(c, rd, 0);
	return true;
}

/* dst = dst / imm, dst = dst % imm; signed when off is 1 */
void la_div64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	if (div_simple(c, rd, insn, 64) || div_minus_one(c, rd, insn))
		return;
	la_li(c, LA_X1, insn->imm);
	la_djk(c, div_op(insn), rd, rd, LA_X1);
}

/* dst = (u32)((u32)dst / (u32)imm), the same for % and signed */
void la_div32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	if (div_simple(c, rd, insn, 32))
		return;
	if (!insn->off) {
		la_zext_w(c, rd, rd);
		la_li(c, LA_X1, (u32)insn->imm);
		la_djk(c, div_op(insn), rd, rd, LA_X1);
		return;
	}
	if (!div_minus_one(c, rd, insn)) {
		la_sext_w(c, rd, rd);
		la_li(c, LA_X1, insn->imm);
		la_djk(c, div_op(insn), rd, rd, LA_X1);
	}
	la_zext_w(c, rd, rd);
}

/* dst = dst << imm, dst >> imm, dst s>> imm */
void la_shift64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);
	u32 op = LA_OP_slli_d;

	if (BPF_OP(insn->code) == BPF_RSH)
		op = LA_OP_srli_d;
	else if (BPF_OP(insn->code) == BPF_ARSH)
		op = LA_OP_srai_d;
	if (insn->imm)
		la_dju6(c, op, rd, rd, (u64)(s64)insn->imm);
}

/* dst = (u32)(dst << imm), (u32)dst >> imm, (u32)((s32)dst >> imm) */
void la_shift32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);
	u64 imm = (u64)(s64)insn->imm;

	if (BPF_OP(insn->code) == BPF_RSH) {
		if (!bjn_is_u(imm, 5))
			bjn_fail(c, -ERANGE, "shift by more than 31");
		else
			la_bstrpick_d(c, rd, rd, 31, imm);
		return;
	}
	if (imm)
		la_dju5(c, BPF_OP(insn->code) == BPF_LSH ? LA_OP_slli_w : LA_OP_srai_w, rd, rd, imm);
	la_zext_w(c, rd, rd);
}

/* dst = src ? (u32)src | upper half of the arena's user address : 0 */
static void cast_user(struct bjn_ctx *c, enum la_reg rd, enum la_reg rs)
{
	s64 upper = (s64)c->prog->arena_user >> 32;
	bool wide = !bjn_is_s(upper, 20);

	la_zext_w(c, rd, rs);
	if (!upper)
		return;
	la_beqz(c, rd, wide ? 12 : 8);
	la_lu32i_d(c, rd, (s64)((u64)upper << 44) >> 44);
	if (wide)
		la_lu52i_d(c, rd, rd, upper >> 20);
}

/* dst = (s8)src, (s16)src, (s32)src */
static void movsx(struct bjn_ctx *c, enum la_reg rd, enum la_reg rs, s16 bits)
{
	switch (bits) {
	case 8:
		la_ext_w_b(c, rd, rs);
		break;
	case 16:
		la_ext_w_h(c, rd, rs);
		break;
	case 32:
		la_sext_w(c, rd, rs);
		break;
	default:
		bjn_fail(c, -EOPNOTSUPP, "unknown kind of move");
	}
}

/* dst = src and its relatives, told apart by off */
void la_mov64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);
	enum la_reg rs = la_src(c, insn->src_reg, rd);

	switch (insn->off) {
	case 0:
		if (rd != rs)
			la_move(c, rd, rs);
		break;
	case BJN_MOV_ARENA_CAST:
		if (insn->imm == BJN_CAST_USER_IMM)
			cast_user(c, rd, rs);
		else
			la_zext_w(c, rd, rs);
		break;
	case BJN_MOV_PERCPU:
		if (!(c->env->features & BJN_FEAT(PERCPU_INSN)))
			bjn_fail(c, -EOPNOTSUPP, "per-CPU address instruction");
		la_add_d(c, rd, rs, LA_PERCPU);
		break;
	default:
		movsx(c, rd, rs, insn->off);
	}
}

/* dst = (u32)src, (u32)(s8)src, (u32)(s16)src */
void la_mov32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);
	enum la_reg rs = la_src(c, insn->src_reg, rd);

	if (insn->off) {
		movsx(c, rd, rs, insn->off);
		rs = rd;
	}
	la_zext_w(c, rd, rs);
}

/* dst = imm */
void la_mov64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	la_li(c, la_dst(c, insn->dst_reg), insn->imm);
}

/* dst = (u32)imm */
void la_mov32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	la_li(c, la_dst(c, insn->dst_reg), (u32)insn->imm);
}

/* dst = htole16/32/64(dst) on a little-endian machine: truncation */
void la_end_le(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	if (insn->imm == 16 || insn->imm == 32)
		la_bstrpick_d(c, rd, rd, (u64)insn->imm - 1, 0);
	else if (insn->imm != 64)
		bjn_fail(c, -EINVAL, "unknown width of a byte swap");
}

/* dst = htobe16/32/64(dst), dst = bswap16/32/64(dst) */
void la_end_swap(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);

	switch (insn->imm) {
	case 16:
		la_revb_2h(c, rd, rd);
		la_bstrpick_d(c, rd, rd, 15, 0);
		break;
	case 32:
		la_revb_2w(c, rd, rd);
		la_zext_w(c, rd, rd);
		break;
	case 64:
		la_revb_d(c, rd, rd);
		break;
	default:
		bjn_fail(c, -EINVAL, "unknown width of a byte swap");
	}
}
