// SPDX-License-Identifier: GPL-2.0
/*
 * Loads and stores.
 *
 * An access that may fault (BPF_PROBE_*) gets an exception table entry on the
 * one word that accesses memory: a load then yields 0, a store is skipped.
 */
#include "emit.h"

/**
 * struct access - machine instructions of one kind and size
 * @scaled: base plus unsigned offset, a multiple of the size
 * @near: base plus signed offset of 9 bits
 * @index: base plus register
 */
struct access {
	u32 scaled;
	u32 near;
	u32 index;
};

/* Index is BPF_SIZE >> 3: W, H, B, DW. */
static const struct access accesses[][4] = {
	[A64_LOAD] = {
		{ A64_OP_ldr_w, A64_OP_ldur_w, A64_OP_ldr_w_r },
		{ A64_OP_ldrh, A64_OP_ldurh, A64_OP_ldrh_r },
		{ A64_OP_ldrb, A64_OP_ldurb, A64_OP_ldrb_r },
		{ A64_OP_ldr_x, A64_OP_ldur_x, A64_OP_ldr_x_r },
	},
	[A64_LOAD_SX] = {
		{ A64_OP_ldrsw, A64_OP_ldursw, A64_OP_ldrsw_r },
		{ A64_OP_ldrsh, A64_OP_ldursh, A64_OP_ldrsh_r },
		{ A64_OP_ldrsb, A64_OP_ldursb, A64_OP_ldrsb_r },
		{ A64_OP_ldr_x, A64_OP_ldur_x, A64_OP_ldr_x_r },
	},
	[A64_STORE] = {
		{ A64_OP_str_w, A64_OP_stur_w, A64_OP_str_w_r },
		{ A64_OP_strh, A64_OP_sturh, A64_OP_strh_r },
		{ A64_OP_strb, A64_OP_sturb, A64_OP_strb_r },
		{ A64_OP_str_x, A64_OP_stur_x, A64_OP_str_x_r },
	},
};

static void may_fault(struct bjn_ctx *c, bool fault, u8 reg)
{
	if (fault)
		bjn_may_fault(c, 1, reg);
}

static bool is_scaled(u32 op, s64 off)
{
	unsigned int scale = op >> 30;

	return off >= 0 && !(off & ((1 << scale) - 1)) && off >> scale < 4096;
}

/**
 * a64_access - one load or store
 * @c: compilation
 * @kind: load, sign-extending load or store
 * @size: BPF_SIZE of the opcode
 * @rt: value, not A64_T0
 * @base: register with the address, not A64_T0 unless the offset is 0
 * @off: offset in bytes, fits 32 bits
 * @fault: the access may fault
 *
 * At most A64_ACCESS_WORDS when @off fits 16 bits and a sign.
 */
void a64_access(struct bjn_ctx *c, enum a64_access_kind kind, u8 size, enum a64_reg rt,
		enum a64_reg base, s64 off, bool fault)
{
	const struct access *a = &accesses[kind][size >> 3];
	u8 reg = kind == A64_STORE ? BJN_EX_NO_REG : (u8)rt;

	if (is_scaled(a->scaled, off)) {
		may_fault(c, fault, reg);
		a64_tnu(c, a->scaled, rt, base, off);
	} else if (bjn_is_s(off, 9)) {
		may_fault(c, fault, reg);
		a64_tns(c, a->near, rt, base, off);
	} else {
		a64_li(c, A64_T0, (u64)off);
		may_fault(c, fault, reg);
		a64_tnm(c, a->index, rt, base, A64_T0);
	}
}

static void load(struct bjn_ctx *c, const struct bpf_insn *insn, enum a64_access_kind kind,
		 bool fault)
{
	s64 off = insn->off;
	enum a64_reg base = a64_base(c, insn->src_reg, &off);

	a64_access(c, kind, BPF_SIZE(insn->code), a64_dst_new(c, insn), base, off, fault);
}

/* dst = *(unsigned size *)(src + off) */
void a64_ldx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (a64_is_args(c, insn->src_reg))
		a64_load_arg(c, insn);
	else
		load(c, insn, A64_LOAD, false);
}

/* dst = *(signed size *)(src + off) */
void a64_ldx_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, A64_LOAD_SX, false);
}

