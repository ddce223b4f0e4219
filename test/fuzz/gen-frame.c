// SPDX-License-Identifier: GPL-2.0
/* Kinds of frames of the generator: more arguments, exceptions, loops bounded by time, per-CPU data. */
#include "../exec/target.h"
#include "gen.h"

/* Can the emitter do it, and this bench run it? */
bool bf_has(u64 feature)
{
	return bt_target.be->features & feature;
}

/* Instructions among which there is no call. */
static bool pieces_without_calls(struct bf_gen *g)
{
	if (bf_chance(g, 3)) {
		g->no_call++;
		bf_block(g, 1 + bf_rand(g, 2));
		g->no_call--;
	}
	return !g->dead;
}

/* Argument @k behind the fifth of the next call, from 1. */
static void put_arg(struct bf_gen *g, u32 k, bool mem)
{
	u8 src = mem ? g->base : bf_pick(g, BF_SCALAR);
	s16 off = (s16)(-8 * (s32)k);

	if (!mem && (src == BF_NO_REG || bf_chance(g, 3)))
		bf_put(g, BPF_ST | BPF_MEM | BPF_DW, BI_REG_ARGS, 0, off, bf_imm(g));
	else
		bf_put(g, BPF_STX | BPF_MEM | BPF_DW, BI_REG_ARGS, src, off, 0);
}

/* There will be no call: the verifier refuses arguments that nobody takes. */
static bool withdraw_args(struct bf_gen *g, u32 from)
{
	for (; from < g->n; from++)
		if (g->out[from].dst_reg == BI_REG_ARGS)
			g->out[from] = (struct bpf_insn){ .code = BPF_JMP | BPF_JA };
	return false;
}

/**
 * bf_put_args - pass arguments 6 and up, with other instructions among them
 * @g: generator
 * @n: number of them
 * @mem: bit k: argument k from 0 is the address of the memory
 *
 * Return: false if the code behind them is not reached.
 */
bool bf_put_args(struct bf_gen *g, u32 n, u32 mem)
{
	u32 first = n ? bf_rand(g, n) : 0, start = g->n, i;

	for (i = 0; i < n; i++) {
		u32 k = (first + i) % n;

		if (!pieces_without_calls(g))
			return withdraw_args(g, start);
		if (bf_chance(g, 8))
			put_arg(g, k + 1, mem >> k & 1);
		put_arg(g, k + 1, mem >> k & 1);
	}
	return pieces_without_calls(g) || withdraw_args(g, start);
}

/* Most of the own arguments 6 and up into registers. */
void bf_take_args(struct bf_gen *g)
{
	u32 n = g->nr_args[g->sub], mem = g->mem_args[g->sub];
	u32 first = n ? bf_rand(g, n) : 0, i;

	for (i = 0; i < n && !g->dead; i++) {
		u32 k = (first + i) % n;
		u8 reg = bf_victim(g);

		if (bf_chance(g, 5))
			continue;
		bf_put(g, BPF_LDX | BPF_MEM | BPF_DW, reg, BI_REG_ARGS, (s16)(8 * (k + 1)), 0);
		bf_set(g, reg, mem >> k & 1 ? BF_MEM : BF_SCALAR, 0);
		pieces_without_calls(g);
	}
}

/* Throw a number, or everything that is known. */
void bf_throw_now(struct bf_gen *g)
{
	u8 src = bf_pick(g, BF_SCALAR);

	if (bf_chance(g, 2)) {
		bf_fold(g);
		src = BPF_REG_0;
	}
	if (src == BF_NO_REG)
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_1, 0, 0, bf_imm(g));
	else
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, src, 0, 0);
	bf_put(g, BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, BT_K_THROW);
	g->dead = true;
}

/* May this function throw? */
bool bf_may_throw(const struct bf_gen *g)
{
	return g->throws && !(g->quiet >> g->sub & 1);
}

