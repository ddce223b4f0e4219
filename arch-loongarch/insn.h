/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instruction encoders. Every operand is checked: one that does not fit its
 * field makes the compilation fail (buf.h), it is never truncated.
 */
#ifndef BJN_LOONGARCH_INSN_H
#define BJN_LOONGARCH_INSN_H

#include "core/buf.h"
#include "regs.h"

/* LA_OP_<name>: opcode with all operands zero, for tables of instructions. */
#define NONE(name, op)	LA_OP_##name = op,
#define DJ	NONE
#define DJK	NONE
#define DKJ	NONE
#define DJKA	NONE
#define DJU5	NONE
#define DJU6	NONE
#define DJML	NONE
#define DJS12	NONE
#define DJU12	NONE
#define DJO14	NONE
#define DJS16	NONE
#define DJO16	NONE
#define JDO16	NONE
#define JO21	NONE
#define O26	NONE
#define DS20	NONE
#define U15	NONE
enum la_op {
#include "insn.def"
};
#undef NONE
#undef DJ
#undef DJK
#undef DKJ
#undef DJKA
#undef DJU5
#undef DJU6
#undef DJML
#undef DJS12
#undef DJU12
#undef DJO14
#undef DJS16
#undef DJO16
#undef JDO16
#undef JO21
#undef O26
#undef DS20
#undef U15

/* A branch and its opposite differ in this bit. */
#define LA_INVERT	0x04000000u

/**
 * la_words - byte offset to words
 * @c: compilation, fails with -ERANGE when @offs is no multiple of 4
 * @offs: bytes
 */
static inline s64 la_words(struct bjn_ctx *c, s64 offs)
{
	if (offs & 3)
		bjn_fail(c, -ERANGE, "offset is not a multiple of 4");
	return offs >> 2;
}

/* One function per format, parameters as insn.def lists them. */

static inline void la_dj(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj)
{
	bjn_put(c, op | rj << 5 | rd);
}

static inline void la_djk(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj,
			  enum la_reg rk)
{
	bjn_put(c, op | rk << 10 | rj << 5 | rd);
}

static inline void la_dkj(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rk,
			  enum la_reg rj)
{
	if (rd == rj || (rd == rk && rd != LA_ZERO))
		bjn_fail(c, -EINVAL, "registers of an atomic instruction overlap");
	la_djk(c, op, rd, rj, rk);
}

static inline void la_djka(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj,
			   enum la_reg rk, u64 sa)
{
	la_djk(c, op | bjn_u(c, sa - 1, 2, 15), rd, rj, rk);
}

static inline void la_dju5(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj, u64 ui)
{
	la_dj(c, op | bjn_u(c, ui, 5, 10), rd, rj);
}

static inline void la_dju6(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj, u64 ui)
{
	la_dj(c, op | bjn_u(c, ui, 6, 10), rd, rj);
}

static inline void la_djml(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj,
			   u64 m, u64 l)
{
	if (l > m)
		bjn_fail(c, -ERANGE, "bit field is empty");
	la_dj(c, op | bjn_u(c, m, 6, 16) | bjn_u(c, l, 6, 10), rd, rj);
}

static inline void la_djs12(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj, s64 si)
{
	la_dj(c, op | bjn_s(c, si, 12, 10), rd, rj);
}

static inline void la_dju12(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj, u64 ui)
{
	la_dj(c, op | bjn_u(c, ui, 12, 10), rd, rj);
}

static inline void la_djo14(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj, s64 si)
{
	la_dj(c, op | bjn_s(c, la_words(c, si), 14, 10), rd, rj);
}

static inline void la_djs16(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj, s64 si)
{
	la_dj(c, op | bjn_s(c, si, 16, 10), rd, rj);
}

static inline void la_djo16(struct bjn_ctx *c, u32 op, enum la_reg rd, enum la_reg rj, s64 offs)
{
	la_dj(c, op | bjn_s(c, la_words(c, offs), 16, 10), rd, rj);
}

static inline void la_jdo16(struct bjn_ctx *c, u32 op, enum la_reg rj, enum la_reg rd, s64 offs)
{
	la_djo16(c, op, rd, rj, offs);
}

/**
 * la_split - place a branch distance of more than 16 bits
 * @c: compilation, fails with -ERANGE when the distance does not fit
 * @words: distance in words
 * @bits: width of the field: 21 or 26
 */
static inline u32 la_split(struct bjn_ctx *c, s64 words, unsigned int bits)
{
	u32 v = bjn_s(c, words, bits, 0);

	return (v & 0xffff) << 10 | v >> 16;
}

static inline void la_jo21(struct bjn_ctx *c, u32 op, enum la_reg rj, s64 offs)
{
	bjn_put(c, op | la_split(c, la_words(c, offs), 21) | rj << 5);
}

static inline void la_o26(struct bjn_ctx *c, u32 op, s64 offs)
{
	bjn_put(c, op | la_split(c, la_words(c, offs), 26));
}

static inline void la_ds20(struct bjn_ctx *c, u32 op, enum la_reg rd, s64 si)
{
	bjn_put(c, op | bjn_s(c, si, 20, 5) | rd);
}

