// SPDX-License-Identifier: GPL-2.0
/* 64-bit CPUs: moves and byte swaps. */
#include "n64.h"

/* dst = src ? (u32)src | upper half of the arena's user address : 0 */
static void cast_user(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs)
{
	s64 upper = (s64)c->prog->arena_user >> 32;
	struct mi_outs outs = { .nr = 0 };

	n64_zext(c, rd, rs);
	if (!upper)
		return;
	mi_out(c, &outs, MI_OP_beq, rd, MI_ZERO);
	mi_idle(c);
	mi_li32(c, N64_X1, (s32)upper);
	mi_dsll32(c, N64_X1, N64_X1, 0);
	mi_or(c, rd, rd, N64_X1);
	mi_land(c, &outs);
}

static void movsx(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, s16 bits)
{
	if (bits == 8 || bits == 16 || bits == 32)
		n64_extend(c, rd, rs, (unsigned int)bits);
	else
		bjn_fail(c, -EOPNOTSUPP, "unknown kind of move");
}

/* dst = src and its relatives, told apart by off */
void n64_mov64_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	enum mi_reg rs = n64_src(c, insn->src_reg, rd);

	switch (insn->off) {
	case 0:
		if (mi_is_returned(c, insn->dst_reg) && !mi_is_sext(c, insn->src_reg)) {
			n64_sext(c, rd, rs);
			mi_loose(c, true);
		} else if (rd != rs) {
			mi_move(c, rd, rs);
		}
		break;
	case BJN_MOV_ARENA_CAST:
		if (insn->imm == BJN_CAST_USER_IMM)
			cast_user(c, rd, rs);
		else
			n64_zext(c, rd, rs);
		break;
	case BJN_MOV_PERCPU:
		n64_percpu(c, rd, rs);
		break;
	default:
		movsx(c, rd, rs, insn->off);
	}
}

/* dst = (u32)src, (u32)(s8)src, (u32)(s16)src */
void n64_mov32_x(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	enum mi_reg rs = n64_src(c, insn->src_reg, rd);

	if (insn->off) {
		movsx(c, rd, rs, insn->off);
		n64_finish_sext(c, insn, rd);
	} else if (mi_is_returned(c, insn->dst_reg)) {
		if (!mi_is_sext(c, insn->src_reg))
			n64_sext(c, rd, rs);
		else if (rd != rs)
			mi_move(c, rd, rs);
		mi_loose(c, true);
	} else if (!mi_is_zext(c, insn->src_reg)) {
		n64_zext(c, rd, rs);
	} else if (rd != rs) {
		mi_move(c, rd, rs);
	}
}

/* dst = imm */
void n64_mov64_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	mi_li32(c, n64_dst(c, insn->dst_reg), insn->imm);
}

/* dst = (u32)imm */
void n64_mov32_k(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	if (insn->imm < 0 && mi_upper_is_dead(c, insn->dst_reg)) {
		mi_li32(c, rd, insn->imm);
		mi_loose(c, true);
	} else {
		mi_li64(c, rd, (u32)insn->imm);
	}
}

/* dst = imm64; the address of a function is known in the extra pass only */
void n64_ld_imm64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	u64 imm = (u64)(u32)insn[1].imm << 32 | (u32)insn->imm;

	if (insn->src_reg == BPF_PSEUDO_FUNC) {
		mi_address(c, rd, c->prog->extra_pass ? imm : 0);
	} else if (mi_is_returned(c, insn->dst_reg)) {
		mi_li32(c, rd, insn->imm);
		mi_loose(c, true);
	} else {
		mi_li64(c, rd, (s64)imm);
	}
}

/* rd = bytes of rs exchanged within each unit of @step bits; X1 is a mask */
static void swap_step(struct bjn_ctx *c, enum mi_reg rd, unsigned int step)
{
	mi_dsrl(c, N64_X2, rd, step);
	mi_and(c, N64_X2, N64_X2, N64_X1);
	mi_and(c, rd, rd, N64_X1);
	mi_dsll(c, rd, rd, step);
	mi_or(c, rd, rd, N64_X2);
}

/* rd = all eight bytes in reverse order, without the instructions for it */
static void reverse_slow(struct bjn_ctx *c, enum mi_reg rd)
{
	mi_li32(c, N64_X1, 0x00ff00ff);
	mi_dsll32(c, N64_X2, N64_X1, 0);
	mi_or(c, N64_X1, N64_X1, N64_X2);
	swap_step(c, rd, 8);
	mi_dsll(c, N64_X2, N64_X1, 8);		/* 0xff00ff00ff00ff00 */
	mi_xor(c, N64_X1, N64_X1, N64_X2);	/* all ones */
	mi_dsrl32(c, N64_X1, N64_X1, 16);	/* 0x000000000000ffff */
	mi_dsll32(c, N64_X2, N64_X1, 0);
	mi_or(c, N64_X1, N64_X1, N64_X2);	/* 0x0000ffff0000ffff */
	swap_step(c, rd, 16);
	mi_dsrl32(c, N64_X2, rd, 0);
	mi_dsll32(c, rd, rd, 0);
	mi_or(c, rd, rd, N64_X2);
}

static void reverse(struct bjn_ctx *c, enum mi_reg rd)
{
	if (mi_has_fields(c)) {
		mi_dsbh(c, rd, rd);
		mi_dshd(c, rd, rd);
	} else {
		reverse_slow(c, rd);
	}
}

static void swap16(struct bjn_ctx *c, enum mi_reg rd)
{
	if (mi_has_fields(c)) {
		mi_dsbh(c, rd, rd);
		mi_andi(c, rd, rd, 0xffff);
		return;
	}
	mi_andi(c, N64_X1, rd, 0xff);
	mi_dsll(c, N64_X1, N64_X1, 8);
	mi_dsrl(c, rd, rd, 8);
	mi_andi(c, rd, rd, 0xff);
	mi_or(c, rd, rd, N64_X1);
}

/* dst = bswap16/32/64(dst) */
void n64_bswap(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	switch (insn->imm) {
	case 16:
		swap16(c, rd);
		break;
	case 32:
		reverse(c, rd);
		if (mi_is_returned(c, insn->dst_reg)) {
			mi_dsra32(c, rd, rd, 0);
			mi_loose(c, true);
		} else {
			mi_dsrl32(c, rd, rd, 0);
		}
		break;
	case 64:
		reverse(c, rd);
		break;
	default:
		bjn_fail(c, -EINVAL, "unknown width of a byte swap");
	}
}

/* To the machine's own byte order: truncation. */
static void truncate(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	if (insn->imm == 32 && mi_is_zext(c, insn->dst_reg))
		return;
	if (insn->imm == 16 || insn->imm == 32)
		n64_field(c, rd, rd, 0, (unsigned int)insn->imm);
	else if (insn->imm != 64)
		bjn_fail(c, -EINVAL, "unknown width of a byte swap");
}

/* dst = htole16/32/64(dst) */
void n64_end_le(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (mi_is_be(c))
		n64_bswap(c, insn);
	else
		truncate(c, insn);
}

/* dst = htobe16/32/64(dst) */
void n64_end_be(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (mi_is_be(c))
		truncate(c, insn);
	else
		n64_bswap(c, insn);
}
