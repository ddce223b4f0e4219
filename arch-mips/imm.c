// SPDX-License-Identifier: GPL-2.0
/* Constants. */
#include "common.h"

/**
 * mi_li32 - load a 32-bit constant, sign-extended on a 64-bit CPU
 * @c: compilation
 * @rd: destination
 * @v: constant
 *
 * At most MI_LI32_WORDS.
 */
void mi_li32(struct bjn_ctx *c, enum mi_reg rd, s32 v)
{
	if (bjn_is_s(v, 16)) {
		mi_addiu(c, rd, MI_ZERO, v);
	} else if (bjn_is_u((u32)v, 16)) {
		mi_ori(c, rd, MI_ZERO, (u32)v);
	} else {
		mi_lui(c, rd, (u32)v >> 16);
		if (v & 0xffff)
			mi_ori(c, rd, rd, v & 0xffff);
	}
}

/* rd = rt << sa, 0 < sa < 64 */
static void shift_left(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rt, unsigned int sa)
{
	if (sa < 32)
		mi_dsll(c, rd, rt, sa);
	else
		mi_dsll32(c, rd, rt, sa - 32);
}

/* rd = rt >> sa, unsigned, 0 < sa < 64 */
static void shift_right(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rt, unsigned int sa)
{
	if (sa < 32)
		mi_dsrl(c, rd, rt, sa);
	else
		mi_dsrl32(c, rd, rt, sa - 32);
}

/* Words of mi_li32(). */
static unsigned int li32_words(s32 v)
{
	return bjn_is_s(v, 16) || bjn_is_u((u32)v, 16) || !(v & 0xffff) ? 1 : 2;
}

/*
 * A way to load a constant: what is left of it without its last @halves pieces
 * of 16 bits, which then follow one by one, with a shift for one or several.
 * What is left is loaded with its sign, or is 16 bits without one.
 */
static unsigned int halves_words(s64 v, unsigned int halves)
{
	unsigned int words = li32_words((s32)(v >> 16 * halves)), shift = 0;

	while (halves--) {
		shift = 1;
		if (!(v >> 16 * halves & 0xffff))
			continue;
		words += 2;
		shift = 0;
	}
	return words + shift;
}

static void li64_halves(struct bjn_ctx *c, enum mi_reg rd, s64 v, unsigned int halves)
{
	unsigned int shift = 0;

	mi_li32(c, rd, (s32)(v >> 16 * halves));
	while (halves--) {
		shift += 16;
		if (!(v >> 16 * halves & 0xffff))
			continue;
		shift_left(c, rd, rd, shift);
		mi_ori(c, rd, rd, v >> 16 * halves & 0xffff);
		shift = 0;
	}
	if (shift)
		shift_left(c, rd, rd, shift);
}

/* Number of pieces to load one by one; most if there is a choice. */
static unsigned int best_halves(s64 v)
{
	unsigned int n, best = 3;

	for (n = 3; n--;)
		if (v >> 16 * n == (s32)(v >> 16 * n) &&
		    halves_words(v, n) < halves_words(v, best))
			best = n;
	return best;
}

/* A value that one shift makes of what mi_li32() can do; false: there is none. */
static bool li64_shifted(struct bjn_ctx *c, enum mi_reg rd, s64 v, unsigned int words)
{
	unsigned int low = (unsigned int)__builtin_ctzll((u64)v);
	unsigned int high = v > 0 ? (unsigned int)__builtin_clzll((u64)v) : 0;
	s64 left = v >> low, right = (s64)((u64)v << high | ((1ull << high) - 1));

	if (low && left == (s32)left && li32_words((s32)left) + 1 < words) {
		mi_li32(c, rd, (s32)left);
		shift_left(c, rd, rd, low);
	} else if (high && right == (s32)right && li32_words((s32)right) + 1 < words) {
		mi_li32(c, rd, (s32)right);
		shift_right(c, rd, rd, high);
	} else {
		return false;
	}
	return true;
}

/**
 * mi_li64 - load a 64-bit constant on a 64-bit CPU
 * @c: compilation
 * @rd: destination
 * @v: constant
 *
 * At most MI_LI64_WORDS; up to two for what mi_li32() can do, and one more
 * when that remains to be shifted or, zero-extended, to be shortened.
 */
void mi_li64(struct bjn_ctx *c, enum mi_reg rd, s64 v)
{
	unsigned int halves = best_halves(v), words = halves_words(v, halves);
	bool is_u32 = v == (u32)v && mi_has_fields(c);

	if (v == (s32)v) {
		mi_li32(c, rd, (s32)v);
	} else if (is_u32 && li32_words((s32)v) + 1 < words) {
		mi_li32(c, rd, (s32)v);
		mi_dext(c, rd, rd, 0, 32);
	} else if (v == (u32)v && bjn_is_s((s32)v, 16) && words > 3) {
		mi_addiu(c, rd, MI_ZERO, (s32)v);
		mi_dsll32(c, rd, rd, 0);
		mi_dsrl32(c, rd, rd, 0);
	} else if (!li64_shifted(c, rd, v, words)) {
		li64_halves(c, rd, v, halves);
	}
}

/**
 * mi_address_words - length of mi_address()
 * @c: compilation
 */
u32 mi_address_words(const struct bjn_ctx *c)
{
	return mi_cpu(c, BJN_MIPS_CPU_ADDR64) ? 6 : 2;
}

/**
 * mi_address - load an address of code; the length does not depend on it
 * @c: compilation; fails with -ERANGE when the address is not a sign-extended
 *	32-bit value although the CPU bits say that all are
 * @rd: destination
 * @addr: address
 */
void mi_address(struct bjn_ctx *c, enum mi_reg rd, u64 addr)
{
	if (mi_cpu(c, BJN_MIPS_CPU_ADDR64)) {
		mi_lui(c, rd, addr >> 48);
		mi_ori(c, rd, rd, addr >> 32 & 0xffff);
		mi_dsll(c, rd, rd, 16);
		mi_ori(c, rd, rd, addr >> 16 & 0xffff);
		mi_dsll(c, rd, rd, 16);
		mi_ori(c, rd, rd, addr & 0xffff);
		return;
	}
	if (mi_is_wide(c) && (s64)addr != (s32)addr)
		bjn_fail(c, -ERANGE, "address of code is out of range");
	mi_lui(c, rd, addr >> 16 & 0xffff);
	mi_ori(c, rd, rd, addr & 0xffff);
}

/**
 * mi_is_run - are the ones of a value contiguous?
 * @v: value
 * @msb: highest one
 * @lsb: lowest one
 */
bool mi_is_run(u64 v, unsigned int *msb, unsigned int *lsb)
{
	u64 filled = v | (v - 1);

	if (!v || filled & (filled + 1))
		return false;
	*lsb = (unsigned int)__builtin_ctzll(v);
	*msb = 63 - (unsigned int)__builtin_clzll(v);
	return true;
}

/**
 * mi_is_pow2 - is a value a power of two?
 * @v: value
 * @log: set to the exponent
 */
bool mi_is_pow2(u64 v, unsigned int *log)
{
	if (!v || v & (v - 1))
		return false;
	*log = (unsigned int)__builtin_ctzll(v);
	return true;
}
