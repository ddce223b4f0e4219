// SPDX-License-Identifier: GPL-2.0
/*
 * 64-bit CPUs: loads and stores.
 *
 * An access that may fault (BPF_PROBE_*) gets an exception table entry on the
 * one word that accesses memory, which is never in a delay slot: a load then
 * yields 0 by way of a landing pad, a store is skipped. A load from an address
 * that no exception table saves the kernel from is not tried (probe()).
 */
#include "n64.h"

/* Index is BPF_SIZE >> 3: W, H, B, DW. */
static const u32 accesses[][4] = {
	[N64_LOAD] = { MI_OP_lwu, MI_OP_lhu, MI_OP_lbu, MI_OP_ld },
	[N64_LOAD_SX] = { MI_OP_lw, MI_OP_lh, MI_OP_lb, MI_OP_ld },
	[N64_STORE] = { MI_OP_sw, MI_OP_sh, MI_OP_sb, MI_OP_sd },
};

/**
 * n64_access - one load or store
 * @c: compilation
 * @kind: load, sign-extending load or store
 * @size: BPF_SIZE of the opcode
 * @rd: value
 * @base: register with the address
 * @off: offset in bytes, fits 32 bits; N64_X0 is used beyond 16
 * @fault: the access may fault
 *
 * At most N64_ACCESS_WORDS.
 */
void n64_access(struct bjn_ctx *c, enum n64_access_kind kind, u8 size, enum mi_reg rd,
		enum mi_reg base, s64 off, bool fault)
{
	if (!bjn_is_s(off, 16)) {
		n64_addi(c, N64_X0, base, off, N64_X0);
		base = N64_X0;
		off = 0;
	}
	if (fault)
		bjn_may_fault(c, 1, kind == N64_STORE ? BJN_EX_NO_REG : (u8)rd);
	mi_tib(c, accesses[kind][size >> 3], rd, off, base);
}

static void load(struct bjn_ctx *c, const struct bpf_insn *insn, enum n64_access_kind kind,
		 bool fault)
{
	s64 off = insn->off;
	enum mi_reg base = n64_base(c, insn->src_reg, &off);

	if (kind == N64_LOAD && BPF_SIZE(insn->code) == BPF_W &&
	    mi_is_returned(c, insn->dst_reg)) {
		kind = N64_LOAD_SX;
		mi_loose(c, true);
	}
	n64_access(c, kind, BPF_SIZE(insn->code), n64_dst(c, insn->dst_reg), base, off, fault);
}

/*
 * Arguments 6 and up. The program names them [r11 + 8 * n] when they are its
 * own and [r11 - 8 * n] when it is going to pass them, n from 1 on. They are in
 * a5 to a7 and then on the stack, as in C. The verifier sees to it that its own
 * are read before a register is needed for the next call.
 */
static bool is_arg(struct bjn_ctx *c, u8 reg)
{
	return reg == MI_REG_ARGS && n64_frame(c)->args;
}

/* dst = own argument */
static void load_arg(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s32 n = mi_arg_number(c, insn, insn->off) + 4;
	enum mi_reg rd = n64_dst(c, insn->dst_reg);

	if (n < N64_ARGS_IN_REGS)
		mi_move(c, rd, N64_ARG(n));
	else
		mi_ld(c, rd, n64_frame(c)->size + 8 * (n - N64_ARGS_IN_REGS), MI_SP);
}

/* argument to pass = src */
static void store_arg(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s32 n = mi_arg_number(c, insn, -insn->off) + 4;
	enum mi_reg rs = n64_src(c, insn->src_reg, N64_X1);

	if (n < N64_ARGS_IN_REGS)
		mi_move(c, N64_ARG(n), rs);
	else
		mi_sd(c, rs, 8 * (n - N64_ARGS_IN_REGS), MI_SP);
}

/* argument to pass = imm */
static void store_arg_imm(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s32 n = mi_arg_number(c, insn, -insn->off) + 4;

	if (n < N64_ARGS_IN_REGS) {
		mi_li32(c, N64_ARG(n), insn->imm);
		return;
	}
	if (insn->imm)
		mi_li32(c, N64_X1, insn->imm);
	mi_sd(c, insn->imm ? N64_X1 : MI_ZERO, 8 * (n - N64_ARGS_IN_REGS), MI_SP);
}

/* dst = *(unsigned size *)(src + off) */
void n64_ldx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (is_arg(c, insn->src_reg))
		load_arg(c, insn);
	else
		load(c, insn, N64_LOAD, false);
}

/* dst = *(signed size *)(src + off) */
void n64_ldx_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, N64_LOAD_SX, false);
}

/* X1 = do @bytes at @addr lie within a window? */
static void test_window(struct bjn_ctx *c, enum mi_reg addr, u64 start, u64 size, u32 bytes)
{
	mi_li64(c, N64_X1, (s64)start);
	mi_dsubu(c, N64_X1, addr, N64_X1);
	mi_li64(c, N64_X2, (s64)(size - (bytes - 1)));
	mi_sltu(c, N64_X1, N64_X1, N64_X2);
}

