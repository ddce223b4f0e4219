// SPDX-License-Identifier: GPL-2.0
/* Kernel functions that test programs call: arguments of all sizes, up to twelve. */
#include "world.h"

/* Every argument, extended according to its type, goes into the result. */
static u64 hash(const u64 *v, u32 n)
{
	u64 h = 1;

	while (n--) {
		h = (h ^ *v++) * 0x9e3779b97f4a7c15ull;
		h ^= h >> 29;
	}
	return h;
}

static u64 narrow(u8 a, s8 b, u16 c, s16 d, u32 e)
{
	const u64 v[] = { a, (u64)b, c, (u64)d, e };

	return hash(v, 5);
}

static u64 words(s32 a, u32 b, s64 c, u64 d, s32 e)
{
	const u64 v[] = { (u64)a, b, (u64)c, d, (u64)e };

	return hash(v, 5);
}

static u64 six(u64 a, u64 b, u64 c, u64 d, u64 e, s8 f)
{
	const u64 v[] = { a, b, c, d, e, (u64)f };

	return hash(v, 6);
}

static u64 eight(u8 a, u64 b, s16 c, u64 d, s32 e, u8 f, u32 g, s16 h)
{
	const u64 v[] = { a, b, (u64)c, d, (u64)e, f, g, (u64)h };

	return hash(v, 8);
}

static u64 nine(u64 a, u64 b, u64 c, u64 d, u64 e, u64 f, u64 g, u64 h, u64 i)
{
	const u64 v[] = { a, b, c, d, e, f, g, h, i };

	return hash(v, 9);
}

static u64 twelve(u64 a, s32 b, u8 c, s64 d, u16 e, s8 f, u32 g, s16 h, u8 i, s32 j, u64 k, s16 l)
{
	const u64 v[] = {
		a, (u64)b, c, (u64)d, e, (u64)f, g, (u64)h, i, (u64)j, k, (u64)l,
	};

	return hash(v, 12);
}

static u64 twelve_more(s8 a, u16 b, u64 c, u32 d, s64 e, u16 f, s64 g, u8 h, u32 i, s8 j, u16 k,
		       u64 l)
{
	const u64 v[] = {
		(u64)a, b, c, d, (u64)e, f, (u64)g, h, i, (u64)j, k, l,
	};

	return hash(v, 12);
}

/* The same functions as the interpreter calls them. */
static u64 call_narrow(const u64 *a)
{
	return narrow((u8)a[0], (s8)a[1], (u16)a[2], (s16)a[3], (u32)a[4]);
}

static u64 call_words(const u64 *a)
{
	return words((s32)a[0], (u32)a[1], (s64)a[2], a[3], (s32)a[4]);
}

static u64 call_six(const u64 *a)
{
	return six(a[0], a[1], a[2], a[3], a[4], (s8)a[5]);
}

static u64 call_eight(const u64 *a)
{
	return eight((u8)a[0], a[1], (s16)a[2], a[3], (s32)a[4], (u8)a[5], (u32)a[6], (s16)a[7]);
}

static u64 call_nine(const u64 *a)
{
	return nine(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8]);
}

static u64 call_twelve(const u64 *a)
{
	return twelve(a[0], (s32)a[1], (u8)a[2], (s64)a[3], (u16)a[4], (s8)a[5], (u32)a[6], (s16)a[7],
		      (u8)a[8], (s32)a[9], a[10], (s16)a[11]);
}

static u64 call_twelve_more(const u64 *a)
{
	return twelve_more((s8)a[0], (u16)a[1], a[2], (u32)a[3], (s64)a[4], (u16)a[5], (s64)a[6],
			   (u8)a[7], (u32)a[8], (s8)a[9], (u16)a[10], a[11]);
}

#define S	BJN_ARG_SIGNED

static const struct bt_func kfuncs[] = {
	{
		.id = BT_K_NARROW, .fn = narrow, .call = call_narrow, .nargs = 5,
		.size = { 1, 1, 2, 2, 4 }, .flags = { 0, S, 0, S, 0 },
	}, {
		.id = BT_K_WORDS, .fn = words, .call = call_words, .nargs = 5,
		.size = { 4, 4, 8, 8, 4 }, .flags = { S, 0, S, 0, S },
	}, {
		.id = BT_K_SIX, .fn = six, .call = call_six, .nargs = 6,
		.size = { 8, 8, 8, 8, 8, 1 }, .flags = { 0, 0, 0, 0, 0, S },
	}, {
		.id = BT_K_EIGHT, .fn = eight, .call = call_eight, .nargs = 8,
		.size = { 1, 8, 2, 8, 4, 1, 4, 2 }, .flags = { 0, 0, S, 0, S, 0, 0, S },
	}, {
		.id = BT_K_NINE, .fn = nine, .call = call_nine, .nargs = 9,
		.size = { 8, 8, 8, 8, 8, 8, 8, 8, 8 },
	}, {
		.id = BT_K_TWELVE, .fn = twelve, .call = call_twelve, .nargs = 12,
		.size = { 8, 4, 1, 8, 2, 1, 4, 2, 1, 4, 8, 2 },
		.flags = { 0, S, 0, S, 0, S, 0, S, 0, S, 0, S },
	}, {
		.id = BT_K_TWELVE_MORE, .fn = twelve_more, .call = call_twelve_more, .nargs = 12,
		.size = { 1, 2, 8, 4, 8, 2, 8, 1, 4, 1, 2, 8 },
		.flags = { S, 0, 0, 0, S, 0, S, 0, 0, S, 0, 0 },
	},
};

/**
 * bt_kfunc - find a kernel function
 * @id: imm of the call
 *
 * Return: the function or NULL.
 */
const struct bt_func *bt_kfunc(s32 id)
{
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(kfuncs); i++)
		if (kfuncs[i].id == id)
			return &kfuncs[i];
	return NULL;
}
