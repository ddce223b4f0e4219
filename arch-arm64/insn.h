/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instruction encoders. Every operand is checked: one that does not fit its
 * field makes the compilation fail (buf.h), it is never truncated.
 */
#ifndef BJN_ARM64_INSN_H
#define BJN_ARM64_INSN_H

#include "core/buf.h"
#include "regs.h"

/* Width of an operation; the value is its bit in the opcode. */
enum a64_width {
	A64_W = 0,
	A64_X = 1,
};

/* Conditions of b.cond; a condition and its opposite differ in bit 0. */
enum a64_cond {
	A64_EQ, A64_NE, A64_HS, A64_LO, A64_MI, A64_PL, A64_VS, A64_VC,
	A64_HI, A64_LS, A64_GE, A64_LT, A64_GT, A64_LE,
};

/* A64_OP_<name>: opcode with all operands zero, for tables of instructions. */
#define NONE(name, op)	A64_OP_##name = op,
#define N	NONE
#define T	NONE
#define DN	NONE
#define WDNM	NONE
#define WDNMS	NONE
#define WDNMA	NONE
#define DNME	NONE
#define WDNI	NONE
#define WDNL	NONE
#define WDI	NONE
#define WDNB	NONE
#define TNU	NONE
#define TNS	NONE
#define TNM	NONE
#define TTN	NONE
#define TN	NONE
#define STN	NONE
#define XTN	NONE
#define O26	NONE
#define CO19	NONE
#define WTO19	NONE
#define TO19	NONE
#define TBO14	NONE
enum a64_op {
#include "insn.def"
};
#undef NONE
#undef N
#undef T
#undef DN
#undef WDNM
#undef WDNMS
#undef WDNMA
#undef DNME
#undef WDNI
#undef WDNL
#undef WDI
#undef WDNB
#undef TNU
#undef TNS
#undef TNM
#undef TTN
#undef TN
#undef STN
#undef XTN
#undef O26
#undef CO19
#undef WTO19
#undef TO19
#undef TBO14

/* cbz and cbnz, tbz and tbnz differ in this bit. */
#define A64_INVERT	0x01000000u

/**
 * a64_words - byte offset to words
 * @c: compilation, fails with -ERANGE when @offs is no multiple of 4
 * @offs: bytes
 */
static inline s64 a64_words(struct bjn_ctx *c, s64 offs)
{
	if (offs & 3)
		bjn_fail(c, -ERANGE, "offset is not a multiple of 4");
	return offs >> 2;
}

/* imm.c */
bool a64_mask_fields(enum a64_width w, u64 mask, u32 *fields);

/* One function per format, parameters as insn.def lists them. */

static inline void a64_n(struct bjn_ctx *c, u32 op, enum a64_reg rn)
{
	bjn_put(c, op | rn << 5);
}

static inline void a64_t(struct bjn_ctx *c, u32 op, enum a64_reg rt)
{
	bjn_put(c, op | rt);
}

static inline void a64_dn(struct bjn_ctx *c, u32 op, enum a64_reg rd, enum a64_reg rn)
{
	bjn_put(c, op | rn << 5 | rd);
}

#define a64_tn a64_dn

static inline void a64_tnm(struct bjn_ctx *c, u32 op, enum a64_reg rt, enum a64_reg rn,
			   enum a64_reg rm)
{
	a64_dn(c, op | rm << 16, rt, rn);
}

static inline void a64_wdnm(struct bjn_ctx *c, u32 op, enum a64_width w, enum a64_reg rd,
			    enum a64_reg rn, enum a64_reg rm)
{
	a64_tnm(c, op | (u32)w << 31, rd, rn, rm);
}

static inline void a64_wdnms(struct bjn_ctx *c, u32 op, enum a64_width w, enum a64_reg rd,
			     enum a64_reg rn, enum a64_reg rm, u64 sh)
{
	a64_wdnm(c, op | bjn_u(c, sh, w ? 6 : 5, 10), w, rd, rn, rm);
}

