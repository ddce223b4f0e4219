// SPDX-License-Identifier: GPL-2.0
/*
 * 32-bit CPUs: loads and stores. Two accesses make one of 64 bits; the high
 * half goes first, because the low one may overwrite the address.
 *
 * An access that may fault (BPF_PROBE_*) gets an exception table entry on each
 * word that accesses memory, which is never in a delay slot: the half then
 * becomes 0 by way of a landing pad.
 */
#include "o32.h"

/* Index is BPF_SIZE >> 3: W, H, B, half of DW. */
static const u32 accesses[][4] = {
	[O32_LOAD] = { MI_OP_lw, MI_OP_lhu, MI_OP_lbu, MI_OP_lw },
	[O32_LOAD_SX] = { MI_OP_lw, MI_OP_lh, MI_OP_lb, MI_OP_lw },
	[O32_STORE] = { MI_OP_sw, MI_OP_sh, MI_OP_sb, MI_OP_sw },
};

static void one(struct bjn_ctx *c, u32 op, enum mi_reg rd, s64 off, enum mi_reg base, bool fault)
{
	if (fault)
		bjn_may_fault(c, 1, (u8)rd);
	mi_tib(c, op, rd, off, base);
}

/**
 * o32_access - one load or store
 * @c: compilation
 * @kind: load, sign-extending load or store
 * @size: BPF_SIZE of the opcode
 * @rd: value; only the low half matters for a store of less than 64 bits
 * @base: register with the address
 * @off: offset in bytes, fits 32 bits; O32_X0 is used beyond 16
 * @fault: a load that may fault
 *
 * At most O32_ACCESS_WORDS.
 */
void o32_access(struct bjn_ctx *c, enum o32_access_kind kind, u8 size, struct o32_pair rd,
		enum mi_reg base, s64 off, bool fault)
{
	u32 op = accesses[kind][size >> 3];
	u8 be = mi_is_be(c);

	if (!bjn_is_s(off, 16) || !bjn_is_s(off + 4, 16)) {
		o32_addi(c, O32_X0, base, (s32)off, O32_X0);
		base = O32_X0;
		off = 0;
	}
	if (size == BPF_DW) {
		one(c, op, rd.hi, off + (be ? 0 : 4), base, fault);
		one(c, op, rd.lo, off + (be ? 4 : 0), base, fault);
		return;
	}
	one(c, op, rd.lo, off, base, fault);
	if (kind == O32_LOAD)
		o32_zero(c, rd.hi);
	else if (kind == O32_LOAD_SX)
		mi_sra(c, rd.hi, rd.lo, 31);
}

static void load(struct bjn_ctx *c, const struct bpf_insn *insn, enum o32_access_kind kind,
		 bool fault)
{
	s64 off = insn->off;
	enum mi_reg base = o32_base(c, insn->src_reg, &off);

	o32_access(c, kind, BPF_SIZE(insn->code), o32_dst(c, insn->dst_reg), base, off, fault);
}

/* dst = *(unsigned size *)(src + off) */
void o32_ldx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, O32_LOAD, false);
}

/* dst = *(signed size *)(src + off) */
void o32_ldx_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, O32_LOAD_SX, false);
}

/* dst = *(unsigned size *)(src + off), 0 if that faults */
void o32_ldx_probe(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, O32_LOAD, true);
}

/* dst = *(signed size *)(src + off), 0 if that faults */
void o32_ldx_probe_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, O32_LOAD_SX, true);
}

/* Register with one half of the constant of a store. */
static enum mi_reg store_half(struct bjn_ctx *c, s32 v, enum mi_reg tmp)
{
	if (!v)
		return MI_ZERO;
	mi_li32(c, tmp, v);
	return tmp;
}

/* *(size *)(dst + off) = imm; of a short one only the low bits count */
void o32_st(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum mi_reg base = o32_base(c, insn->dst_reg, &off);
	struct o32_pair p = { MI_ZERO, MI_ZERO };
	s32 v = insn->imm;

	if (BPF_SIZE(insn->code) == BPF_B)
		v = (s8)v;
	else if (BPF_SIZE(insn->code) == BPF_H)
		v = (s16)v;
	p.lo = store_half(c, v, O32_X1);
	if (BPF_SIZE(insn->code) == BPF_DW)
		p.hi = store_half(c, v < 0 ? -1 : 0, O32_X2);
	o32_access(c, O32_STORE, BPF_SIZE(insn->code), p, base, off, false);
}

/* *(size *)(dst + off) = src */
void o32_stx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum mi_reg base = o32_base(c, insn->dst_reg, &off);

	o32_access(c, O32_STORE, BPF_SIZE(insn->code), o32_src(c, insn->src_reg, O32_X1), base,
		   off, false);
}
