/* SPDX-License-Identifier: GPL-2.0 */
/* MIPS back ends: 64-bit CPUs (n64 ABI) and 32-bit CPUs (o32 ABI). */
#ifndef BJN_MIPS_BACKEND_H
#define BJN_MIPS_BACKEND_H

#include "core/backend.h"

/*
 * env->cpu. Without any level bit only MIPS III (64-bit) or MIPS II (32-bit)
 * is assumed. Levels include the lower ones, save that R6 excludes all others.
 */
#define BJN_MIPS_CPU_IV		0x0001	/* movz, movn */
#define BJN_MIPS_CPU_R1		0x0002	/* three-operand mul */
#define BJN_MIPS_CPU_R2		0x0004	/* bit fields, seb, seh, wsbh */
#define BJN_MIPS_CPU_R6		0x0008	/* Release 6 */
#define BJN_MIPS_CPU_BE		0x0010	/* big-endian */
#define BJN_MIPS_CPU_WEAK	0x0020	/* accesses of other CPUs may be reordered */
#define BJN_MIPS_CPU_LLSC_SYNC	0x0040	/* Loongson-3: sync around ll/sc */
#define BJN_MIPS_CPU_ADDR64	0x0080	/* code may lie outside sign-extended 32 bits */
#define BJN_MIPS_CPU_WIDE_R0	0x0100	/* main programs return all of R0 (test bench) */
#define BJN_MIPS_CPU_R10000	0x0200	/* R10000: only a branch likely may follow sc */
#define BJN_MIPS_CPU_2F		0x0400	/* Loongson-2F: no nop, masked jump registers */
#define BJN_MIPS_CPU_NO_DADDIU	0x0800	/* R4000, R4400: daddiu may give wrong results */

#define BJN_MIPS_CPU_UP_TO_R1	(BJN_MIPS_CPU_IV | BJN_MIPS_CPU_R1)
#define BJN_MIPS_CPU_UP_TO_R2	(BJN_MIPS_CPU_UP_TO_R1 | BJN_MIPS_CPU_R2)

#define BJN_MIPS_NR_WINDOWS	5

/**
 * enum bjn_mips_helper - index of env->helper[]
 * @BJN_MIPS_PERCPU: address of the kernel's __per_cpu_offset[], 0: no SMP
 * @BJN_MIPS_DIV64: u64 f(u64 a, u64 b), a / b; the following three alike
 * @BJN_MIPS_MOD64: a % b
 * @BJN_MIPS_SDIV64: a / b, signed
 * @BJN_MIPS_SMOD64: a % b, signed
 * @BJN_MIPS_ADD64: u64 f(u64 v, u64 *p), atomic *p += v, returns the old
 *	value; fully ordered; the following three alike
 * @BJN_MIPS_AND64: *p &= v
 * @BJN_MIPS_OR64: *p |= v
 * @BJN_MIPS_XOR64: *p ^= v
 * @BJN_MIPS_ADD64_ONLY: void f(u64 v, u64 *p), atomic *p += v, not ordered; the
 *	following three alike
 * @BJN_MIPS_AND64_ONLY: *p &= v
 * @BJN_MIPS_OR64_ONLY: *p |= v
 * @BJN_MIPS_XOR64_ONLY: *p ^= v
 * @BJN_MIPS_XCHG64: u64 f(u64 *p, u64 v), *p = v, returns the old value
 * @BJN_MIPS_CMPXCHG64: u64 f(u64 *p, u64 old, u64 new), returns the old value
 * @BJN_MIPS_JUMP_MASK: what an address is masked with before a jump to it
 *	(BJN_MIPS_CPU_2F), a sign-extended 32-bit value
 * @BJN_MIPS_WINDOWS: memory that a BPF_PROBE_MEM load may touch: start and size
 *	of BJN_MIPS_NR_WINDOWS pieces, the most likely one first. A load from
 *	elsewhere yields 0 without being tried, because the kernel would not
 *	survive the bus error. All sizes 0: no load needs a check
 *
 * The functions are called on 32-bit CPUs only.
 */
enum bjn_mips_helper {
	BJN_MIPS_PERCPU,
	BJN_MIPS_DIV64,
	BJN_MIPS_MOD64,
	BJN_MIPS_SDIV64,
	BJN_MIPS_SMOD64,
	BJN_MIPS_ADD64,
	BJN_MIPS_AND64,
	BJN_MIPS_OR64,
	BJN_MIPS_XOR64,
	BJN_MIPS_ADD64_ONLY,
	BJN_MIPS_AND64_ONLY,
	BJN_MIPS_OR64_ONLY,
	BJN_MIPS_XOR64_ONLY,
	BJN_MIPS_XCHG64,
	BJN_MIPS_CMPXCHG64,
	BJN_MIPS_JUMP_MASK,
	BJN_MIPS_WINDOWS,
	BJN_MIPS_NR_HELPERS = BJN_MIPS_WINDOWS + 2 * BJN_MIPS_NR_WINDOWS
};

bjn_static_assert(BJN_MIPS_NR_HELPERS <= BJN_NR_ENV_HELPERS, "env->helper[] is too short");

extern const struct bjn_backend bjn_mips64;
extern const struct bjn_backend bjn_mips32;

#endif
