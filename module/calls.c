// SPDX-License-Identifier: GPL-2.0
/* The calls inside of a program: what happens below a callback, and what stays on the stack in a tail call. */
#include <linux/bitmap.h>
#include <linux/bpf.h>
#include <linux/sched.h>

#include "bjn.h"
#include "compat/compat.h"
#include "core/isa.h"
#include "registry.h"

/* No kernel allows so many functions in a program. */
#define MAX_FUNCS	512

/* The functions of a program: what can run, and what may run below a callback. */
struct reach {
	DECLARE_BITMAP(runs, MAX_FUNCS);
	DECLARE_BITMAP(below, MAX_FUNCS);
	bool again;
	bool tails;
};

static void reach_func(struct reach *r, u32 func, bool below)
{
	if (func >= MAX_FUNCS) {
		r->tails = true;	/* nobody knows; impossible */
		return;
	}
	if (!test_bit(func, r->runs) || (below && !test_bit(func, r->below)))
		r->again = true;
	__set_bit(func, r->runs);
	if (below)
		__set_bit(func, r->below);
}

/* The core leaves the number of a function in the off of what calls it or takes its address. */
static void reach_from(struct reach *r, const struct bpf_prog *prog, bool below)
{
	u32 i;

	for (i = 0; i < prog->len; i++) {
		const struct bpf_insn *insn = &prog->insnsi[i];

		if (insn->code == BJN_LD_IMM64) {
			if (insn->src_reg == BPF_PSEUDO_FUNC)
				reach_func(r, (u16)insn->off, true);
			i++;
		} else if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL) {
			reach_func(r, (u16)insn->off, below);
		} else if (insn->code == BJN_TAIL_CALL && below) {
			r->tails = true;
		}
	}
}

/**
 * bjn_tails_below_callback - may a function of a program tail-call while a
 *	callback runs?
 * @prog: main program in its second pass, when all functions are known
 *
 * A callback is entered by C code, which does not hand down where the count of
 * tail calls is: what is in its register or slot is anything. The verifier refuses
 * a tail call in a callback since Linux 7.2 and below one since 7.3; before, it is
 * up to us.
 */
bool bjn_tails_below_callback(const struct bpf_prog *prog)
{
	struct bpf_prog **func = prog->aux->func;
	struct reach r = { .again = true };
	u32 i;

	if (!func)
		return false;
	__set_bit(0, r.runs);
	while (r.again && !r.tails) {
		r.again = false;
		for_each_set_bit(i, r.runs, MAX_FUNCS)
			reach_from(&r, func[i], test_bit(i, r.below));
	}
	return r.tails;
}

/* The functions that tail-call or call one that does, and of these the callers: their frames stay. */
struct hold {
	DECLARE_BITMAP(tails, MAX_FUNCS);
	DECLARE_BITMAP(holds, MAX_FUNCS);
};

/* hold_func() - look at function number @i; returns whether that told something new */
static bool hold_func(struct hold *h, const struct bpf_prog *func, u32 i)
{
	bool new = false;
	u32 n;

	for (n = 0; n < func->len; n++) {
		const struct bpf_insn *insn = &func->insnsi[n];

		if (insn->code == BJN_LD_IMM64) {
			n++;
		} else if (insn->code == BJN_TAIL_CALL) {
			new |= !__test_and_set_bit(i, h->tails);
		} else if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL &&
			   (u16)insn->off < MAX_FUNCS && test_bit((u16)insn->off, h->tails)) {
			new |= !__test_and_set_bit(i, h->tails);
			new |= !__test_and_set_bit(i, h->holds);
		}
	}
	return new;
}

/**
 * bjn_held_stack - stack that a program holds on to when a subprogram tail-calls
 * @prog: a function of the program, when all of them are in the registry
 *
 * Return: bytes, the sum over all functions that call such a subprogram, and over
 * the trampolines of all that are called so: it may be that each calls the next.
 */
u32 bjn_held_stack(const struct bpf_prog *prog)
{
	struct bpf_prog **func = prog->aux->func;
	u32 i, nr = min_t(u32, prog->aux->func_cnt, MAX_FUNCS), sum = 0;
	struct hold h = {};
	bool again = func;

	while (again) {
		again = false;
		/* Callees mostly have the higher numbers. */
		for (i = nr; i--;) {
			again |= hold_func(&h, func[i], i);
			cond_resched();
		}
	}
	for_each_set_bit(i, h.tails, MAX_FUNCS) {
		const struct bjn_image *img = bjn_registry_find(func[i]);

		if (img)
			sum += img->tramp + (test_bit(i, h.holds) ? img->frame : 0);
	}
	return sum;
}

/* on_top() - number of the function that an instruction may run on top of its own, else MAX_FUNCS */
static u32 on_top(const struct bpf_verifier_env *env, const struct bpf_insn *insn)
{
	u32 func = (u16)insn->off;

	if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL)
		return func;
	if (insn->code == BJN_LD_IMM64 && insn->src_reg == BPF_PSEUDO_FUNC &&
	    func < MAX_FUNCS && !bjn_is_async(env, func))
		return func;
	return MAX_FUNCS;
}

/* deepen() - add up what a function runs; returns whether that told something new */
static bool deepen(const struct bpf_verifier_env *env, const struct bpf_prog *func,
		   struct bpf_prog **funcs, u32 nr)
{
	struct bjn_image *img = bjn_registry_find(func), *above;
	u32 deepest = 0, n, i;

	for (n = 0; img && n < func->len; n++) {
		i = on_top(env, &func->insnsi[n]);
		above = i < nr ? bjn_registry_find(funcs[i]) : NULL;
		if (above)
			deepest = max(deepest, above->deep);
		if (func->insnsi[n].code == BJN_LD_IMM64)
			n++;
	}
	cond_resched();
	if (!img || img->deep == img->frame + deepest)
		return false;
	img->deep = img->frame + deepest;
	return true;
}

/**
 * bjn_deepest_stack - stack that the frames of a program's functions take
 * @env: verifier's environment
 * @prog: a function of the program, when all of them are in the registry
 *
 * The verifier counts the BPF stack only, of which a function may have none, and
 * since Linux 7.2 it does not limit how deep global functions call each other.
 *
 * Return: bytes of the deepest chain of calls; of all functions if it has no end,
 * which the verifier does not allow.
 */
u32 bjn_deepest_stack(const struct bpf_verifier_env *env, const struct bpf_prog *prog)
{
	struct bpf_prog **funcs = prog->aux->func;
	u32 nr = funcs ? min_t(u32, prog->aux->func_cnt, MAX_FUNCS) : 0, rounds, i, sum = 0;
	const struct bjn_image *img;
	bool again = true;

	/* Callees mostly have the higher numbers. */
	for (rounds = 0; again && rounds <= nr; rounds++) {
		again = false;
		for (i = nr; i--;)
			again |= deepen(env, funcs[i], funcs, nr);
	}
	for (i = 0; i < nr; i++) {
		img = bjn_registry_find(funcs[i]);
		if (img)
			sum = again ? sum + img->frame : max(sum, img->deep);
	}
	return sum;
}
