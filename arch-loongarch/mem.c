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
 * @imm: base plus 12-bit offset
 * @idx: base plus index register
 * @ptr: base plus 16-bit offset that is a multiple of 4, or 0
 * @zext: @ptr sign-extends where zero extension is wanted
 */
struct access {
	u32 imm;
	u32 idx;
	u32 ptr;
	bool zext;
};

/* Index is BPF_SIZE >> 3: W, H, B, DW. */
static const struct access accesses[][4] = {
	[LA_LOAD] = {
		{ LA_OP_ld_wu, LA_OP_ldx_wu, LA_OP_ldptr_w, true },
		{ LA_OP_ld_hu, LA_OP_ldx_hu },
		{ LA_OP_ld_bu, LA_OP_ldx_bu },
		{ LA_OP_ld_d, LA_OP_ldx_d, LA_OP_ldptr_d },
	},
	[LA_LOAD_SX] = {
		{ LA_OP_ld_w, LA_OP_ldx_w, LA_OP_ldptr_w },
		{ LA_OP_ld_h, LA_OP_ldx_h },
		{ LA_OP_ld_b, LA_OP_ldx_b },
		{ LA_OP_ld_d, LA_OP_ldx_d, LA_OP_ldptr_d },
	},
	[LA_STORE] = {
		{ LA_OP_st_w, LA_OP_stx_w, LA_OP_stptr_w },
		{ LA_OP_st_h, LA_OP_stx_h },
		{ LA_OP_st_b, LA_OP_stx_b },
		{ LA_OP_st_d, LA_OP_stx_d, LA_OP_stptr_d },
	},
};

static const struct access *find_access(enum la_access_kind kind, u8 size)
{
	return &accesses[kind][size >> 3];
}

/* The next word may fault; a load into @rd yields 0 then. */
static void may_fault(struct bjn_ctx *c, enum la_access_kind kind, enum la_reg rd)
{
	bjn_may_fault(c, 1, kind == LA_STORE ? BJN_EX_NO_REG : (u8)rd);
}

/**
 * la_access - one load or store
 * @c: compilation
 * @kind: load, sign-extending load or store
 * @size: BPF_SIZE of the opcode
 * @rd: value
 * @base: register with the address; neither @base nor @rd is LA_X0 for an
 *	offset of more than 12 bits, save that @base may be
 * @off: offset in bytes, fits 32 bits
 * @fault: the access may fault
 *
 * At most LA_ACCESS_WORDS.
 */
void la_access(struct bjn_ctx *c, enum la_access_kind kind, u8 size, enum la_reg rd,
	       enum la_reg base, s64 off, bool fault)
{
	const struct access *a = find_access(kind, size);
	s64 half = off < 0 ? -2048 : 2047;
	bool ptr = a->ptr && !(off & 3) && bjn_is_s(off, 16) && !bjn_is_s(off, 12);

	if (!ptr && !bjn_is_s(off, 12)) {
		if (!bjn_is_s(off - half, 12)) {
			la_li(c, LA_X0, off);
			if (fault)
				may_fault(c, kind, rd);
			la_djk(c, a->idx, rd, base, LA_X0);
			return;
		}
		la_addi_d(c, LA_X0, base, half);
		base = LA_X0;
		off -= half;
	}
	if (fault)
		may_fault(c, kind, rd);
	if (!ptr) {
		la_djs12(c, a->imm, rd, base, off);
		return;
	}
	la_djo14(c, a->ptr, rd, base, off);
	if (a->zext)
		la_zext_w(c, rd, rd);
}

static void load(struct bjn_ctx *c, const struct bpf_insn *insn, enum la_access_kind kind,
		 bool fault)
{
	s64 off = insn->off;
	enum la_reg base = la_base(c, insn->src_reg, &off);

	la_access(c, kind, BPF_SIZE(insn->code), la_dst(c, insn->dst_reg), base, off, fault);
}

/*
 * Arguments 6 and up. The program names them [r11 + 8 * n] when they are its
 * own and [r11 - 8 * n] when it is going to pass them, n from 1 on. They are in
 * a5 to a7 and then on the stack, as in C. The verifier sees to it that its own
 * are read before a register is needed for the next call.
 *
 * Return: n, or 0 and a failed compilation when @bytes is none of it.
 */
static s32 arg_number(struct bjn_ctx *c, const struct bpf_insn *insn, s32 bytes)
{
	s32 n = bytes >> 3;

	if (BPF_SIZE(insn->code) == BPF_DW && !(bytes & 7) && n >= 1 && n <= BJN_MAX_ARGS - 5)
		return n;
	bjn_fail(c, -EINVAL, "impossible argument on the stack");
	return 0;
}

static bool is_arg(struct bjn_ctx *c, u8 reg)
{
	return reg == LA_REG_ARGS && la_frame(c)->args;
}

/* dst = own argument */
static void load_arg(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s32 n = arg_number(c, insn, insn->off);
	enum la_reg rd = la_dst(c, insn->dst_reg);

	if (n <= LA_ARGS_IN_REGS)
		la_move(c, rd, LA_A4 + n);
	else
		la_ld_d(c, rd, LA_SP, la_frame(c)->size + 8 * (n - 1 - LA_ARGS_IN_REGS));
}

