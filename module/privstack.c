// SPDX-License-Identifier: GPL-2.0
/*
 * Private stacks. The verifier allows each subprogram of some program types
 * its own 512 bytes when the JIT keeps them off the kernel's stack. Layout,
 * per CPU:
 *
 *	+-----------+ mem + depth + 32
 *	| guard     | 16 bytes
 *	+-----------+ <- R10
 *	| BPF stack | depth
 *	+-----------+ mem + 16
 *	| guard     | 16 bytes
 *	+-----------+ mem
 *
 * The guards tell, when the program is freed, whether it left its stack. The
 * core excludes recursion (struct bpf_prog.active), so one stack per CPU does.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/percpu.h>

#include "bjn.h"
#include "compat/compat.h"
#include "privstack.h"

#define GUARD_BYTES	16
#define GUARD		0x6a17bf9c4e83d205ull

static u64 *guard_low(const struct bjn_priv_stack *s, int cpu)
{
	return (u64 *)per_cpu_ptr(s->mem, cpu);
}

static u64 *guard_high(const struct bjn_priv_stack *s, int cpu)
{
	return (u64 *)(per_cpu_ptr(s->mem, cpu) + GUARD_BYTES + s->depth);
}

/**
 * bjn_priv_stack_alloc - allocate the private stack of a program, if it has one
 * @s: result
 * @prog: program
 *
 * Return: 0 or -ENOMEM.
 */
int bjn_priv_stack_alloc(struct bjn_priv_stack *s, const struct bpf_prog *prog)
{
	int cpu;

	s->mem = NULL;
	if (!(bjn_aux_features(prog->aux) & BJN_FEAT(PRIVATE_STACK)))
		return 0;
	s->depth = round_up(prog->aux->stack_depth, 16) - bjn_sabotage_shrink();
	if (!bjn_sabotage_alloc())
		s->mem = __alloc_percpu_gfp(s->depth + 2 * GUARD_BYTES, 16, GFP_KERNEL);
	if (!s->mem)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		guard_low(s, cpu)[0] = GUARD;
		guard_low(s, cpu)[1] = GUARD;
		guard_high(s, cpu)[0] = GUARD;
		guard_high(s, cpu)[1] = GUARD;
	}
	return 0;
}

static bool intact(const u64 *guard)
{
	return guard[0] == GUARD && guard[1] == GUARD;
}

/**
 * bjn_priv_stack_free - check the guards and free a private stack
 * @s: from bjn_priv_stack_alloc()
 * @prog: program
 */
void bjn_priv_stack_free(struct bjn_priv_stack *s, const struct bpf_prog *prog)
{
	int cpu;

	if (!s->mem)
		return;
	for_each_possible_cpu(cpu) {
		bool low = intact(guard_low(s, cpu));

		if (low && intact(guard_high(s, cpu)))
			continue;
		pr_err("program %s func %u wrote %s its private stack of %u bytes on CPU %d\n",
		       bjn_prog_name(prog), prog->aux->func_idx, low ? "above" : "below",
		       s->depth, cpu);
		break;
	}
	free_percpu(s->mem);
	s->mem = NULL;
}

/**
 * bjn_priv_stack_fp - what R10 is on a private stack
 * @s: from bjn_priv_stack_alloc()
 *
 * Return: per-CPU address, or 0 when there is no private stack.
 */
u64 bjn_priv_stack_fp(const struct bjn_priv_stack *s)
{
	return s->mem ? (unsigned long)(s->mem + GUARD_BYTES + s->depth) : 0;
}
