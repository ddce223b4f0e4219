/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all MIPS targets share; included once, by target-NAME.c, which defines
 * NAME, BACKEND and CPU. BJN_CPU=HEX in the environment forces other CPU bits,
 * so that every level of the instruction set runs on one emulator.
 */
#ifndef BT_TARGET_MIPS_H
#define BT_TARGET_MIPS_H

#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>

#include "../../arch-mips/backend.h"
#include "target.h"

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define CPU_ORDER	BJN_MIPS_CPU_BE
#else
#define CPU_ORDER	0
#endif

/* Two CPUs; the running one is number 7 of them. */
static unsigned long percpu_offsets[8] = { [7] = 0x1230 };

static u64 div64(u64 a, u64 b)
{
	return a / b;
}

static u64 mod64(u64 a, u64 b)
{
	return a % b;
}

static u64 sdiv64(s64 a, s64 b)
{
	return (u64)(a / b);
}

static u64 smod64(s64 a, s64 b)
{
	return (u64)(a % b);
}

/* One thread: these need not be atomic. */
static u64 exchange(u64 v, u64 *p)
{
	u64 old = *p;

	*p = v;
	return old;
}

static u64 add64(u64 v, u64 *p)
{
	return exchange(*p + v, p);
}

static u64 and64(u64 v, u64 *p)
{
	return exchange(*p & v, p);
}

static u64 or64(u64 v, u64 *p)
{
	return exchange(*p | v, p);
}

static u64 xor64(u64 v, u64 *p)
{
	return exchange(*p ^ v, p);
}

static u64 cmpxchg64(u64 old, u64 new, u64 *p)
{
	return exchange(*p == old ? new : *p, p);
}

static void facts(struct bjn_env *env)
{
	const char *cpu = getenv("BJN_CPU");

	env->helper[BJN_MIPS_PERCPU] = (uintptr_t)percpu_offsets;
	env->helper[BJN_MIPS_DIV64] = (uintptr_t)div64;
	env->helper[BJN_MIPS_MOD64] = (uintptr_t)mod64;
	env->helper[BJN_MIPS_SDIV64] = (uintptr_t)sdiv64;
	env->helper[BJN_MIPS_SMOD64] = (uintptr_t)smod64;
	env->helper[BJN_MIPS_ADD64] = (uintptr_t)add64;
	env->helper[BJN_MIPS_AND64] = (uintptr_t)and64;
	env->helper[BJN_MIPS_OR64] = (uintptr_t)or64;
	env->helper[BJN_MIPS_XOR64] = (uintptr_t)xor64;
	env->helper[BJN_MIPS_XCHG64] = (uintptr_t)exchange;
	env->helper[BJN_MIPS_CMPXCHG64] = (uintptr_t)cmpxchg64;
	if (cpu)
		env->cpu = strtoull(cpu, NULL, 16) | BJN_MIPS_CPU_WIDE_R0 | CPU_ORDER |
			   (CPU & BJN_MIPS_CPU_ADDR64);
}

const struct bt_target bt_target = {
	.name = NAME,
	.be = &BACKEND,
	.cpu = CPU | CPU_ORDER | BJN_MIPS_CPU_WIDE_R0 | BJN_MIPS_CPU_WEAK,
	.facts = facts,
};

const void *bt_target_thread_pointer(void)
{
	return __builtin_thread_pointer();
}

/* The emitter is told to return all of R0. */
bool bt_target_ret_ok(const struct bt_state *st)
{
	return st->ret == st->r0;
}

const char *bt_target_bad_name(u64 bad)
{
	static const char *const name[] = {
		"s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "fp", "gp", "sp",
	};
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(name); i++)
		if (bad & 1ull << i)
			return name[i];
	return "nothing";
}

u64 bt_target_pc(const void *ucontext)
{
	return ((const ucontext_t *)ucontext)->uc_mcontext.pc;
}

void bt_target_resume(void *ucontext, u64 pc, u8 reg)
{
	ucontext_t *uc = ucontext;

	uc->uc_mcontext.pc = pc;
	if (reg != BJN_EX_NO_REG)
		uc->uc_mcontext.gregs[reg] = 0;
}

#endif
