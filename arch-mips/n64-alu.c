// SPDX-License-Identifier: GPL-2.0
/*
 * 64-bit CPUs: arithmetic, logic and shifts.
 *
 * The low halves of a sum, difference, product, and of a bitwise operation do
 * not depend on the upper halves of the operands: these are done in 64 bits
 * and then cut, so that no operand needs to be sign-extended. Right shifts,
 * divisions and comparisons of 32 bits extend their operands first.
 *
 * The verifier has already replaced divisions by a register that may be 0 or,
 * signed, -1, so the hardware's result in these cases, which the architecture
 * leaves open, is never used.
 */
#include "n64.h"

/**
 * n64_field - rd = bits pos to pos + size - 1 of rs
 * @c: compilation
 * @rd: destination
 * @rs: operand
 * @pos: lowest bit
 * @size: number of bits
 *
 * At most N64_ZEXT_WORDS.
 */
void n64_field(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, unsigned int pos,
	       unsigned int size)
{
	unsigned int up = 64 - pos - size;
	unsigned int down = 64 - size;

	if (!pos && size <= 16) {
		mi_andi(c, rd, rs, (1u << size) - 1);
	} else if (up && mi_has_fields(c)) {
		if (size > 32)
			mi_dextm(c, rd, rs, pos, size);
		else if (pos < 32)
			mi_dext(c, rd, rs, pos, size);
		else
			mi_dextu(c, rd, rs, pos, size);
	} else {
		if (up)
			mi_dta(c, up < 32 ? MI_OP_dsll : MI_OP_dsll32, rd, rs, up & 31);
		mi_dta(c, down < 32 ? MI_OP_dsrl : MI_OP_dsrl32, rd, up ? rd : rs, down & 31);
	}
}

/* rd = (u32)rs; at most N64_ZEXT_WORDS */
void n64_zext(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs)
{
	n64_field(c, rd, rs, 0, 32);
}

/**
 * n64_finish32 - make what an operation of 32 bits has left in rd its result
 * @c: compilation
 * @insn: the instruction
 * @rd: destination, with anything in its upper half
 *
 * The upper half becomes 0, unless nobody looks at it. At most N64_ZEXT_WORDS.
 */
void n64_finish32(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg rd)
{
	if (mi_is_returned(c, insn->dst_reg)) {
		n64_sext(c, rd, rd);
		mi_loose(c, true);
	} else if (mi_upper_is_dead(c, insn->dst_reg)) {
		mi_loose(c, false);
	} else {
		n64_zext(c, rd, rd);
	}
}

/* The same for a result that is sign-extended. */
void n64_finish_sext(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg rd)
{
	if (mi_upper_is_dead(c, insn->dst_reg))
		mi_loose(c, true);
	else
		n64_zext(c, rd, rd);
}

/**
 * n64_sext_src - the low half of a BPF register, sign-extended
 * @c: compilation
 * @reg: BPF register
 * @tmp: scratch register for a value that is not sign-extended yet; at most
 *	N64_ADDI_WORDS + 1
 */
enum mi_reg n64_sext_src(struct bjn_ctx *c, u8 reg, enum mi_reg tmp)
{
	enum mi_reg rs = n64_src(c, reg, tmp);

	if (mi_is_sext(c, reg))
		return rs;
	n64_sext(c, tmp, rs);
	return tmp;
}

/* rd = (s32)rs; one word, sll takes any operand */
void n64_sext(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs)
{
	mi_sll(c, rd, rs, 0);
}

/**
 * n64_extend - rd = the low @bits of rs, sign-extended
 * @c: compilation
 * @rd: destination
 * @rs: operand; anything in its upper bits, which seb and seh would not allow
 * @bits: 8, 16 or 32
 *
 * At most two words.
 */
void n64_extend(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, unsigned int bits)
{
	if (bits == 32) {
		n64_sext(c, rd, rs);
		return;
	}
	mi_dsll32(c, rd, rs, 32 - bits);
	mi_dsra32(c, rd, rd, 32 - bits);
}

/**
 * n64_addi - add a constant; 64 bits
 * @c: compilation
 * @rd: destination
 * @rs: operand
 * @v: constant, a sign-extended 32-bit value or 2^31
 * @tmp: scratch register, differs from @rs
 *
 * At most N64_ADDI_WORDS.
 */
void n64_addi(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, s64 v, enum mi_reg tmp)
{
	s64 half = v < 0 ? -32768 : 32767;
	bool daddiu = !mi_cpu(c, BJN_MIPS_CPU_NO_DADDIU);

	if (daddiu && bjn_is_s(v, 16)) {
		mi_daddiu(c, rd, rs, v);
	} else if (daddiu && bjn_is_s(v - half, 16)) {
		mi_daddiu(c, rd, rs, half);
		mi_daddiu(c, rd, rd, v - half);
	} else {
		mi_li64(c, tmp, v);
		mi_daddu(c, rd, rs, tmp);
	}
}

