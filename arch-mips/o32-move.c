// SPDX-License-Identifier: GPL-2.0
/* 32-bit CPUs: moves and byte swaps. */
#include "o32.h"

/* d.hi = @hi, which is 0 if the source is zero-extended */
static void move_high(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg hi)
{
	if (mi_is_zext(c, insn->src_reg) || hi == MI_ZERO)
		o32_finish32(c, insn);
	else if (!o32_low_is_all(c, insn))
		mi_move(c, o32_dst(c, insn->dst_reg).hi, hi);
}

static bool is_movsx(struct bjn_ctx *c, s16 off)
{
	if (off == 8 || off == 16 || off == 32)
		return true;
	bjn_fail(c, -EOPNOTSUPP, "unknown kind of move");
	return false;
}

/* dst = src and its relatives, told apart by off; there are no arenas */
void o32_mov64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	struct o32_pair s = o32_src(c, insn->src_reg, d.lo);

	if (!insn->off) {
		if (s.lo != d.lo)
			mi_move(c, d.lo, s.lo);
		/* R10 is put into d.lo by o32_src() */
		if (insn->dst_reg != insn->src_reg)
			move_high(c, insn, s.hi);
	} else if (insn->off == BJN_MOV_PERCPU) {
		o32_percpu(c, d, s);
	} else if (is_movsx(c, insn->off)) {
		o32_sext(c, d.lo, s.lo, (unsigned int)insn->off);
		if (!o32_low_is_all(c, insn))
			mi_sra(c, d.hi, d.lo, 31);
	}
}

/* dst = (u32)src, (u32)(s8)src, (u32)(s16)src */
void o32_mov32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);
	struct o32_pair s = o32_src(c, insn->src_reg, d.lo);

	if (!insn->off || is_movsx(c, insn->off))
		o32_sext(c, d.lo, s.lo, insn->off ? (unsigned int)insn->off : 32);
	o32_finish32(c, insn);
}

/* dst = imm */
void o32_mov64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	mi_li32(c, d.lo, insn->imm);
	if (insn->imm >= 0)
		o32_finish32(c, insn);
	else if (!o32_low_is_all(c, insn))
		o32_sign(c, d.hi, insn->imm);
}

/* dst = (u32)imm */
void o32_mov32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	mi_li32(c, d.lo, insn->imm);
	o32_finish32(c, insn);
}

/* dst = imm64; the address of a function is known in the extra pass only */
void o32_ld_imm64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	if (insn->src_reg != BPF_PSEUDO_FUNC) {
		mi_li32(c, d.lo, insn->imm);
		if (!insn[1].imm)
			o32_finish32(c, insn);
		else if (!o32_low_is_all(c, insn))
			mi_li32(c, d.hi, insn[1].imm);
		return;
	}
	mi_address(c, d.lo, c->prog->extra_pass ? (u32)insn->imm : 0);
	o32_zero(c, d.hi);
}

/* rd = bytes of rs in reverse order; rs is not X1 or X2; at most 9 words */
static void swap32(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs)
{
	if (mi_has_fields(c)) {
		mi_wsbh(c, rd, rs);
		mi_rotr(c, rd, rd, 16);
		return;
	}
	mi_srl(c, O32_X1, rs, 24);
	mi_sll(c, O32_X2, rs, 24);
	mi_or(c, O32_X1, O32_X1, O32_X2);
	mi_andi(c, O32_X2, rs, 0xff00);
	mi_sll(c, O32_X2, O32_X2, 8);
	mi_or(c, O32_X1, O32_X1, O32_X2);
	mi_srl(c, O32_X2, rs, 8);
	mi_andi(c, O32_X2, O32_X2, 0xff00);
	mi_or(c, rd, O32_X1, O32_X2);
}

/* rd = (u16) of the two low bytes exchanged */
static void swap16(struct bjn_ctx *c, enum mi_reg rd)
{
	if (mi_has_fields(c)) {
		mi_wsbh(c, rd, rd);
		mi_andi(c, rd, rd, 0xffff);
		return;
	}
	mi_andi(c, O32_X1, rd, 0xff);
	mi_sll(c, O32_X1, O32_X1, 8);
	mi_srl(c, rd, rd, 8);
	mi_andi(c, rd, rd, 0xff);
	mi_or(c, rd, rd, O32_X1);
}

/* dst = bswap16/32/64(dst) */
void o32_bswap(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	switch (insn->imm) {
	case 16:
		swap16(c, d.lo);
		o32_finish32(c, insn);
		break;
	case 32:
		swap32(c, d.lo, d.lo);
		o32_finish32(c, insn);
		break;
	case 64:
		if (o32_low_is_all(c, insn)) {
			swap32(c, d.lo, d.hi);
			break;
		}
		mi_move(c, O32_X3, d.lo);
		swap32(c, d.lo, d.hi);
		swap32(c, d.hi, O32_X3);
		break;
	default:
		bjn_fail(c, -EINVAL, "unknown width of a byte swap");
	}
}

/* To the machine's own byte order: truncation. */
static void truncate(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair d = o32_dst(c, insn->dst_reg);

	switch (insn->imm) {
	case 16:
		mi_andi(c, d.lo, d.lo, 0xffff);
		o32_finish32(c, insn);
		break;
	case 32:
		o32_finish32(c, insn);
		break;
	case 64:
		break;
	default:
		bjn_fail(c, -EINVAL, "unknown width of a byte swap");
	}
}

/* dst = htole16/32/64(dst) */
void o32_end_le(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (mi_is_be(c))
		o32_bswap(c, insn);
	else
		truncate(c, insn);
}

/* dst = htobe16/32/64(dst) */
void o32_end_be(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (mi_is_be(c))
		truncate(c, insn);
	else
		o32_bswap(c, insn);
}
