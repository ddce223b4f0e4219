/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_COMPAT_FEATURES_H
#define BJN_COMPAT_FEATURES_H

#include "core/backend.h"
#include "tramp.h"

/**
 * bjn_kernel_features - features for which the kernel has its half
 *
 * Return: BJN_FEAT() bits. A question that the verifier asks is not enough for
 * private stacks: there are kernels that ask and do not act on the answer.
 */
static inline u64 bjn_kernel_features(void)
{
	u64 bits = BJN_FEAT(SUBPROG_CALLS) | BJN_FEAT(SUBPROG_TAIL_CALLS) |
		   BJN_FEAT(KFUNC_CALL);

#ifdef BJN_HAS_CPUV4
	bits |= BJN_FEAT(CPUV4);
#endif
#ifdef BJN_HAS_ACQ_REL
	bits |= BJN_FEAT(ACQ_REL);
#endif
#ifdef BJN_HAS_INSN_PTRS
	bits |= BJN_FEAT(GOTOX);
#endif
#if defined(BJN_HAS_ARENA) && defined(CONFIG_64BIT)
	bits |= BJN_FEAT(ARENA);
#ifdef BJN_ASKS_INSN
	bits |= BJN_FEAT(ARENA_ATOMICS);
#endif
#endif
#ifdef BJN_ASKS_INLINES
	bits |= BJN_FEAT(INLINE_HELPERS);
#endif
#ifdef BJN_ASKS_PERCPU_INSN
	bits |= BJN_FEAT(PERCPU_INSN);
#endif
#ifdef BJN_ASKS_PTR_XCHG
	bits |= BJN_FEAT(PTR_XCHG);
#endif
#if defined(BJN_HAS_EXCEPTIONS) && defined(BJN_HAS_MAIN_PROG_AUX)
	bits |= BJN_FEAT(EXCEPTIONS);
#endif
#ifdef BJN_HAS_PRIV_STACK
	bits |= BJN_FEAT(PRIVATE_STACK);
#endif
#ifdef BJN_ASKS_STACK_ARGS
	bits |= BJN_FEAT(STACK_ARGS);
#endif
#ifdef BJN_ASKS_TIMED_MAY_GOTO
	bits |= BJN_FEAT(TIMED_MAY_GOTO);
#endif
#ifdef BJN_OUR_TRAMPOLINES
	bits |= BJN_FEAT(TRAMPOLINES);
#endif
	return bits;
}

#endif