void bf_throw(struct bf_gen *g)
{
	if (bf_may_throw(g) && g->nest > 1)
		bf_throw_now(g);
}

/* Something is skipped when no time is left. */
static void may_skip(struct bf_gen *g)
{
	struct bf_reg before[11];
	u32 at = g->n;

	bf_put(g, BT_MAY_GOTO, 0, 0, 0, 0);
	memcpy(before, g->r, sizeof(before));
	bf_block(g, 1 + bf_rand(g, 3));
	bf_land(g, at);
	bf_meet(g, before);
}

/* A loop without a counter, left when no time is left. */
void bf_may_goto(struct bf_gen *g)
{
	u32 times = BI_LOOPS * BI_ROUNDS, head = g->n;
	struct bf_reg state[11];

	if (!g->timed || g->reach * times > 200)
		return;
	if (bf_chance(g, 3)) {
		may_skip(g);
		return;
	}
	memcpy(state, g->r, sizeof(state));
	bf_put(g, BT_MAY_GOTO, 0, 0, 0, 0);
	g->reach *= times;
	bf_block(g, 1 + bf_rand(g, 4));
	g->reach /= times;
	if (!g->dead)
		bf_repair(g, state);
	if (g->n - head > 30000) {	/* too far: executed once */
		g->out[head] = (struct bpf_insn){ .code = BPF_JMP | BPF_JA };
		return;
	}
	if (!g->dead)
		bf_put(g, bf_chance(g, 2) ? BJN_GOTOL : BPF_JMP | BPF_JA, 0, 0, 0, 0);
	if (!g->dead && g->out[g->n - 1].code == BJN_GOTOL)
		g->out[g->n - 1].imm = (s32)head - (s32)g->n;
	else if (!g->dead)
		g->out[g->n - 1].off = (s16)((s32)head - (s32)g->n);
	bf_land(g, head);
	memcpy(g->r, state, sizeof(state));
	g->dead = false;
}

/* The memory by way of its per-CPU address. */
void bf_percpu(struct bf_gen *g)
{
	u8 reg = bf_victim(g), dst = bf_victim(g);

	if (!bf_has(BJN_FEAT(PERCPU_INSN)) || !bt_target.per_cpu)
		return;
	bf_ld_imm64(g, reg, BPF_PSEUDO_MAP_VALUE, (u32)BT_V_PERCPU);
	bf_set(g, reg, BF_NONE, 0);
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, dst, reg, BJN_MOV_PERCPU, 0);
	bf_set(g, dst, BF_MEM, 0);
}

/**
 * bf_choose_kinds - what the frames of a program will be like
 * @g: generator with the number of functions
 */
void bf_choose_kinds(struct bf_gen *g)
{
	u32 i;

	g->timed = bf_chance(g, 4) && bf_has(BJN_FEAT(TIMED_MAY_GOTO)) && bt_target.may_goto;
	g->throws = bf_chance(g, 4) && bf_has(BJN_FEAT(EXCEPTIONS));
	g->many_args = bf_chance(g, 4) && bf_has(BJN_FEAT(STACK_ARGS));
	g->cb = g->throws && g->nr_subs && bf_chance(g, 2) ? 1 : 0;
	for (i = 1; i <= g->nr_subs; i++) {
		if (i != g->cb && bf_chance(g, 4))
			g->is_callback |= 1u << i;
		else if (i != g->cb && g->many_args)
			g->nr_args[i] = (u8)bf_rand(g, BI_MORE_ARGS + 1);
		g->mem_args[i] = (u8)(bf_rand(g, 256) & bf_rand(g, 256));
	}
	g->quiet = g->is_callback | g->cb << 1;
}

/* The main program names its exception callback. */
void bf_name_cb(struct bf_gen *g)
{
	if (!g->cb)
		return;
	bf_pend(g, g->cb);
	bf_ld_imm64(g, BPF_REG_0, BPF_PSEUDO_FUNC, 0);
	g->out[g->n - 2].off = BT_EXCEPTION_CB;
}