/*
 * Leave by @bad when the address is in no window, with rd = 0; otherwise end up
 * behind this. Nothing is left to do where there are no windows.
 */
static void check_windows(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg addr, u32 bytes,
			  struct mi_outs *bad)
{
	struct mi_outs good = { .nr = 0 };
	u64 start, size, next;
	u32 i;

	start = mi_window(c, 0, &size);
	for (i = 0; size; i++) {
		u64 next_start = mi_window(c, i + 1, &next);

		test_window(c, addr, start, size, bytes);
		mi_out(c, next ? &good : bad, next ? MI_OP_bne : MI_OP_beq, N64_X1, MI_ZERO);
		if (next)
			mi_idle(c);
		else
			mi_move(c, rd, MI_ZERO);	/* delay slot */
		start = next_start;
		size = next;
	}
	mi_land(c, &good);
}

/* dst = *(size *)(src + off), 0 if that faults or had better not be tried */
static void probe(struct bjn_ctx *c, const struct bpf_insn *insn, enum n64_access_kind kind)
{
	static const u8 bytes[] = { 4, 2, 1, 8 };
	struct mi_outs bad = { .nr = 0 };
	enum mi_reg rd = n64_dst(c, insn->dst_reg);
	s64 off = insn->off;
	enum mi_reg base = n64_base(c, insn->src_reg, &off);
	u64 size;

	mi_window(c, 0, &size);
	if (size && (off || base == rd)) {
		n64_addi(c, N64_X0, base, off, N64_X0);
		base = N64_X0;
		off = 0;
	}
	check_windows(c, rd, base, bytes[BPF_SIZE(insn->code) >> 3], &bad);
	n64_access(c, kind, BPF_SIZE(insn->code), rd, base, off, true);
	mi_land(c, &bad);
}

/* dst = *(unsigned size *)(src + off), 0 if that faults */
void n64_ldx_probe(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	probe(c, insn, N64_LOAD);
}

/* dst = *(signed size *)(src + off), 0 if that faults */
void n64_ldx_probe_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	probe(c, insn, N64_LOAD_SX);
}

/* Access to base of the arena + reg + off; faults on a page not there. */
static void arena_access(struct bjn_ctx *c, enum n64_access_kind kind, u8 size,
			 enum mi_reg rd, u8 reg, s16 off)
{
	if (!n64_frame(c)->arena) {
		bjn_fail(c, -EINVAL, "arena access without an arena");
		return;
	}
	mi_daddu(c, N64_X2, n64_src(c, reg, N64_X2), N64_ARENA);
	n64_access(c, kind, size, rd, N64_X2, off, true);
}

/* dst = *(unsigned size *)(arena + src + off), 0 if that faults */
void n64_ldx_arena(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, N64_LOAD, BPF_SIZE(insn->code), n64_dst(c, insn->dst_reg),
		     insn->src_reg, insn->off);
}

/* dst = *(signed size *)(arena + src + off), 0 if that faults */
void n64_ldx_arena_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, N64_LOAD_SX, BPF_SIZE(insn->code), n64_dst(c, insn->dst_reg),
		     insn->src_reg, insn->off);
}

/* Register with the constant of a store; only its low bits count. */
static enum mi_reg store_value(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s32 v = insn->imm;

	if (BPF_SIZE(insn->code) == BPF_B)
		v = (s8)v;
	else if (BPF_SIZE(insn->code) == BPF_H)
		v = (s16)v;
	if (!v)
		return MI_ZERO;
	mi_li32(c, N64_X1, v);
	return N64_X1;
}

/* *(size *)(dst + off) = imm */
void n64_st(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum mi_reg base;

	if (is_arg(c, insn->dst_reg)) {
		store_arg_imm(c, insn);
		return;
	}
	base = n64_base(c, insn->dst_reg, &off);
	n64_access(c, N64_STORE, BPF_SIZE(insn->code), store_value(c, insn), base, off, false);
}

/* *(size *)(dst + off) = src */
void n64_stx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum mi_reg base;

	if (is_arg(c, insn->dst_reg)) {
		store_arg(c, insn);
		return;
	}
	base = n64_base(c, insn->dst_reg, &off);
	n64_access(c, N64_STORE, BPF_SIZE(insn->code), n64_src(c, insn->src_reg, N64_X1), base,
		   off, false);
}

/* *(size *)(arena + dst + off) = imm, skipped if that faults */
void n64_st_arena(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, N64_STORE, BPF_SIZE(insn->code), store_value(c, insn), insn->dst_reg,
		     insn->off);
}

/* *(size *)(arena + dst + off) = src, skipped if that faults */
void n64_stx_arena(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	arena_access(c, N64_STORE, BPF_SIZE(insn->code), n64_src(c, insn->src_reg, N64_X1),
		     insn->dst_reg, insn->off);
}