static inline void a64_wdnma(struct bjn_ctx *c, u32 op, enum a64_width w, enum a64_reg rd,
			     enum a64_reg rn, enum a64_reg rm, enum a64_reg ra)
{
	a64_wdnm(c, op | ra << 10, w, rd, rn, rm);
}

static inline void a64_dnme(struct bjn_ctx *c, u32 op, enum a64_reg rd, enum a64_reg rn,
			    enum a64_reg rm, u64 sh)
{
	if (sh > 4)
		bjn_fail(c, -ERANGE, "shift of an extended register out of range");
	a64_tnm(c, op | (u32)(sh & 7) << 10, rd, rn, rm);
}

static inline void a64_wdni(struct bjn_ctx *c, u32 op, enum a64_width w, enum a64_reg rd,
			    enum a64_reg rn, u64 imm)
{
	u32 high = !(imm & 0xfff) && imm ? 1 : 0;

	a64_dn(c, op | (u32)w << 31 | high << 22 | bjn_u(c, high ? imm >> 12 : imm, 12, 10),
	       rd, rn);
}

static inline void a64_wdnl(struct bjn_ctx *c, u32 op, enum a64_width w, enum a64_reg rd,
			    enum a64_reg rn, u64 mask)
{
	u32 fields = 0;

	if (!a64_mask_fields(w, mask, &fields))
		bjn_fail(c, -ERANGE, "mask cannot be encoded");
	a64_dn(c, op | (u32)w << 31 | fields << 10, rd, rn);
}

static inline void a64_wdi(struct bjn_ctx *c, u32 op, enum a64_width w, enum a64_reg rd,
			   u64 imm, u64 pos)
{
	if (pos & 15)
		bjn_fail(c, -ERANGE, "position is not a multiple of 16");
	a64_t(c, op | (u32)w << 31 | bjn_u(c, pos >> 4, w ? 2 : 1, 21) | bjn_u(c, imm, 16, 5),
	      rd);
}

static inline void a64_wdnb(struct bjn_ctx *c, u32 op, enum a64_width w, enum a64_reg rd,
			    enum a64_reg rn, u64 r, u64 s)
{
	unsigned int bits = w ? 6 : 5;

	a64_dn(c, op | (u32)w << 31 | (u32)w << 22 | bjn_u(c, r, bits, 16) |
	       bjn_u(c, s, bits, 10), rd, rn);
}

static inline void a64_tnu(struct bjn_ctx *c, u32 op, enum a64_reg rt, enum a64_reg rn, s64 offs)
{
	unsigned int scale = op >> 30;

	if (offs & ((1 << scale) - 1))
		bjn_fail(c, -ERANGE, "offset is not a multiple of the size");
	a64_dn(c, op | bjn_u(c, (u64)(offs >> scale), 12, 10), rt, rn);
}

static inline void a64_tns(struct bjn_ctx *c, u32 op, enum a64_reg rt, enum a64_reg rn, s64 offs)
{
	a64_dn(c, op | bjn_s(c, offs, 9, 12), rt, rn);
}

static inline void a64_ttn(struct bjn_ctx *c, u32 op, enum a64_reg rt, enum a64_reg rt2,
			   enum a64_reg rn, s64 offs)
{
	if (offs & 7)
		bjn_fail(c, -ERANGE, "offset is not a multiple of 8");
	a64_dn(c, op | rt2 << 10 | bjn_s(c, offs >> 3, 7, 15), rt, rn);
}

static inline void a64_stn(struct bjn_ctx *c, u32 op, enum a64_reg rs, enum a64_reg rt,
			   enum a64_reg rn)
{
	a64_tnm(c, op, rt, rn, rs);
}

static inline void a64_xtn(struct bjn_ctx *c, u32 op, enum a64_reg rs, enum a64_reg rt,
			   enum a64_reg rn)
{
	if (rs == rt || rs == rn)
		bjn_fail(c, -EINVAL, "registers of an exclusive store overlap");
	a64_stn(c, op, rs, rt, rn);
}

static inline void a64_o26(struct bjn_ctx *c, u32 op, s64 offs)
{
	bjn_put(c, op | bjn_s(c, a64_words(c, offs), 26, 0));
}

