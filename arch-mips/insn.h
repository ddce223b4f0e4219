/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instruction encoders. Every operand is checked: one that does not fit its
 * field makes the compilation fail (buf.h), it is never truncated. Whether the
 * CPU has the instruction is up to the caller (cpu.h).
 */
#ifndef BJN_MIPS_INSN_H
#define BJN_MIPS_INSN_H

#include "core/buf.h"
#include "regs.h"

/* MI_OP_<name>: opcode with all operands zero, for tables of instructions. */
#define NONE(name, op, isa)	MI_OP_##name = op,
#define DST	NONE
#define DTS	NONE
#define DTA	NONE
#define DT	NONE
#define D	NONE
#define S	NONE
#define ST	NONE
#define DS	NONE
#define TSI	NONE
#define TSU	NONE
#define TU	NONE
#define TIB	NONE
#define TIB9	NONE
#define TSPX	NONE
#define TSPXM	NONE
#define TSPXU	NONE
#define TSPI	NONE
#define STO	NONE
#define SO	NONE
#define O	NONE
#define O26	NONE
#define T26	NONE
enum mi_op {
#include "insn.def"
};
#include "insn-undef.h"

/* One function per format, parameters as insn.def lists them. */

static inline void mi_dst(struct bjn_ctx *c, u32 op, enum mi_reg rd, enum mi_reg rs,
			  enum mi_reg rt)
{
	bjn_put(c, op | (u32)rs << 21 | (u32)rt << 16 | (u32)rd << 11);
}

static inline void mi_dts(struct bjn_ctx *c, u32 op, enum mi_reg rd, enum mi_reg rt,
			  enum mi_reg rs)
{
	mi_dst(c, op, rd, rs, rt);
}

static inline void mi_dta(struct bjn_ctx *c, u32 op, enum mi_reg rd, enum mi_reg rt, u64 sa)
{
	mi_dst(c, op | bjn_u(c, sa, 5, 6), rd, MI_ZERO, rt);
}

static inline void mi_dt(struct bjn_ctx *c, u32 op, enum mi_reg rd, enum mi_reg rt)
{
	mi_dst(c, op, rd, MI_ZERO, rt);
}

static inline void mi_d(struct bjn_ctx *c, u32 op, enum mi_reg rd)
{
	mi_dst(c, op, rd, MI_ZERO, MI_ZERO);
}

static inline void mi_s(struct bjn_ctx *c, u32 op, enum mi_reg rs)
{
	mi_dst(c, op, MI_ZERO, rs, MI_ZERO);
}

static inline void mi_st(struct bjn_ctx *c, u32 op, enum mi_reg rs, enum mi_reg rt)
{
	mi_dst(c, op, MI_ZERO, rs, rt);
}

static inline void mi_ds(struct bjn_ctx *c, u32 op, enum mi_reg rd, enum mi_reg rs)
{
	mi_dst(c, op, rd, rs, MI_ZERO);
}

static inline void mi_tsi(struct bjn_ctx *c, u32 op, enum mi_reg rt, enum mi_reg rs, s64 si)
{
	bjn_put(c, op | (u32)rs << 21 | (u32)rt << 16 | bjn_s(c, si, 16, 0));
}

static inline void mi_tsu(struct bjn_ctx *c, u32 op, enum mi_reg rt, enum mi_reg rs, u64 ui)
{
	bjn_put(c, op | (u32)rs << 21 | (u32)rt << 16 | bjn_u(c, ui, 16, 0));
}

static inline void mi_tu(struct bjn_ctx *c, u32 op, enum mi_reg rt, u64 ui)
{
	mi_tsu(c, op, rt, MI_ZERO, ui);
}

static inline void mi_tib(struct bjn_ctx *c, u32 op, enum mi_reg rt, s64 si, enum mi_reg rs)
{
	mi_tsi(c, op, rt, rs, si);
}

static inline void mi_tib9(struct bjn_ctx *c, u32 op, enum mi_reg rt, s64 si, enum mi_reg rs)
{
	bjn_put(c, op | (u32)rs << 21 | (u32)rt << 16 | bjn_s(c, si, 9, 7));
}