static inline void la_u15(struct bjn_ctx *c, u32 op, u64 ui)
{
	bjn_put(c, op | bjn_u(c, ui, 15, 0));
}

/* la_<name>(): one function per line of insn.def. */
#define LA_FN1(name, fn, t1, a1)						\
static inline void la_##name(struct bjn_ctx *c, t1 a1)				\
{ fn(c, LA_OP_##name, a1); }
#define LA_FN2(name, fn, t1, a1, t2, a2)					\
static inline void la_##name(struct bjn_ctx *c, t1 a1, t2 a2)			\
{ fn(c, LA_OP_##name, a1, a2); }
#define LA_FN3(name, fn, t1, a1, t2, a2, t3, a3)				\
static inline void la_##name(struct bjn_ctx *c, t1 a1, t2 a2, t3 a3)		\
{ fn(c, LA_OP_##name, a1, a2, a3); }
#define LA_FN4(name, fn, t1, a1, t2, a2, t3, a3, t4, a4)			\
static inline void la_##name(struct bjn_ctx *c, t1 a1, t2 a2, t3 a3, t4 a4)	\
{ fn(c, LA_OP_##name, a1, a2, a3, a4); }

#define LA_REG(r)	enum la_reg, r
#define LA_CALL(fn, ...) fn(__VA_ARGS__)

#define NONE(name, op)								\
static inline void la_##name(struct bjn_ctx *c)					\
{ bjn_put(c, LA_OP_##name); }
#define DJ(n, op)	LA_CALL(LA_FN2, n, la_dj, LA_REG(rd), LA_REG(rj))
#define DJK(n, op)	LA_CALL(LA_FN3, n, la_djk, LA_REG(rd), LA_REG(rj), LA_REG(rk))
#define DKJ(n, op)	LA_CALL(LA_FN3, n, la_dkj, LA_REG(rd), LA_REG(rk), LA_REG(rj))
#define DJKA(n, op)	LA_CALL(LA_FN4, n, la_djka, LA_REG(rd), LA_REG(rj), LA_REG(rk), u64, sa)
#define DJU5(n, op)	LA_CALL(LA_FN3, n, la_dju5, LA_REG(rd), LA_REG(rj), u64, ui)
#define DJU6(n, op)	LA_CALL(LA_FN3, n, la_dju6, LA_REG(rd), LA_REG(rj), u64, ui)
#define DJML(n, op)	LA_CALL(LA_FN4, n, la_djml, LA_REG(rd), LA_REG(rj), u64, m, u64, l)
#define DJS12(n, op)	LA_CALL(LA_FN3, n, la_djs12, LA_REG(rd), LA_REG(rj), s64, si)
#define DJU12(n, op)	LA_CALL(LA_FN3, n, la_dju12, LA_REG(rd), LA_REG(rj), u64, ui)
#define DJO14(n, op)	LA_CALL(LA_FN3, n, la_djo14, LA_REG(rd), LA_REG(rj), s64, si)
#define DJS16(n, op)	LA_CALL(LA_FN3, n, la_djs16, LA_REG(rd), LA_REG(rj), s64, si)
#define DJO16(n, op)	LA_CALL(LA_FN3, n, la_djo16, LA_REG(rd), LA_REG(rj), s64, offs)
#define JDO16(n, op)	LA_CALL(LA_FN3, n, la_jdo16, LA_REG(rj), LA_REG(rd), s64, offs)
#define JO21(n, op)	LA_CALL(LA_FN2, n, la_jo21, LA_REG(rj), s64, offs)
#define O26(n, op)	LA_CALL(LA_FN1, n, la_o26, s64, offs)
#define DS20(n, op)	LA_CALL(LA_FN2, n, la_ds20, LA_REG(rd), s64, si)
#define U15(n, op)	LA_CALL(LA_FN1, n, la_u15, u64, ui)
#include "insn.def"
#undef NONE
#undef DJ
#undef DJK
#undef DKJ
#undef DJKA
#undef DJU5
#undef DJU6
#undef DJML
#undef DJS12
#undef DJU12
#undef DJO14
#undef DJS16
#undef DJO16
#undef JDO16
#undef JO21
#undef O26
#undef DS20
#undef U15
#undef LA_FN1
#undef LA_FN2
#undef LA_FN3
#undef LA_FN4
#undef LA_REG
#undef LA_CALL

/* Common idioms under their assembler names. */

/* rd = rj */
static inline void la_move(struct bjn_ctx *c, enum la_reg rd, enum la_reg rj)
{
	la_or(c, rd, rj, LA_ZERO);
}

/* rd = (u32)rj */
static inline void la_zext_w(struct bjn_ctx *c, enum la_reg rd, enum la_reg rj)
{
	la_bstrpick_d(c, rd, rj, 31, 0);
}

/* rd = (s32)rj */
static inline void la_sext_w(struct bjn_ctx *c, enum la_reg rd, enum la_reg rj)
{
	la_addi_w(c, rd, rj, 0);
}

#endif
