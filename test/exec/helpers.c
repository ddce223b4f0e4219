// SPDX-License-Identifier: GPL-2.0
/* Helpers that test programs call. */
#include "target.h"
#include "world.h"

u64 bt_checks_failed;
struct bi_vm *bt_current_vm;

static u64 gather(u64 a, u64 b, u64 c, u64 d, u64 e)
{
	return (a & 0xff) << 32 | (b & 0xff) << 24 | (c & 0xff) << 16 | (d & 0xff) << 8 | (e & 0xff);
}

static u64 memfrob_like(u64 p, u64 n)
{
	u8 *s = (u8 *)(uintptr_t)p;
	u64 i;

	for (i = 0; i < n; i++)
		s[i] ^= 42;
	return p;
}

static u64 sqrti(u64 v)
{
	u64 r = 0, bit;

	for (bit = 1ull << 31; bit; bit >>= 1)
		if ((r + bit) * (r + bit) <= v)
			r += bit;
	return r;
}

static u64 compare(u64 a, u64 b)
{
	const u8 *s = (const u8 *)(uintptr_t)a, *t = (const u8 *)(uintptr_t)b;

	while (*s && *s == *t) {
		s++;
		t++;
	}
	return (u64)(s64)(*s - *t);
}

static u64 turn(u64 h, u64 v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

static u64 mix(u64 a, u64 b, u64 c, u64 d, u64 e)
{
	return turn(turn(turn(turn(turn(1, a), b), c), d), e);
}

static u64 check(u64 a, u64 b)
{
	if (a != b)
		bt_checks_failed++;
	return a == b;
}

static u64 call_back(u64 fn, const u64 *args)
{
	return bt_current_vm ? bi_callback(bt_current_vm, fn, args) : bt_call_native(fn, args);
}

/* The C caller of a callback sees an int. */
static u64 loop(u64 n, u64 fn, u64 data)
{
	u64 i;

	for (i = 0; i < n && i < 1000; i++) {
		u64 args[5] = { i, data, 0, 0, 0 };

		if ((u32)call_back(fn, args))
			return i + 1;
	}
	return i;
}

static u64 negative(u64 v)
{
	return 0 - v;
}

static u64 trash_result(void)
{
	return 0x7ead7ead7ead7eadull;
}

/**
 * bt_check_may_goto - ask for more time
 * @slot: count, and behind it how often somebody asked
 *
 * Return: the new count; 0: no.
 */
u64 bt_check_may_goto(u64 *slot)
{
	bt_trash_regs(0, 0, 0, 0, 0);
	return ++slot[1] < BI_ROUNDS ? BI_LOOPS : 0;
}

/* The same functions as the interpreter calls them. */
static u64 call_gather(const u64 *a)
{
	return gather(a[0], a[1], a[2], a[3], a[4]);
}

static u64 call_memfrob(const u64 *a)
{
	return memfrob_like(a[0], a[1]);
}

static u64 call_trash(const u64 *a)
{
	(void)a;
	return trash_result();
}

static u64 call_sqrti(const u64 *a)
{
	return sqrti(a[0]);
}

static u64 call_compare(const u64 *a)
{
	return compare(a[0], a[1]);
}

static u64 call_mix(const u64 *a)
{
	return mix(a[0], a[1], a[2], a[3], a[4]);
}

static u64 call_check(const u64 *a)
{
	return check(a[0], a[1]);
}

static u64 call_loop(const u64 *a)
{
	return loop(a[0], a[1], a[2]);
}

static u64 call_negative(const u64 *a)
{
	return negative(a[0]);
}

static const struct bt_func helpers[] = {
	{ .id = BT_H_GATHER,	.fn = gather,		.call = call_gather },
	{ .id = BT_H_MEMFROB,	.fn = memfrob_like,	.call = call_memfrob },
	{ .id = BT_H_TRASH,	.fn = bt_trash_regs,	.call = call_trash },
	{ .id = BT_H_SQRTI,	.fn = sqrti,		.call = call_sqrti },
	{ .id = BT_H_STRCMP,	.fn = compare,		.call = call_compare },
	{ .id = BT_H_MIX,	.fn = mix,		.call = call_mix },
	{ .id = BT_H_CHECK,	.fn = check,		.call = call_check },
	{ .id = BT_H_LOOP,	.fn = loop,		.call = call_loop },
	{ .id = BT_H_NEGATIVE,	.fn = negative,		.call = call_negative },
};

/**
 * bt_helper - find a helper
 * @id: imm of the call
 *
 * Return: the helper or NULL.
 */
const struct bt_func *bt_helper(s32 id)
{
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(helpers); i++)
		if (helpers[i].id == id)
			return &helpers[i];
	return NULL;
}