/*
 * Bit fields: @lsb and @msb are what goes into the two fields of the
 * instruction, @last is the highest bit plus one, which is at most @end.
 */
static inline void mi_field(struct bjn_ctx *c, u32 op, enum mi_reg rt, enum mi_reg rs, u64 lsb,
			    u64 msb, u64 last, u64 end)
{
	if (last > end)
		bjn_fail(c, -ERANGE, "bit field is too long");
	bjn_put(c, op | (u32)rs << 21 | (u32)rt << 16 | bjn_u(c, msb, 5, 11) |
		   bjn_u(c, lsb, 5, 6));
}

static inline void mi_tspx(struct bjn_ctx *c, u32 op, enum mi_reg rt, enum mi_reg rs, u64 pos,
			   u64 size)
{
	mi_field(c, op, rt, rs, pos, size - 1, pos + size, 63);
}

static inline void mi_tspxm(struct bjn_ctx *c, u32 op, enum mi_reg rt, enum mi_reg rs, u64 pos,
			    u64 size)
{
	mi_field(c, op, rt, rs, pos, size - 33, pos + size, 64);
}

static inline void mi_tspxu(struct bjn_ctx *c, u32 op, enum mi_reg rt, enum mi_reg rs, u64 pos,
			    u64 size)
{
	mi_field(c, op, rt, rs, pos - 32, size - 1, pos + size, 64);
}

static inline void mi_tspi(struct bjn_ctx *c, u32 op, enum mi_reg rt, enum mi_reg rs, u64 pos,
			   u64 size)
{
	if (!size)
		bjn_fail(c, -ERANGE, "bit field is empty");
	mi_field(c, op, rt, rs, pos, pos + size - 1, pos + size, 32);
}

/**
 * mi_slot_words - byte offset of a branch to the field it is encoded in
 * @c: compilation, fails with -ERANGE when @offs is no multiple of 4
 * @offs: bytes from the branch to its target
 *
 * Return: words from the delay slot to the target.
 */
static inline s64 mi_slot_words(struct bjn_ctx *c, s64 offs)
{
	if (offs & 3)
		bjn_fail(c, -ERANGE, "offset is not a multiple of 4");
	return (offs >> 2) - 1;
}

static inline void mi_sto(struct bjn_ctx *c, u32 op, enum mi_reg rs, enum mi_reg rt, s64 offs)
{
	mi_tsi(c, op, rt, rs, mi_slot_words(c, offs));
}

static inline void mi_so(struct bjn_ctx *c, u32 op, enum mi_reg rs, s64 offs)
{
	mi_sto(c, op, rs, MI_ZERO, offs);
}

static inline void mi_o(struct bjn_ctx *c, u32 op, s64 offs)
{
	mi_sto(c, op, MI_ZERO, MI_ZERO, offs);
}

static inline void mi_o26(struct bjn_ctx *c, u32 op, s64 offs)
{
	bjn_put(c, op | bjn_s(c, mi_slot_words(c, offs), 26, 0));
}

static inline void mi_t26(struct bjn_ctx *c, u32 op, u64 target)
{
	if (target & 3)
		bjn_fail(c, -ERANGE, "target is not a multiple of 4");
	bjn_put(c, op | bjn_u(c, target >> 2, 26, 0));
}

