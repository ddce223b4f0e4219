// SPDX-License-Identifier: GPL-2.0
/* Loads, stores and atomics of the generator. */
#include "../exec/target.h"
#include "gen.h"

static const u8 sizes[4] = { BPF_B, BPF_H, BPF_W, BPF_DW };

/**
 * struct place - an address within bounds
 * @reg: base register
 * @off: offset to it
 */
struct place {
	u8 reg;
	s16 off;
};

/* Somewhere in the memory or on the stack; @aligned: on a multiple of the size. */
static bool find_place(struct bf_gen *g, u32 size, bool aligned, struct place *p)
{
	bool stack = g->depth && bf_chance(g, 3);
	u8 reg = bf_pick(g, stack ? BF_STACK : BF_MEM);
	s32 at;

	if (reg == BF_NO_REG)
		return false;
	if (stack)
		at = -(s32)g->depth + (s32)(size * bf_rand(g, g->depth / size));
	else if (aligned || bf_chance(g, 2))
		at = (s32)(size * bf_rand(g, BF_MEM_SIZE / size));
	else
		at = (s32)bf_rand(g, BF_MEM_SIZE - size + 1);
	at -= g->r[reg].off;
	if (at < INT16_MIN || at > INT16_MAX)
		return false;
	p->reg = reg;
	p->off = (s16)at;
	return true;
}

void bf_load(struct bf_gen *g)
{
	u32 s = bf_rand(g, 4);
	u8 mode = s < 3 && bf_chance(g, 3) ? BPF_MEMSX : BPF_MEM;
	u8 dst = bf_victim(g);
	struct place p;

	if (!find_place(g, 1u << s, false, &p))
		return;
	bf_put(g, BPF_LDX | mode | sizes[s], dst, p.reg, p.off, 0);
	bf_set(g, dst, BF_SCALAR, 0);
}

void bf_store(struct bf_gen *g)
{
	u8 src = bf_scalar(g);
	u32 s = bf_rand(g, 4);
	struct place p;

	if (!find_place(g, 1u << s, false, &p))
		return;
	if (bf_chance(g, 20))
		bf_put(g, BPF_ST | BJN_NOSPEC, 0, 0, 0, 0);
	if (bf_chance(g, 2))
		bf_put(g, BPF_STX | BPF_MEM | sizes[s], p.reg, src, p.off, 0);
	else
		bf_put(g, BPF_ST | BPF_MEM | sizes[s], p.reg, 0, p.off, bf_imm(g));
}

static void acquire_release(struct bf_gen *g, u8 mode, const struct place *p, u32 s)
{
	u8 reg = bf_pick(g, BF_SCALAR);

	if (reg != BF_NO_REG && bf_chance(g, 2)) {
		bf_put(g, BPF_STX | mode | sizes[s], p->reg, reg, p->off, BPF_STORE_REL);
		return;
	}
	reg = bf_victim(g);
	bf_put(g, BPF_STX | mode | sizes[s], reg, p->reg, p->off, BPF_LOAD_ACQ);
	bf_set(g, reg, BF_SCALAR, 0);
}

/* R0 is compared: half of the time with what is there. */
static bool cmpxchg_setup(struct bf_gen *g, u8 mode, const struct place *p, u32 s)
{
	if (p->reg == BPF_REG_0 || g->base == BPF_REG_0 || g->loop & 1)
		return false;
	if (mode == BPF_ATOMIC && bf_chance(g, 2))
		bf_put(g, BPF_LDX | BPF_MEM | sizes[s], BPF_REG_0, p->reg, p->off, 0);
	else if (g->r[BPF_REG_0].kind != BF_SCALAR)
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, bf_imm(g));
	bf_set(g, BPF_REG_0, BF_SCALAR, 0);
	return true;
}

static void one_atomic(struct bf_gen *g, u8 mode, const struct place *p, u32 s)
{
	static const s32 ops[] = {
		BPF_ADD, BPF_AND, BPF_OR, BPF_XOR, BPF_ADD | BPF_FETCH, BPF_AND | BPF_FETCH,
		BPF_OR | BPF_FETCH, BPF_XOR | BPF_FETCH, BPF_XCHG, BPF_CMPXCHG,
	};
	s32 op = ops[bf_rand(g, BJN_ARRAY_SIZE(ops))];
	u8 src;

	if (op == BPF_CMPXCHG && !cmpxchg_setup(g, mode, p, s))
		return;
	src = bf_pick(g, BF_SCALAR);
	if (src == BF_NO_REG || ((op & BPF_FETCH) && g->loop & 1u << src))
		return;
	bf_put(g, BPF_STX | mode | sizes[s], p->reg, src, p->off, op);
}

void bf_atomic(struct bf_gen *g)
{
	bool plain = bf_chance(g, 4);
	u32 s = plain ? bf_rand(g, 4) : 2 + bf_rand(g, 2);
	struct place p;

	if (!bf_can(BPF_STX | BPF_ATOMIC | sizes[s]))
		return;
	bf_scalar(g);
	if (!find_place(g, 1u << s, true, &p))
		return;
	if (plain)
		acquire_release(g, BPF_ATOMIC, &p, s);
	else
		one_atomic(g, BPF_ATOMIC, &p, s);
}

