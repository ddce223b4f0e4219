// SPDX-License-Identifier: GPL-2.0
/* Constants. */
#include "emit.h"

/* Bits hi to lo of a value, sign-extended. */
static s64 sfield(u64 v, unsigned int hi, unsigned int lo)
{
	return (s64)(v << (63 - hi)) >> (63 - hi + lo);
}

/* rd = (s32)v; at most LA_LI32_WORDS */
static void li32(struct bjn_ctx *c, enum la_reg rd, s32 v)
{
	enum la_reg low = rd;

	if (bjn_is_s(v, 12)) {
		la_addi_w(c, rd, LA_ZERO, v);
		return;
	}
	if (bjn_is_u((u32)v, 12))
		low = LA_ZERO;
	else
		la_lu12i_w(c, rd, sfield((u32)v, 31, 12));
	if (v & 0xfff)
		la_ori(c, rd, low, v & 0xfff);
}

/**
 * la_is_run - are the ones of a value contiguous?
 * @v: value
 * @msb: highest one
 * @lsb: lowest one
 */
bool la_is_run(u64 v, unsigned int *msb, unsigned int *lsb)
{
	u64 filled;

	if (!v)
		return false;
	filled = v | (v - 1);
	if (filled & (filled + 1))
		return false;
	*lsb = (unsigned int)__builtin_ctzll(v);
	*msb = 63 - (unsigned int)__builtin_clzll(v);
	return true;
}

/**
 * la_li - load a constant in as few words as possible
 * @c: compilation
 * @rd: destination
 * @v: constant
 *
 * One word for 12-bit values and for values with only bits 31 to 12 or only
 * bits 63 to 52, two for other 32-bit values and for a run of ones, up to
 * four for the rest.
 */
void la_li(struct bjn_ctx *c, enum la_reg rd, s64 v)
{
	u64 u = (u64)v;
	unsigned int msb, lsb;

	if (v == (s32)v) {
		li32(c, rd, (s32)v);
		return;
	}
	if (!(u << 12)) {
		la_lu52i_d(c, rd, LA_ZERO, sfield(u, 63, 52));
		return;
	}
	if (la_is_run(u, &msb, &lsb) && !lsb) {
		la_addi_w(c, rd, LA_ZERO, -1);
		la_bstrpick_d(c, rd, rd, msb, 0);
		return;
	}
	li32(c, rd, (s32)v);
	/* lu32i.d sets bits 63 to 32, lu52i.d bits 63 to 52 */
	if (sfield(u, 51, 32) != (s32)v >> 31)
		la_lu32i_d(c, rd, sfield(u, 51, 32));
	if (sfield(u, 63, 52) != sfield(u, 51, 51))
		la_lu52i_d(c, rd, rd, sfield(u, 63, 52));
}

/**
 * la_addi - add a constant; 64 bits
 * @c: compilation
 * @rd: destination
 * @rj: operand
 * @v: constant
 * @tmp: scratch register, differs from @rj
 *
 * At most LA_ADDI_WORDS when @v is a sign-extended 32-bit value or 2^31.
 */
void la_addi(struct bjn_ctx *c, enum la_reg rd, enum la_reg rj, s64 v, enum la_reg tmp)
{
	s64 low = sfield((u64)v, 11, 0);
	s64 half = v < 0 ? -2048 : 2047;

	if (bjn_is_s(v, 12)) {
		la_addi_d(c, rd, rj, v);
	} else if (bjn_is_s(v - half, 12)) {
		la_addi_d(c, rd, rj, half);
		la_addi_d(c, rd, rd, v - half);
	} else if (!((v - low) & 0xffff) && bjn_is_s((v - low) >> 16, 16)) {
		la_addu16i_d(c, rd, rj, (v - low) >> 16);
		if (low)
			la_addi_d(c, rd, rd, low);
	} else {
		la_li(c, tmp, v);
		la_add_d(c, rd, rj, tmp);
	}
}
