// SPDX-License-Identifier: GPL-2.0
/*
 * 32-bit CPUs: loads and stores. Two accesses make one of 64 bits; the high
 * half goes first, because the low one may overwrite the address.
 *
 * An access that may fault (BPF_PROBE_*) gets an exception table entry on each
 * word that accesses memory, which is never in a delay slot: the half then
 * becomes 0 by way of a landing pad. A load from an address that no exception
 * table saves the kernel from is not tried (probe()).
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
 * @rd: value; only the low half matters for a store of less than 64 bits. A
 *	high half of $zero is that of a loaded value that nobody wants
 * @base: register with the address
 * @off: offset in bytes, fits 32 bits; O32_X0 is used beyond 16, and O32_X3 if
 *	that is @base
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
		o32_addi(c, O32_X0, base, (s32)off, base == O32_X0 ? O32_X3 : O32_X0);
		base = O32_X0;
		off = 0;
	}
	if (size == BPF_DW) {
		if (kind == O32_STORE || rd.hi != MI_ZERO)
			one(c, op, rd.hi, off + (be ? 0 : 4), base, fault);
		one(c, op, rd.lo, off + (be ? 4 : 0), base, fault);
		return;
	}
	one(c, op, rd.lo, off, base, fault);
	if (rd.hi == MI_ZERO || kind == O32_STORE)
		return;
	if (kind == O32_LOAD)
		o32_zero(c, rd.hi);
	else
		mi_sra(c, rd.hi, rd.lo, 31);
}

static void load(struct bjn_ctx *c, const struct bpf_insn *insn, enum o32_access_kind kind,
		 bool fault)
{
	s64 off = insn->off;
	enum mi_reg base = o32_base(c, insn->src_reg, &off);
	struct o32_pair rd = o32_dst(c, insn->dst_reg);
	bool short_load = kind == O32_LOAD && BPF_SIZE(insn->code) != BPF_DW;

	/* An upper half that is zero stays so; one that nobody looks at stays as it is. */
	if ((short_load && mi_is_zext(c, insn->dst_reg)) || o32_low_is_all(c, insn))
		rd.hi = MI_ZERO;
	o32_access(c, kind, BPF_SIZE(insn->code), rd, base, off, fault);
}

/*
 * Arguments 6 and up. The program names them [r11 + 8 * n] when they are its
 * own and [r11 - 8 * n] when it is going to pass them, n from 1 on. They are on
 * the stack, behind R5.
 */
static bool is_arg(struct bjn_ctx *c, u8 reg)
{
	return reg == MI_REG_ARGS && o32_frame(c)->args;
}

/* Offset from $sp of an argument that is passed. */
static s64 passed(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	return O32_STACK_ARG(mi_arg_number(c, insn, -insn->off));
}

/* dst = own argument */
static void load_arg(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = O32_STACK_ARG(mi_arg_number(c, insn, insn->off));

	o32_access(c, O32_LOAD, BPF_DW, o32_dst(c, insn->dst_reg), MI_SP,
		   o32_frame(c)->size + off, false);
}

/* dst = *(unsigned size *)(src + off) */
void o32_ldx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (is_arg(c, insn->src_reg))
		load_arg(c, insn);
	else
		load(c, insn, O32_LOAD, false);
}

/* dst = *(signed size *)(src + off) */
void o32_ldx_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	load(c, insn, O32_LOAD_SX, false);
}

/* X1 = do @bytes at @addr lie within a window? */
static void test_window(struct bjn_ctx *c, enum mi_reg addr, u64 start, u64 size, u32 bytes)
{
	o32_addi(c, O32_X1, addr, (s32)(0 - start), O32_X1);
	mi_li32(c, O32_X2, (s32)(size - (bytes - 1)));
	mi_sltu(c, O32_X1, O32_X1, O32_X2);
}

/*
 * Leave by @bad when the address is in no window; otherwise end up behind this.
 * rd is 0 in the first case; the address is not in it. Nothing is left to do
 * where there are no windows.
 */
static void check_windows(struct bjn_ctx *c, struct o32_pair rd, enum mi_reg addr, u32 bytes,
			  struct mi_outs *bad)
{
	struct mi_outs good = { .nr = 0 };
	u64 start, size, next;
	u32 i;

	start = mi_window(c, 0, &size);
	if (size)
		o32_zero(c, rd.hi);
	for (i = 0; size; i++) {
		u64 next_start = mi_window(c, i + 1, &next);

		test_window(c, addr, start, size, bytes);
		mi_out(c, next ? &good : bad, next ? MI_OP_bne : MI_OP_beq, O32_X1, MI_ZERO);
		if (next)
			mi_idle(c);
		else
			o32_zero(c, rd.lo);	/* delay slot */
		start = next_start;
		size = next;
	}
	mi_land(c, &good);
}

/* dst = *(size *)(src + off), 0 if that faults or had better not be tried */
static void probe(struct bjn_ctx *c, const struct bpf_insn *insn, enum o32_access_kind kind)
{
	static const u8 bytes[] = { 4, 2, 1, 8 };
	struct o32_pair rd = o32_dst(c, insn->dst_reg);
	struct mi_outs bad = { .nr = 0 };
	s64 off = insn->off;
	enum mi_reg base = o32_base(c, insn->src_reg, &off);
	u64 size;

	mi_window(c, 0, &size);
	if (size) {
		o32_addi(c, O32_X0, base, (s32)off, O32_X3);
		base = O32_X0;
		off = 0;
	}
	check_windows(c, rd, base, bytes[BPF_SIZE(insn->code) >> 3], &bad);
	o32_access(c, kind, BPF_SIZE(insn->code), rd, base, off, true);
	mi_land(c, &bad);
}

/* dst = *(unsigned size *)(src + off), 0 if that faults */
void o32_ldx_probe(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	probe(c, insn, O32_LOAD);
}

/* dst = *(signed size *)(src + off), 0 if that faults */
void o32_ldx_probe_sx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	probe(c, insn, O32_LOAD_SX);
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
	bool arg = is_arg(c, insn->dst_reg);
	s64 off = arg ? passed(c, insn) : insn->off;
	enum mi_reg base = arg ? MI_SP : o32_base(c, insn->dst_reg, &off);
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
	bool arg = is_arg(c, insn->dst_reg);
	s64 off = arg ? passed(c, insn) : insn->off;
	enum mi_reg base = arg ? MI_SP : o32_base(c, insn->dst_reg, &off);

	o32_access(c, O32_STORE, BPF_SIZE(insn->code), o32_src(c, insn->src_reg, O32_X1), base,
		   off, false);
}