/* An address at which nothing is. */
static u8 make_wild(struct bf_gen *g)
{
	u8 reg = bf_victim(g);

	if (bf_chance(g, 2)) {
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, 256);
		bf_set(g, reg, BF_WILD, 256);
	} else {
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, reg, g->base, 0, 0);
		bf_put(g, BPF_ALU64 | BPF_SUB | BPF_K, reg, 0, 0, 40000);
		bf_set(g, reg, BF_NONE, 0);
	}
	return reg;
}

/* Loads that survive a fault. */
void bf_probe(struct bf_gen *g)
{
	u32 s = bf_rand(g, 4);
	u8 mode = s < 3 && bf_chance(g, 2) ? BJN_PROBE_MEMSX : BJN_PROBE_MEM;
	bool wild = bf_chance(g, 6) && g->reach < 3;
	struct place p;
	u8 dst;

	if (!bf_can(BPF_LDX | mode | sizes[s]))
		return;
	if (wild) {
		p.reg = make_wild(g);
		p.off = (s16)((s32)bf_rand(g, 257) - 128);
	} else if (!find_place(g, 1u << s, false, &p) || g->r[p.reg].kind != BF_MEM) {
		return;
	}
	dst = bf_victim(g);
	bf_put(g, BPF_LDX | mode | sizes[s], dst, p.reg, p.off, 0);
	bf_set(g, dst, BF_SCALAR, 0);
}

static void cast(struct bf_gen *g)
{
	u8 src = bf_scalar(g), dst = bf_victim(g);

	if (g->r[src].kind != BF_SCALAR || !bf_can(BPF_ALU64 | BPF_MOV | BPF_X))
		return;
	if (bf_chance(g, 3))
		bf_put(g, BPF_ALU | BPF_MOV | BPF_K, src = dst, 0, 0, 0);
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, BJN_MOV_ARENA_CAST,
	       bf_chance(g, 3) ? 1 : (s32)BJN_CAST_USER_IMM);
	bf_set(g, dst, BF_SCALAR, 0);
}

/* An arena offset, seldom one behind the populated part. */
static u8 arena_base(struct bf_gen *g, s32 *at)
{
	static const s32 starts[] = { 0, 8, 0x7f8, 0x1000, BT_ARENA_SIZE - 256 };
	u8 reg = bf_victim(g);

	*at = starts[bf_rand(g, BJN_ARRAY_SIZE(starts))];
	if (bf_chance(g, 5) && g->reach < 3)
		*at = bf_chance(g, 2) ? BT_ARENA_SIZE : -16;
	bf_put(g, BPF_ALU | BPF_MOV | BPF_K, reg, 0, 0, *at);
	bf_set(g, reg, BF_NONE, 0);
	return reg;
}

static void arena_access(struct bf_gen *g, const struct place *p, u32 s)
{
	u8 src = bf_scalar(g), dst = bf_victim(g);

	if (src == p->reg || g->r[src].kind != BF_SCALAR)
		return;
	switch (bf_rand(g, 4)) {
	case 0:
		bf_put(g, BPF_STX | BJN_PROBE_MEM32 | sizes[s], p->reg, src, p->off, 0);
		return;
	case 1:
		bf_put(g, BPF_ST | BJN_PROBE_MEM32 | sizes[s], p->reg, 0, p->off, bf_imm(g));
		return;
	case 2:
		if (s < 3 && bf_can(BPF_LDX | BJN_PROBE_MEM32SX | sizes[s])) {
			bf_put(g, BPF_LDX | BJN_PROBE_MEM32SX | sizes[s], dst, p->reg, p->off, 0);
			break;
		}
		/* fall through */
	default:
		bf_put(g, BPF_LDX | BJN_PROBE_MEM32 | sizes[s], dst, p->reg, p->off, 0);
	}
	bf_set(g, dst, BF_SCALAR, 0);
}

void bf_arena(struct bf_gen *g)
{
	u32 s = bf_rand(g, 4), i, n = 1 + bf_rand(g, 3);
	struct place p;
	s32 at;

	if (!bf_can(BPF_LDX | BJN_PROBE_MEM32 | BPF_DW))
		return;
	g->arena = true;
	if (bf_chance(g, 4)) {
		cast(g);
		return;
	}
	bf_scalar(g);
	p.reg = arena_base(g, &at);
	for (i = 0; i < n; i++) {
		u8 code = BPF_STX | BJN_PROBE_ATOMIC | sizes[s];

		p.off = (s16)((s32)bf_rand(g, 256 >> s) << s);
		if (at < 0)
			p.off = 0;
		if (g->r[p.reg].kind != BF_NONE)
			return;
		if (s >= 2 && bf_chance(g, 3) && bf_can(code))
			one_atomic(g, BJN_PROBE_ATOMIC, &p, s);
		else if (bf_chance(g, 4) && bf_can(code))
			acquire_release(g, BJN_PROBE_ATOMIC, &p, s);
		else
			arena_access(g, &p, s);
	}
}
