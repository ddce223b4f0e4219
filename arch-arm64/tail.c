// SPDX-License-Identifier: GPL-2.0
/*
 * Tail calls, compatible with the stock JIT of the running kernel
 * (arch/arm64/net/bpf_jit_comp.c), so that programs of both JITs may meet in
 * one chain:
 *
 * - The caller leaves the tail call frame (frame.h) standing, restores what it
 *   saved behind it and enters the target at a64_tail_entry() words.
 * - x26 is a pointer to the count of the outermost program, or up to Linux 6.1
 *   the count itself.
 * - A chain ends when the count has reached 33.
 */
#include "emit.h"

#define MAX_OUT	3

/* Branches of one tail call to the instruction behind it. */
struct outs {
	u32 at[MAX_OUT];
	u32 nr;
};

static void note_out(struct bjn_ctx *c, struct outs *o)
{
	o->at[o->nr++] = c->pos;
}

/* Complete the branches: the next word is where they go. */
static void land(struct bjn_ctx *c, const struct outs *o)
{
	u32 i;

	for (i = 0; i < o->nr && !c->err; i++)
		c->code[o->at[i]] |= bjn_s(c, (s64)c->pos - o->at[i], 19, 5);
}

/* if ((u32)R3 >= array->map.max_entries) goto out */
static void check_index(struct bjn_ctx *c, struct outs *o)
{
	a64_access(c, A64_LOAD, BPF_W, A64_T1, A64_X1, c->env->off_array_max_entries, false);
	a64_subs(c, A64_W, A64_ZR, A64_X2, A64_T1);
	note_out(c, o);
	a64_b_cond(c, A64_HS, 0);
}

/* T2 = count; if (T2 >= 33) goto out */
static void check_count(struct bjn_ctx *c, struct outs *o)
{
	enum a64_reg count = A64_TCC;

	if (!a64_is_value(c)) {
		a64_ldr_x(c, A64_T2, A64_TCC, 0);
		count = A64_T2;
	}
	a64_subs_i(c, A64_X, A64_ZR, count, BJN_MAX_TAIL_CALLS);
	note_out(c, o);
	a64_b_cond(c, A64_HS, 0);
}

/* T1 = array->ptrs[index]; if (!T1) goto out */
static void load_target(struct bjn_ctx *c, struct outs *o)
{
	a64_add_uxtw(c, A64_T1, A64_X1, A64_X2, 3);
	a64_access(c, A64_LOAD, BPF_DW, A64_T1, A64_T1, c->env->off_array_ptrs, false);
	note_out(c, o);
	a64_cbz(c, A64_X, A64_T1, 0);
}

static void count_up(struct bjn_ctx *c)
{
	if (a64_is_value(c)) {
		a64_add_i(c, A64_X, A64_TCC, A64_TCC, 1);
		return;
	}
	a64_add_i(c, A64_X, A64_T2, A64_T2, 1);
	a64_str_x(c, A64_T2, A64_TCC, 0);
}

/* if (the array has a program at index R3 and the limit allows) goto it */
void a64_tail_call(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct outs outs = { .nr = 0 };

	check_index(c, &outs);
	check_count(c, &outs);
	load_target(c, &outs);
	count_up(c);
	a64_access(c, A64_LOAD, BPF_DW, A64_T1, A64_T1, c->env->off_prog_bpf_func, false);
	a64_leave(c);
	a64_add_i(c, A64_X, A64_T1, A64_T1, 4 * a64_tail_entry(c->env));
	a64_br(c, A64_T1);
	land(c, &outs);
}