static inline void a64_to19(struct bjn_ctx *c, u32 op, enum a64_reg rt, s64 offs)
{
	a64_t(c, op | bjn_s(c, a64_words(c, offs), 19, 5), rt);
}

static inline void a64_co19(struct bjn_ctx *c, u32 op, enum a64_cond cond, s64 offs)
{
	bjn_put(c, op | bjn_s(c, a64_words(c, offs), 19, 5) | cond);
}

static inline void a64_wto19(struct bjn_ctx *c, u32 op, enum a64_width w, enum a64_reg rt,
			     s64 offs)
{
	a64_to19(c, op | (u32)w << 31, rt, offs);
}

static inline void a64_tbo14(struct bjn_ctx *c, u32 op, enum a64_reg rt, u64 bit, s64 offs)
{
	u32 b = bjn_u(c, bit, 6, 0);

	a64_t(c, op | b >> 5 << 31 | (b & 31) << 19 | bjn_s(c, a64_words(c, offs), 14, 5), rt);
}

/* a64_<name>(): one function per line of insn.def. */
#define A64_FN0(name, fn)							\
static inline void a64_##name(struct bjn_ctx *c)				\
{ bjn_put(c, A64_OP_##name); }
#define A64_FN1(name, fn, t1, a1)						\
static inline void a64_##name(struct bjn_ctx *c, t1 a1)				\
{ fn(c, A64_OP_##name, a1); }
#define A64_FN2(name, fn, t1, a1, t2, a2)					\
static inline void a64_##name(struct bjn_ctx *c, t1 a1, t2 a2)			\
{ fn(c, A64_OP_##name, a1, a2); }
#define A64_FN3(name, fn, t1, a1, t2, a2, t3, a3)				\
static inline void a64_##name(struct bjn_ctx *c, t1 a1, t2 a2, t3 a3)		\
{ fn(c, A64_OP_##name, a1, a2, a3); }
#define A64_FN4(name, fn, t1, a1, t2, a2, t3, a3, t4, a4)			\
static inline void a64_##name(struct bjn_ctx *c, t1 a1, t2 a2, t3 a3, t4 a4)	\
{ fn(c, A64_OP_##name, a1, a2, a3, a4); }
#define A64_FN5(name, fn, t1, a1, t2, a2, t3, a3, t4, a4, t5, a5)		\
static inline void a64_##name(struct bjn_ctx *c, t1 a1, t2 a2, t3 a3, t4 a4, t5 a5) \
{ fn(c, A64_OP_##name, a1, a2, a3, a4, a5); }

#define A64_REG(r)	enum a64_reg, r
#define A64_WIDTH	enum a64_width, w
#define A64_CALL(fn, ...) fn(__VA_ARGS__)

#define NONE(n, op)	A64_CALL(A64_FN0, n, bjn_put)
#define N(n, op)	A64_CALL(A64_FN1, n, a64_n, A64_REG(rn))
#define T(n, op)	A64_CALL(A64_FN1, n, a64_t, A64_REG(rt))
#define DN(n, op)	A64_CALL(A64_FN2, n, a64_dn, A64_REG(rd), A64_REG(rn))
#define WDNM(n, op)	A64_CALL(A64_FN4, n, a64_wdnm, A64_WIDTH, A64_REG(rd), A64_REG(rn), A64_REG(rm))
#define WDNMS(n, op)	A64_CALL(A64_FN5, n, a64_wdnms, A64_WIDTH, A64_REG(rd), A64_REG(rn), \
				 A64_REG(rm), u64, sh)
#define WDNMA(n, op)	A64_CALL(A64_FN5, n, a64_wdnma, A64_WIDTH, A64_REG(rd), A64_REG(rn), \
				 A64_REG(rm), A64_REG(ra))
#define DNME(n, op)	A64_CALL(A64_FN4, n, a64_dnme, A64_REG(rd), A64_REG(rn), A64_REG(rm), u64, sh)
#define WDNI(n, op)	A64_CALL(A64_FN4, n, a64_wdni, A64_WIDTH, A64_REG(rd), A64_REG(rn), u64, imm)
#define WDNL(n, op)	A64_CALL(A64_FN4, n, a64_wdnl, A64_WIDTH, A64_REG(rd), A64_REG(rn), u64, mask)
#define WDI(n, op)	A64_CALL(A64_FN4, n, a64_wdi, A64_WIDTH, A64_REG(rd), u64, imm, u64, pos)
#define WDNB(n, op)	A64_CALL(A64_FN5, n, a64_wdnb, A64_WIDTH, A64_REG(rd), A64_REG(rn), \
				 u64, r, u64, s)
#define TNU(n, op)	A64_CALL(A64_FN3, n, a64_tnu, A64_REG(rt), A64_REG(rn), s64, offs)
#define TNS(n, op)	A64_CALL(A64_FN3, n, a64_tns, A64_REG(rt), A64_REG(rn), s64, offs)
#define TNM(n, op)	A64_CALL(A64_FN3, n, a64_tnm, A64_REG(rt), A64_REG(rn), A64_REG(rm))
#define TTN(n, op)	A64_CALL(A64_FN4, n, a64_ttn, A64_REG(rt), A64_REG(rt2), A64_REG(rn), s64, offs)
#define TN(n, op)	A64_CALL(A64_FN2, n, a64_tn, A64_REG(rt), A64_REG(rn))
#define STN(n, op)	A64_CALL(A64_FN3, n, a64_stn, A64_REG(rs), A64_REG(rt), A64_REG(rn))
#define XTN(n, op)	A64_CALL(A64_FN3, n, a64_xtn, A64_REG(rs), A64_REG(rt), A64_REG(rn))
#define O26(n, op)	A64_CALL(A64_FN1, n, a64_o26, s64, offs)
#define CO19(n, op)	A64_CALL(A64_FN2, n, a64_co19, enum a64_cond, cond, s64, offs)
#define WTO19(n, op)	A64_CALL(A64_FN3, n, a64_wto19, A64_WIDTH, A64_REG(rt), s64, offs)
#define TO19(n, op)	A64_CALL(A64_FN2, n, a64_to19, A64_REG(rt), s64, offs)
#define TBO14(n, op)	A64_CALL(A64_FN3, n, a64_tbo14, A64_REG(rt), u64, bit, s64, offs)
#include "insn.def"
#undef NONE
#undef N
#undef T
#undef DN
#undef WDNM
#undef WDNMS
#undef WDNMA
#undef DNME
#undef WDNI
#undef WDNL
#undef WDI
#undef WDNB
#undef TNU
#undef TNS
#undef TNM
#undef TTN
#undef TN
#undef STN
#undef XTN
#undef O26
#undef CO19
#undef WTO19
#undef TO19
#undef TBO14
#undef A64_FN0
#undef A64_FN1
#undef A64_FN2
#undef A64_FN3
#undef A64_FN4
#undef A64_FN5
#undef A64_REG
#undef A64_WIDTH
#undef A64_CALL

/* Common idioms under their assembler names. */

/* rd = rm; neither is the stack pointer */
static inline void a64_mov(struct bjn_ctx *c, enum a64_width w, enum a64_reg rd, enum a64_reg rm)
{
	a64_orr(c, w, rd, A64_ZR, rm);
}

/* rd = -rm */
static inline void a64_neg(struct bjn_ctx *c, enum a64_width w, enum a64_reg rd, enum a64_reg rm)
{
	a64_sub(c, w, rd, A64_ZR, rm);
}

/* rd = rn << sh, 0 <= sh < width */
static inline void a64_lsl_i(struct bjn_ctx *c, enum a64_width w, enum a64_reg rd,
			     enum a64_reg rn, u64 sh)
{
	u64 top = w ? 63 : 31;

	if (sh > top)
		bjn_fail(c, -ERANGE, "shift by more than the width");
	else
		a64_ubfm(c, w, rd, rn, (0 - sh) & top, top - sh);
}

#endif