/* mi_<name>(): one function per line of insn.def. */
#define MI_FN1(name, fn, t1, a1)						\
static inline void mi_##name(struct bjn_ctx *c, t1 a1)				\
{ fn(c, MI_OP_##name, a1); }
#define MI_FN2(name, fn, t1, a1, t2, a2)					\
static inline void mi_##name(struct bjn_ctx *c, t1 a1, t2 a2)			\
{ fn(c, MI_OP_##name, a1, a2); }
#define MI_FN3(name, fn, t1, a1, t2, a2, t3, a3)				\
static inline void mi_##name(struct bjn_ctx *c, t1 a1, t2 a2, t3 a3)		\
{ fn(c, MI_OP_##name, a1, a2, a3); }
#define MI_FN4(name, fn, t1, a1, t2, a2, t3, a3, t4, a4)			\
static inline void mi_##name(struct bjn_ctx *c, t1 a1, t2 a2, t3 a3, t4 a4)	\
{ fn(c, MI_OP_##name, a1, a2, a3, a4); }

#define MI_REG(r)	enum mi_reg, r
#define MI_FIELD(n, fn)	MI_CALL(MI_FN4, n, fn, MI_REG(rt), MI_REG(rs), u64, pos, u64, size)
#define MI_CALL(fn, ...) fn(__VA_ARGS__)

#define NONE(name, op, isa)							\
static inline void mi_##name(struct bjn_ctx *c)					\
{ bjn_put(c, MI_OP_##name); }
#define DST(n, op, isa)	MI_CALL(MI_FN3, n, mi_dst, MI_REG(rd), MI_REG(rs), MI_REG(rt))
#define DTS(n, op, isa)	MI_CALL(MI_FN3, n, mi_dts, MI_REG(rd), MI_REG(rt), MI_REG(rs))
#define DTA(n, op, isa)	MI_CALL(MI_FN3, n, mi_dta, MI_REG(rd), MI_REG(rt), u64, sa)
#define DT(n, op, isa)	MI_CALL(MI_FN2, n, mi_dt, MI_REG(rd), MI_REG(rt))
#define D(n, op, isa)	MI_CALL(MI_FN1, n, mi_d, MI_REG(rd))
#define S(n, op, isa)	MI_CALL(MI_FN1, n, mi_s, MI_REG(rs))
#define ST(n, op, isa)	MI_CALL(MI_FN2, n, mi_st, MI_REG(rs), MI_REG(rt))
#define DS(n, op, isa)	MI_CALL(MI_FN2, n, mi_ds, MI_REG(rd), MI_REG(rs))
#define TSI(n, op, isa)	MI_CALL(MI_FN3, n, mi_tsi, MI_REG(rt), MI_REG(rs), s64, si)
#define TSU(n, op, isa)	MI_CALL(MI_FN3, n, mi_tsu, MI_REG(rt), MI_REG(rs), u64, ui)
#define TU(n, op, isa)	MI_CALL(MI_FN2, n, mi_tu, MI_REG(rt), u64, ui)
#define TIB(n, op, isa)	MI_CALL(MI_FN3, n, mi_tib, MI_REG(rt), s64, si, MI_REG(rs))
#define TIB9(n, op, isa) MI_CALL(MI_FN3, n, mi_tib9, MI_REG(rt), s64, si, MI_REG(rs))
#define TSPX(n, op, isa) MI_FIELD(n, mi_tspx)
#define TSPXM(n, op, isa) MI_FIELD(n, mi_tspxm)
#define TSPXU(n, op, isa) MI_FIELD(n, mi_tspxu)
#define TSPI(n, op, isa) MI_FIELD(n, mi_tspi)
#define STO(n, op, isa)	MI_CALL(MI_FN3, n, mi_sto, MI_REG(rs), MI_REG(rt), s64, offs)
#define SO(n, op, isa)	MI_CALL(MI_FN2, n, mi_so, MI_REG(rs), s64, offs)
#define O(n, op, isa)	MI_CALL(MI_FN1, n, mi_o, s64, offs)
#define O26(n, op, isa)	MI_CALL(MI_FN1, n, mi_o26, s64, offs)
#define T26(n, op, isa)	MI_CALL(MI_FN1, n, mi_t26, u64, target)
#include "insn.def"
#include "insn-undef.h"
#undef MI_FN1
#undef MI_FN2
#undef MI_FN3
#undef MI_FN4
#undef MI_REG
#undef MI_FIELD
#undef MI_CALL

/* rd = rs; whole register at either width */
static inline void mi_move(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs)
{
	mi_or(c, rd, rs, MI_ZERO);
}

#endif