/* Machine instruction of each operation between two registers. */
static const u32 op_64[16] = {
	[BPF_ADD >> 4] = MI_OP_daddu,
	[BPF_SUB >> 4] = MI_OP_dsubu,
	[BPF_OR >> 4] = MI_OP_or,
	[BPF_AND >> 4] = MI_OP_and,
	[BPF_XOR >> 4] = MI_OP_xor,
};

static const u32 shift_op_64[16] = {
	[BPF_LSH >> 4] = MI_OP_dsllv,
	[BPF_RSH >> 4] = MI_OP_dsrlv,
	[BPF_ARSH >> 4] = MI_OP_dsrav,
};

/* x - x and x ^ x are 0 */
static bool is_zero(const struct bpf_insn *insn)
{
	u8 op = BPF_OP(insn->code);

	return insn->dst_reg == insn->src_reg && (op == BPF_SUB || op == BPF_XOR);
}

/* dst = dst op src */
void n64_alu64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	enum mi_reg rs = n64_src(c, insn->src_reg, N64_X1);
	u32 op = op_64[insn->code >> 4];

	if (is_zero(insn))
		mi_move(c, rd, MI_ZERO);
	else if (op)
		mi_dst(c, op, rd, rd, rs);
	else
		mi_dts(c, shift_op_64[insn->code >> 4], rd, rd, rs);
}

/* dst = (u32)(dst + src), (u32)(dst - src) from sign-extended operands */
static void sum32(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg rd)
{
	enum mi_reg rs = n64_src(c, insn->src_reg, N64_X1);

	mi_dst(c, BPF_OP(insn->code) == BPF_ADD ? MI_OP_addu : MI_OP_subu, rd, rd, rs);
	n64_finish_sext(c, insn, rd);
}

/* dst = (u32)(dst op src) for bitwise operations; upper halves may do as they are */
static void logic32(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg rd)
{
	bool dst = mi_is_zext(c, insn->dst_reg), src = mi_is_zext(c, insn->src_reg);
	bool zext = BPF_OP(insn->code) == BPF_AND ? dst || src : dst && src;

	n64_alu64_x(c, insn);
	if (mi_is_sext(c, insn->dst_reg) && mi_is_sext(c, insn->src_reg) &&
	    mi_is_returned(c, insn->dst_reg))
		mi_loose(c, true);
	else if (!zext)
		n64_finish32(c, insn, rd);
}

/* dst = (u32)(dst op src) for operations whose low half stands alone */
void n64_alu32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	u8 op = BPF_OP(insn->code);

	if (is_zero(insn)) {
		mi_move(c, rd, MI_ZERO);
	} else if (op != BPF_ADD && op != BPF_SUB) {
		logic32(c, insn, rd);
	} else if (mi_is_sext(c, insn->dst_reg) && mi_is_sext(c, insn->src_reg)) {
		sum32(c, insn, rd);
	} else {
		n64_alu64_x(c, insn);
		n64_finish32(c, insn, rd);
	}
}

/* dst = (u32)(dst << src), (u32)dst >> src, (u32)((s32)dst >> src) */
void n64_shift32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	enum mi_reg rs = n64_src(c, insn->src_reg, N64_X1);

	if (BPF_OP(insn->code) == BPF_LSH) {
		mi_sllv(c, rd, rd, rs);	/* takes any operand */
	} else {
		/* The low five bits of the operand stay: rd may be rs. */
		if (!mi_is_sext(c, insn->dst_reg))
			n64_sext(c, rd, rd);
		mi_dts(c, BPF_OP(insn->code) == BPF_RSH ? MI_OP_srlv : MI_OP_srav, rd, rd, rs);
		if (mi_is_zext(c, insn->dst_reg) && mi_is_sext(c, insn->dst_reg))
			return;
	}
	n64_finish_sext(c, insn, rd);
}

/* dst = -dst */
void n64_neg64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	mi_dsubu(c, rd, MI_ZERO, rd);
}

/* dst = (u32)-dst */
void n64_neg32(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	n64_neg64(c, insn);
	n64_finish32(c, insn, rd);
}

/* dst += imm, dst -= imm */
void n64_add64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	s64 v = BPF_OP(insn->code) == BPF_SUB ? -(s64)insn->imm : insn->imm;

	if (v)
		n64_addi(c, rd, rd, v, N64_X1);
}

/* dst = (u32)(dst + imm), dst = (u32)(dst - imm) */
void n64_add32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	s64 v = BPF_OP(insn->code) == BPF_SUB ? -(s64)insn->imm : insn->imm;

	if (!v && mi_is_zext(c, insn->dst_reg))
		return;
	if (mi_is_sext(c, insn->dst_reg) && bjn_is_s(v, 16)) {
		if (v)
			mi_addiu(c, rd, rd, v);
		n64_finish_sext(c, insn, rd);
		return;
	}
	n64_add64_k(c, insn);
	n64_finish32(c, insn, rd);
}

