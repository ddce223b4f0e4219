// SPDX-License-Identifier: GPL-2.0
/*
 * Tail calls below a callback. A callback is entered by C code, which does not
 * hand down where the count of tail calls is: what is in its register or slot
 * is anything. The verifier refuses a tail call in a callback since Linux 7.2
 * and below one since 7.3; before, it is up to us.
 */
#include <linux/bitmap.h>
#include <linux/bpf.h>

#include "bjn.h"
#include "core/isa.h"

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