/* dst = *(unsigned size *)(src + off), 0 if that faults */
void a64_ldx_probe(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, A64_LOAD, true);
}

/* dst = *(signed size *)(src + off), 0 if that faults */
void a64_ldx_probe_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, A64_LOAD_SX, true);
}

/* Access to base of the arena + reg + off; faults on a page not there. */
static void arena_access(struct bjn_ctx *c, enum a64_access_kind kind, u8 size,
			 enum a64_reg rt, u8 reg, s16 off)
{
	u8 arena = a64_frame(c)->arena;
	enum a64_reg base = a64_src(c, reg, A64_T2);

	if (arena == A64_NONE) {
		bjn_fail(c, -EINVAL, "arena access without an arena");
		return;
	}
	if (off) {
		a64_add(c, A64_X, A64_T2, base, arena);
		a64_access(c, kind, size, rt, A64_T2, off, true);
	} else {
		bjn_may_fault(c, 1, kind == A64_STORE ? BJN_EX_NO_REG : (u8)rt);
		a64_tnm(c, accesses[kind][size >> 3].index, rt, base, arena);
	}
	bjn_is_arena(c, (u8)base, off, kind == A64_STORE);
}

/* dst = *(unsigned size *)(arena + src + off), 0 if that faults */
void a64_ldx_arena(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, A64_LOAD, BPF_SIZE(insn->code), a64_dst(c, insn->dst_reg),
		     insn->src_reg, insn->off);
}

/* dst = *(signed size *)(arena + src + off), 0 if that faults */
void a64_ldx_arena_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, A64_LOAD_SX, BPF_SIZE(insn->code), a64_dst(c, insn->dst_reg),
		     insn->src_reg, insn->off);
}

/* Register with the constant of a store; only its low bits count. */
static enum a64_reg store_value(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u64 v = (u64)(s64)insn->imm;

	if (BPF_SIZE(insn->code) == BPF_B)
		v = (u8)v;
	else if (BPF_SIZE(insn->code) == BPF_H)
		v = (u16)v;
	else if (BPF_SIZE(insn->code) == BPF_W)
		v = (u32)v;
	if (!v)
		return A64_ZR;
	a64_li(c, A64_T1, v);
	return A64_T1;
}

/* *(size *)(dst + off) = imm */
void a64_st(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum a64_reg base;

	if (a64_is_args(c, insn->dst_reg)) {
		a64_st_arg(c, insn);
		return;
	}
	base = a64_base(c, insn->dst_reg, &off);
	a64_access(c, A64_STORE, BPF_SIZE(insn->code), store_value(c, insn), base, off, false);
}

/* *(size *)(dst + off) = src */
void a64_stx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum a64_reg base;

	if (a64_is_args(c, insn->dst_reg)) {
		a64_stx_arg(c, insn);
		return;
	}
	base = a64_base(c, insn->dst_reg, &off);
	a64_access(c, A64_STORE, BPF_SIZE(insn->code), a64_src(c, insn->src_reg, A64_T1), base,
		   off, false);
}

/* *(size *)(arena + dst + off) = imm, skipped if that faults */
void a64_st_arena(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, A64_STORE, BPF_SIZE(insn->code), store_value(c, insn), insn->dst_reg,
		     insn->off);
}

/* *(size *)(arena + dst + off) = src, skipped if that faults */
void a64_stx_arena(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, A64_STORE, BPF_SIZE(insn->code), a64_src(c, insn->src_reg, A64_T1),
		     insn->dst_reg, insn->off);
}

/* Speculation barrier, in the form that the running kernel's programs have. */
void a64_nospec(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (a64_cpu(c, BJN_A64_CPU_SPEC_SB)) {
		a64_sb(c);
	} else if (a64_cpu(c, BJN_A64_CPU_SPEC_DSB)) {
		a64_dsb_nsh(c);
		a64_isb(c);
	}
}

/* dst = imm64; the address of a function is not known in the first pass */
void a64_ld_imm64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg rd = a64_dst_new(c, insn);
	u64 imm = (u64)(u32)insn[1].imm << 32 | (u32)insn->imm;

	if (insn->src_reg == BPF_PSEUDO_FUNC)
		a64_li_fixed(c, rd, c->prog->extra_pass ? imm : 0);
	else
		a64_li(c, rd, imm);
}
