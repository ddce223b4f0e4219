/* SPDX-License-Identifier: GPL-2.0 */
/* The arm64 emitter as the driver sees it. */
#ifndef BJN_ARM64_BACKEND_H
#define BJN_ARM64_BACKEND_H

#include "core/backend.h"

/*
 * bjn_env.cpu: capabilities of this CPU and conventions of this kernel.
 *
 * LSE: atomic memory operations (ARMv8.1)
 * LRCPC: load-acquire with the weaker ordering of the C memory model (ARMv8.3)
 * VHE: the per-CPU offset is in TPIDR_EL2, not TPIDR_EL1
 * USER: thread pointer and per-CPU offset are in TPIDR_EL0 (test bench)
 * PAC, BTI: the kernel's programs sign return addresses, have landing pads
 * SPEC_SB, SPEC_DSB: a speculation barrier is SB, or DSB and ISB; neither: none
 * TCC_VALUE: the tail call count is passed by value (up to Linux 6.1)
 */
#define BJN_A64_CPU_LSE		(1ull << 0)
#define BJN_A64_CPU_LRCPC	(1ull << 1)
#define BJN_A64_CPU_VHE		(1ull << 2)
#define BJN_A64_CPU_USER	(1ull << 3)
#define BJN_A64_CPU_PAC		(1ull << 4)
#define BJN_A64_CPU_BTI		(1ull << 5)
#define BJN_A64_CPU_SPEC_SB	(1ull << 6)
#define BJN_A64_CPU_SPEC_DSB	(1ull << 7)
#define BJN_A64_CPU_TCC_VALUE	(1ull << 8)

/**
 * a64_tail_entry - words from the start of a program to where a tail call enters
 * @env: facts of the kernel
 *
 * Set by the stock JIT's prologue (arch/arm64/net/bpf_jit_comp.c); a landing
 * pad may follow there.
 */
static inline u32 a64_tail_entry(const struct bjn_env *env)
{
	return (env->cpu & BJN_A64_CPU_TCC_VALUE ? 10 : 6) + !!(env->cpu & BJN_A64_CPU_BTI) +
	       !!(env->cpu & BJN_A64_CPU_PAC);
}

extern const struct bjn_backend bjn_arm64;

#endif
