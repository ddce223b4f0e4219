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

/* The general form: the upper 32 bits, then two halves that may be missing. */
static void li64_halves(struct bjn_ctx *c, enum mi_reg rd, s64 v)
{
	unsigned int shift = 16;

	mi_li32(c, rd, (s32)(v >> 32));
	if (v & 0xffff0000) {
		mi_dsll(c, rd, rd, 16);
		mi_ori(c, rd, rd, (v >> 16) & 0xffff);
	} else {
		shift = 32;
	}
	shift_left(c, rd, rd, shift);
	if (v & 0xffff)
		mi_ori(c, rd, rd, v & 0xffff);
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
	unsigned int zeros;

	if (v == (s32)v) {
		mi_li32(c, rd, (s32)v);
		return;
	}
	zeros = (unsigned int)__builtin_ctzll((u64)v);
	if (v >> zeros == (s32)(v >> zeros)) {
		mi_li32(c, rd, (s32)(v >> zeros));
		shift_left(c, rd, rd, zeros);
	} else if (v == (u32)v && mi_has_fields(c)) {
		mi_li32(c, rd, (s32)v);
		mi_dext(c, rd, rd, 0, 32);
	} else if (v == (u32)v && bjn_is_s((s32)v, 16)) {
		mi_addiu(c, rd, MI_ZERO, (s32)v);
		mi_dsll32(c, rd, rd, 0);
		mi_dsrl32(c, rd, rd, 0);
	} else if (v == (u32)v) {
		mi_ori(c, rd, MI_ZERO, (u64)v >> 16);
		mi_dsll(c, rd, rd, 16);
		mi_ori(c, rd, rd, v & 0xffff);
	} else {
		li64_halves(c, rd, v);
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
