// SPDX-License-Identifier: GPL-2.0
/* Calls of the generator. */
#include "../exec/target.h"
#include "gen.h"

/* After a call only R0 and the callee-saved registers can be read. */
static void called(struct bf_gen *g, bool result)
{
	u8 i;

	for (i = BPF_REG_0; i <= BPF_REG_5; i++)
		bf_set(g, i, BF_NONE, 0);
	if (result)
		bf_set(g, BPF_REG_0, BF_SCALAR, 0);
}

/* A program whose memory register dies in a call makes none. */
static bool can_call(const struct bf_gen *g)
{
	return g->base > BPF_REG_5 && !g->no_call && bf_can(BPF_JMP | BPF_CALL);
}

static void set_arg(struct bf_gen *g, u8 arg)
{
	u8 src = bf_pick(g, BF_SCALAR);

	if (src == BF_NO_REG || bf_chance(g, 4))
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, arg, 0, 0, bf_imm(g));
	else if (src != arg)
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, arg, src, 0, 0);
	bf_set(g, arg, BF_SCALAR, 0);
}

static void set_args(struct bf_gen *g, u8 first, u8 last)
{
	u8 i;

	for (i = first; i <= last; i++)
		set_arg(g, i);
}

static void call_mix(struct bf_gen *g)
{
	set_args(g, BPF_REG_1, BPF_REG_5);
	bf_put(g, BPF_JMP | BPF_CALL, 0, 0, 0, BT_H_MIX);
}

static void call_trash(struct bf_gen *g)
{
	bf_put(g, BPF_JMP | BPF_CALL, 0, 0, 0, BT_H_TRASH);
}

static void call_check(struct bf_gen *g)
{
	set_arg(g, BPF_REG_1);
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_1, 0, 0);
	bf_put(g, BPF_JMP | BPF_CALL, 0, 0, 0, BT_H_CHECK);
}

static void call_negative(struct bf_gen *g)
{
	set_arg(g, BPF_REG_1);
	bf_put(g, BPF_JMP | BPF_CALL, 0, 0, 0, BT_H_NEGATIVE);
}

/* A helper that changes memory or the stack. */
static void call_memfrob(struct bf_gen *g)
{
	bool stack = g->depth && bf_chance(g, 2);
	u32 room = stack ? g->depth : BF_MEM_SIZE;
	u32 at = bf_rand(g, room);

	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, stack ? BPF_REG_10 : g->base, 0, 0);
	bf_put(g, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0,
	       stack ? (s32)at - (s32)room : (s32)at);
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0,
	       (s32)(bf_rand(g, room - at + 1) % 24));
	bf_put(g, BPF_JMP | BPF_CALL, 0, 0, 0, BT_H_MEMFROB);
	/* It returns an address. */
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, bf_imm(g));
}

static void call_inlined(struct bf_gen *g)
{
	static const s32 id[] = { BT_H_CPU_ID, BT_H_CURRENT, BT_H_CURRENT_BTF };

	bf_put(g, BPF_JMP | BPF_CALL, 0, 0, 0, id[bf_rand(g, BJN_ARRAY_SIZE(id))]);
}

static void call_kfunc(struct bf_gen *g)
{
	static const s32 ids[] = {
		BT_K_NARROW, BT_K_WORDS, BT_K_SIX, BT_K_EIGHT, BT_K_NINE, BT_K_TWELVE, BT_K_TWELVE_MORE,
	};
	s32 id = ids[bf_rand(g, g->many_args ? BJN_ARRAY_SIZE(ids) : 2)];

	if (!bf_put_args(g, bt_kfunc(id)->nargs - 5u, 0))
		return;
	set_args(g, BPF_REG_1, BPF_REG_5);
	bf_put(g, BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, id);
}

void bf_call(struct bf_gen *g)
{
	static void (*const calls[])(struct bf_gen *g) = {
		call_mix, call_mix, call_trash, call_check, call_negative, call_memfrob, call_inlined,
		call_kfunc,
	};

	if (!can_call(g))
		return;
	if (g->many_args && bf_chance(g, 2))
		call_kfunc(g);
	else
		calls[bf_rand(g, BJN_ARRAY_SIZE(calls))](g);
	if (!g->dead)
		called(g, true);
}

void bf_pend(struct bf_gen *g, u32 sub)
{
	g->pending[g->nr_pending].at = g->n;
	g->pending[g->nr_pending++].sub = sub;
}

static void call_loop(struct bf_gen *g, u32 sub)
{
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_1, 0, 0, (s32)bf_rand(g, 5));
	bf_pend(g, sub);
	bf_ld_imm64(g, BPF_REG_2, BPF_PSEUDO_FUNC, 0);
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, g->base, 0, 0);
	bf_put(g, BPF_JMP | BPF_CALL, 0, 0, 0, BT_H_LOOP);
}

/* Only functions behind this one are called: there is no recursion. */
void bf_call_sub(struct bf_gen *g)
{
	u32 sub = g->sub + 1;

	if (!can_call(g) || sub > g->nr_subs || g->nr_pending >= BF_MAX_PENDING || g->reach > 30)
		return;
	sub += bf_rand(g, g->nr_subs - g->sub);
	if (sub == g->cb)
		return;
	if (g->quiet >> g->sub & 1)
		g->quiet |= 1u << sub;
	if (g->is_callback & 1u << sub) {
		call_loop(g, sub);
		called(g, true);
		return;
	}
	if (!bf_put_args(g, g->nr_args[sub], g->mem_args[sub]))
		return;
	set_args(g, BPF_REG_2, BPF_REG_5);
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, g->base, 0, 0);
	bf_pend(g, sub);
	bf_put(g, BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 0);
	called(g, true);
}

/* The index is often good, sometimes out of range, its upper half is rubbish. */
void bf_tail_call(struct bf_gen *g)
{
	u32 index = bf_rand(g, 6);

	if (!can_call(g) || !bf_can(BJN_TAIL_CALL) || g->is_callback || g->reach > 4 ||
	    g->many_args || (g->quiet >> g->sub & 1))
		return;
	if (index == BT_SLOT_SELF && !bf_chance(g, 4))
		index = BT_SLOT_NULL;
	g->tail = true;
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, g->base, 0, 0);
	bf_ld_imm64(g, BPF_REG_2, BPF_PSEUDO_MAP_FD, 0);
	if (bf_chance(g, 2))
		bf_ld_imm64(g, BPF_REG_3, 0, (u64)(u32)bf_imm(g) << 32 | index);
	else
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, bf_chance(g, 16) ? -1 : (s32)index);
	bf_put(g, BPF_JMP | BPF_CALL, 0, 0, 0, BT_H_TAIL_CALL);
	called(g, false);
}

/* The function about to be generated starts here: complete the calls of it. */
void bf_place_subs(struct bf_gen *g)
{
	u32 i;

	for (i = 0; i < g->nr_pending; i++)
		if (g->pending[i].sub == g->sub)
			g->out[g->pending[i].at].imm = (s32)(g->n - g->pending[i].at - 1);
}