/* argument to pass = src */
static void store_arg(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s32 n = arg_number(c, insn, -insn->off);
	enum la_reg rs = la_src(c, insn->src_reg, LA_X1);

	if (n <= LA_ARGS_IN_REGS)
		la_move(c, LA_A4 + n, rs);
	else
		la_st_d(c, rs, LA_SP, 8 * (n - 1 - LA_ARGS_IN_REGS));
}

/* argument to pass = imm */
static void store_arg_imm(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s32 n = arg_number(c, insn, -insn->off);

	if (n <= LA_ARGS_IN_REGS) {
		la_li(c, LA_A4 + n, insn->imm);
		return;
	}
	if (insn->imm)
		la_li(c, LA_X1, insn->imm);
	la_st_d(c, insn->imm ? LA_X1 : LA_ZERO, LA_SP, 8 * (n - 1 - LA_ARGS_IN_REGS));
}

/* dst = *(unsigned size *)(src + off) */
void la_ldx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (is_arg(c, insn->src_reg))
		load_arg(c, insn);
	else
		load(c, insn, LA_LOAD, false);
}

/* dst = *(signed size *)(src + off) */
void la_ldx_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, LA_LOAD_SX, false);
}

/* dst = *(unsigned size *)(src + off), 0 if that faults */
void la_ldx_probe(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, LA_LOAD, true);
}

/* dst = *(signed size *)(src + off), 0 if that faults */
void la_ldx_probe_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, LA_LOAD_SX, true);
}

/* Access to base of the arena + reg + off; faults on a page not there. */
static void arena_access(struct bjn_ctx *c, enum la_access_kind kind, u8 size,
			 enum la_reg rd, u8 reg, s16 off)
{
	u8 arena = la_frame(c)->arena;
	enum la_reg base = la_src(c, reg, LA_X2);

	if (arena == LA_NONE) {
		bjn_fail(c, -EINVAL, "arena access without an arena");
		return;
	}
	if (!off) {
		may_fault(c, kind, rd);
		la_djk(c, find_access(kind, size)->idx, rd, base, arena);
	} else {
		la_add_d(c, LA_X2, base, arena);
		la_access(c, kind, size, rd, LA_X2, off, true);
	}
	bjn_is_arena(c, (u8)base, off, kind == LA_STORE);
}

/* dst = *(unsigned size *)(arena + src + off), 0 if that faults */
void la_ldx_arena(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, LA_LOAD, BPF_SIZE(insn->code), la_dst(c, insn->dst_reg),
		     insn->src_reg, insn->off);
}

/* dst = *(signed size *)(arena + src + off), 0 if that faults */
void la_ldx_arena_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, LA_LOAD_SX, BPF_SIZE(insn->code), la_dst(c, insn->dst_reg),
		     insn->src_reg, insn->off);
}

/* Register with the constant of a store; only its low bits count. */
static enum la_reg store_value(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s32 v = insn->imm;

	if (BPF_SIZE(insn->code) == BPF_B)
		v = (s8)v;
	else if (BPF_SIZE(insn->code) == BPF_H)
		v = (s16)v;
	if (!v)
		return LA_ZERO;
	la_li(c, LA_X1, v);
	return LA_X1;
}

/* *(size *)(dst + off) = imm */
void la_st(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum la_reg base;

	if (is_arg(c, insn->dst_reg)) {
		store_arg_imm(c, insn);
		return;
	}
	base = la_base(c, insn->dst_reg, &off);
	la_access(c, LA_STORE, BPF_SIZE(insn->code), store_value(c, insn), base, off, false);
}

/* *(size *)(dst + off) = src */
void la_stx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum la_reg base;

	if (is_arg(c, insn->dst_reg)) {
		store_arg(c, insn);
		return;
	}
	base = la_base(c, insn->dst_reg, &off);
	la_access(c, LA_STORE, BPF_SIZE(insn->code), la_src(c, insn->src_reg, LA_X1), base,
		  off, false);
}

/* *(size *)(arena + dst + off) = imm, skipped if that faults */
void la_st_arena(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, LA_STORE, BPF_SIZE(insn->code), store_value(c, insn), insn->dst_reg,
		     insn->off);
}

/* *(size *)(arena + dst + off) = src, skipped if that faults */
void la_stx_arena(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, LA_STORE, BPF_SIZE(insn->code), la_src(c, insn->src_reg, LA_X1),
		     insn->dst_reg, insn->off);
}

/*
 * Speculation barrier: no code, like the stock JIT. The architecture defines
 * dbar and ibar for the order of completed accesses and fetches only and says
 * nothing about speculative execution, and the kernel's own
 * array_index_nospec() for LoongArch uses no barrier either.
 */
void la_nospec(struct bjn_ctx *c, const struct bpf_insn *insn)
{
}

/* dst = imm64; a function of this program is addressed relative to the code */
void la_ld_imm64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum la_reg rd = la_dst(c, insn->dst_reg);
	u64 imm = (u64)(u32)insn[1].imm << 32 | (u32)insn->imm;
	s64 delta = 0;

	if (insn->src_reg != BPF_PSEUDO_FUNC) {
		la_li(c, rd, (s64)imm);
		return;
	}
	/* The length may not depend on the address: unknown in the first pass. */
	if (c->prog->extra_pass)
		delta = (s64)(imm - (c->prog->image + 4ull * c->pos));
	la_pcaddu12i(c, rd, (delta + 0x800) >> 12);
	la_addi_d(c, rd, rd, (s64)((u64)delta << 52) >> 52);
}