/* rd = rs & mask, which is a sign-extended 32-bit value */
static void and_mask(struct bjn_ctx *c, enum mi_reg rd, s64 mask)
{
	unsigned int msb, lsb;

	if (bjn_is_u((u64)mask, 16)) {
		mi_andi(c, rd, rd, (u64)mask);
	} else if (mi_has_fields(c) && mi_is_run((u64)mask, &msb, &lsb) && !lsb) {
		n64_field(c, rd, rd, 0, msb + 1);
	} else if (mi_has_fields(c) && mi_is_run(~(u64)mask, &msb, &lsb)) {
		mi_dins(c, rd, MI_ZERO, lsb, msb - lsb + 1);
	} else {
		mi_li32(c, N64_X1, (s32)mask);
		mi_and(c, rd, rd, N64_X1);
	}
}

/* dst &= imm */
void n64_and64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (insn->imm != -1)
		and_mask(c, n64_dst(c, insn->dst_reg), insn->imm);
}

/*
 * The upper half behind a bitwise operation with a constant: that of the
 * operand if the constant is positive, else its complement, or for & the same.
 */
static void finish_logic32(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool keeps = insn->imm >= 0 || BPF_OP(insn->code) == BPF_AND;

	if (keeps && mi_is_zext(c, insn->dst_reg))
		return;
	if (mi_is_sext(c, insn->dst_reg))
		n64_finish_sext(c, insn, n64_dst(c, insn->dst_reg));
	else
		n64_finish32(c, insn, n64_dst(c, insn->dst_reg));
}

/* dst = (u32)dst & imm; a mask without bit 31 clears the upper half by itself */
void n64_and32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	n64_and64_k(c, insn);
	if (insn->imm < 0)
		finish_logic32(c, insn);
}

/* dst |= imm, dst ^= imm */
void n64_logic64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	bool is_or = BPF_OP(insn->code) == BPF_OR;

	if (!insn->imm)
		return;
	if (bjn_is_u((u64)(s64)insn->imm, 16)) {
		mi_tsu(c, is_or ? MI_OP_ori : MI_OP_xori, rd, rd, (u64)insn->imm);
	} else if (insn->imm == -1) {
		if (is_or)
			mi_li32(c, rd, -1);
		else
			mi_nor(c, rd, rd, MI_ZERO);
	} else {
		mi_li32(c, N64_X1, insn->imm);
		mi_dst(c, is_or ? MI_OP_or : MI_OP_xor, rd, rd, N64_X1);
	}
}

/* dst = (u32)(dst | imm), dst = (u32)(dst ^ imm) */
void n64_logic32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	n64_logic64_k(c, insn);
	finish_logic32(c, insn);
}

/* rd = rt << sa, rt >> sa; one word, none for a move onto itself */
static void shift(struct bjn_ctx *c, u32 op, u32 op32, enum mi_reg rd, u64 sa)
{
	if (sa)
		mi_dta(c, sa < 32 ? op : op32, rd, rd, sa < 32 ? sa : sa - 32);
}

/* dst = dst << imm, dst >> imm, dst s>> imm */
void n64_shift64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	u64 sa = (u64)(s64)insn->imm;

	if (BPF_OP(insn->code) == BPF_LSH)
		shift(c, MI_OP_dsll, MI_OP_dsll32, rd, sa);
	else if (BPF_OP(insn->code) == BPF_RSH)
		shift(c, MI_OP_dsrl, MI_OP_dsrl32, rd, sa);
	else
		shift(c, MI_OP_dsra, MI_OP_dsra32, rd, sa);
}

/* dst = (u32)(dst << imm), (u32)dst >> imm, (u32)((s32)dst >> imm) */
void n64_shift32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	u64 sa = (u64)(s64)insn->imm;

	if (!bjn_is_u(sa, 5)) {
		bjn_fail(c, -ERANGE, "shift by more than 31");
		return;
	}
	if (!sa && mi_is_zext(c, insn->dst_reg))
		return;
	switch (BPF_OP(insn->code)) {
	case BPF_LSH:
		if (mi_has_fields(c) || mi_upper_is_dead(c, insn->dst_reg)) {
			mi_sll(c, rd, rd, sa);	/* takes any operand */
			n64_finish_sext(c, insn, rd);
		} else {
			mi_dsll32(c, rd, rd, sa);
			mi_dsrl32(c, rd, rd, 0);
		}
		break;
	case BPF_RSH:
		n64_field(c, rd, rd, (unsigned int)sa, 32 - (unsigned int)sa);
		break;
	default:
		if (!mi_is_sext(c, insn->dst_reg))
			n64_sext(c, rd, rd);
		if (sa)
			mi_sra(c, rd, rd, sa);
		if (!sa || !mi_is_zext(c, insn->dst_reg) || !mi_is_sext(c, insn->dst_reg))
			n64_finish_sext(c, insn, rd);
	}
}
