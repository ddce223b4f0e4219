// SPDX-License-Identifier: GPL-2.0
/* Constants. */
#include "emit.h"

static u64 low_ones(unsigned int n)
{
	return n < 64 ? (1ull << n) - 1 : ~0ull;
}

/* Smallest power of two (2 to 64) with which the bits of a value repeat. */
static unsigned int period(u64 v)
{
	unsigned int size = 64;

	while (size > 2) {
		unsigned int half = size / 2;

		if ((v & low_ones(half)) != (v >> half & low_ones(half)))
			break;
		size = half;
	}
	return size;
}

/**
 * a64_mask_fields - encode the constant of a logical instruction
 * @w: width of the instruction
 * @mask: constant, of no more than this width
 * @fields: N, immr and imms as one field
 *
 * Return: false when the mask is not a rotated run of ones, repeated.
 */
bool a64_mask_fields(enum a64_width w, u64 mask, u32 *fields)
{
	unsigned int size, ones, start;
	u64 elem, starts;

	if (w == A64_W && mask >> 32)
		return false;
	if (w == A64_W)
		mask |= mask << 32;
	if (!mask || !~mask)
		return false;
	size = period(mask);
	elem = mask & low_ones(size);
	/* A run starts where a one has a zero to its right. */
	starts = elem & ~(elem << 1 | elem >> (size - 1)) & low_ones(size);
	if (!starts || starts & (starts - 1))
		return false;
	start = (unsigned int)__builtin_ctzll(starts);
	for (ones = 0; elem; ones++)
		elem &= elem - 1;
	*fields = (size == 64 ? 1u << 12 : 0) | ((size - start) & (size - 1)) << 6 |
		  ((0u - 2 * size) & 0x3f) | (ones - 1);
	return true;
}

/* How many of the lowest @n 16-bit pieces of a value are @piece? */
static unsigned int count_pieces(u64 v, unsigned int n, u16 piece)
{
	unsigned int i, found = 0;

	for (i = 0; i < n; i++)
		found += (u16)(v >> 16 * i) == piece;
	return found;
}

/* rd = v, piece by piece; those that are @skip come for free */
static void li_pieces(struct bjn_ctx *c, enum a64_width w, enum a64_reg rd, u64 v, u16 skip)
{
	unsigned int i, n = w ? 4 : 2;
	bool first = true;

	for (i = 0; i < n; i++) {
		u16 piece = (u16)(v >> 16 * i);

		if (piece == skip)
			continue;
		if (!first)
			a64_movk(c, w, rd, piece, 16 * i);
		else if (skip)
			a64_movn(c, w, rd, (u16)~piece, 16 * i);
		else
			a64_movz(c, w, rd, piece, 16 * i);
		first = false;
	}
	if (!first)
		return;
	if (skip)
		a64_movn(c, w, rd, 0, 0);
	else
		a64_movz(c, w, rd, 0, 0);
}

/**
 * a64_li - load a constant in as few words as possible
 * @c: compilation
 * @rd: destination
 * @v: constant
 *
 * At most A64_LI32_WORDS when @v is a zero- or sign-extended 32-bit value,
 * else at most A64_LI64_WORDS.
 */
void a64_li(struct bjn_ctx *c, enum a64_reg rd, u64 v)
{
	enum a64_width w = v >> 32 ? A64_X : A64_W;
	unsigned int n = w ? 4 : 2;
	unsigned int zeros = count_pieces(v, n, 0), ones = count_pieces(v, n, 0xffff);
	u32 fields;

	if (zeros < n - 1 && ones < n - 1 && a64_mask_fields(w, v, &fields))
		a64_orr_i(c, w, rd, A64_ZR, v);
	else
		li_pieces(c, w, rd, v, ones > zeros ? 0xffff : 0);
}

/**
 * a64_li_fixed - load an address in A64_LI_FIXED_WORDS words, whatever it is
 * @c: compilation, fails with -ERANGE unless bits 63 to 48 are all equal
 * @rd: destination
 * @v: address
 */
void a64_li_fixed(struct bjn_ctx *c, enum a64_reg rd, u64 v)
{
	if (v >> 48 == 0xffff)
		a64_movn(c, A64_X, rd, (u16)~v, 0);
	else
		a64_movz(c, A64_X, rd, (u16)v, 0);
	if (v >> 48 && v >> 48 != 0xffff)
		bjn_fail(c, -ERANGE, "address of more than 48 bits");
	a64_movk(c, A64_X, rd, (u16)(v >> 16), 16);
	a64_movk(c, A64_X, rd, (u16)(v >> 32), 32);
}

/**
 * a64_is_addend - does a constant fit one addition?
 * @v: constant, not negative
 */
bool a64_is_addend(u64 v)
{
	return v < 0x1000 || (v < 0x1000000 && !(v & 0xfff));
}

/**
 * a64_addi - add a constant
 * @c: compilation
 * @w: width
 * @rd: destination
 * @rn: operand; like @rd it may be the stack pointer while |@v| < 2^24
 * @v: constant, sign-extended from 32 bits
 * @tmp: scratch register, differs from @rn
 *
 * At most A64_ADDI_WORDS.
 */
void a64_addi(struct bjn_ctx *c, enum a64_width w, enum a64_reg rd, enum a64_reg rn, s64 v,
	      enum a64_reg tmp)
{
	u64 abs = v < 0 ? 0 - (u64)v : (u64)v;
	u32 op = v < 0 ? A64_OP_sub_i : A64_OP_add_i;

	if (a64_is_addend(abs)) {
		a64_wdni(c, op, w, rd, rn, abs);
	} else if (abs < 0x1000000) {
		a64_wdni(c, op, w, rd, rn, abs & ~0xfffull);
		a64_wdni(c, op, w, rd, rd, abs & 0xfff);
	} else {
		a64_li(c, tmp, w ? (u64)v : (u32)v);
		a64_add(c, w, rd, rn, tmp);
	}
}
