/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all MIPS targets share; included once, by target-NAME.c, which defines
 * NAME, BACKEND, CPU and LEVELS: the sets of CPU bits that the emulator can run
 * besides CPU.
 */
#ifndef BT_TARGET_MIPS_H
#define BT_TARGET_MIPS_H

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "../../arch-mips/tramp.h"
#include "../../module/core/buf.h"
#include "target.h"
#include "world.h"

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

/* The same without a result: what comes back is rubbish. */
static u64 add64_only(u64 v, u64 *p)
{
	return add64(v, p) ^ 0x0bad0bad0bad0badull;
}

static u64 and64_only(u64 v, u64 *p)
{
	return and64(v, p) ^ 0x0bad0bad0bad0badull;
}

static u64 or64_only(u64 v, u64 *p)
{
	return or64(v, p) ^ 0x0bad0bad0bad0badull;
}

static u64 xor64_only(u64 v, u64 *p)
{
	return xor64(v, p) ^ 0x0bad0bad0bad0badull;
}

static u64 xchg64(u64 *p, u64 v)
{
	return exchange(v, p);
}

static u64 cmpxchg64(u64 *p, u64 old, u64 new)
{
	return exchange(*p == old ? new : *p, p);
}

#if __SIZEOF_POINTER__ == 4

/*
 * Position-independent o32 functions change $gp, which is the thread register
 * of the kernel. A stub hands the function in t8 to bt_keep_gp().
 */
#define STUB_WORDS	6
#define MAX_STUBS	64

void bt_keep_gp(void);

static const void *wrap(const void *fn)
{
	static const void *known[MAX_STUBS];
	static u32 (*stubs)[STUB_WORDS];
	u32 addr = (uintptr_t)fn, keep = (uintptr_t)bt_keep_gp, i;

	if (!stubs)
		stubs = mmap(NULL, sizeof(*stubs) * MAX_STUBS, PROT_READ | PROT_WRITE | PROT_EXEC,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < MAX_STUBS && known[i] && known[i] != fn; i++)
		;
	if (i == MAX_STUBS || stubs == MAP_FAILED)
		abort();
	if (!known[i]) {
		known[i] = fn;
		stubs[i][0] = 0x3c180000 | addr >> 16;		/* lui t8 */
		stubs[i][1] = 0x37180000 | (addr & 0xffff);	/* ori t8, t8 */
		stubs[i][2] = 0x3c190000 | keep >> 16;		/* lui t9 */
		stubs[i][3] = 0x37390000 | (keep & 0xffff);	/* ori t9, t9 */
		stubs[i][4] = 0x03200009;			/* jalr zero, t9 */
		stubs[i][5] = 0;
		__builtin___clear_cache((char *)stubs[i], (char *)stubs[i + 1]);
	}
	return stubs[i];
}

#else

static const void *wrap(const void *fn)
{
	return fn;
}

#endif

/*
 * The page behind the memory of a program can be read here, but only by a load
 * that does not ask whether it should: it lies between two windows.
 */
static void windows(u64 *w)
{
	u64 mem = (uintptr_t)bt_world.mem, end = mem + BT_MEM_SIZE;

	mprotect((void *)(uintptr_t)end, BT_MEM_SIZE, PROT_READ | PROT_WRITE);
	memset((void *)(uintptr_t)end, 0xee, BT_MEM_SIZE);
	w[0] = mem;
	w[1] = BT_MEM_SIZE;
	w[2] = end + BT_MEM_SIZE;
	w[3] = (uintptr_t)(0 - w[2]);
	w[4] = 0;
	w[5] = mem;
}

u64 (*bjn_mips_may_goto_check)(u64 *slot) = bt_check_may_goto;

static void facts(struct bjn_env *env)
{
	bjn_mips_may_goto_check = (u64 (*)(u64 *))(uintptr_t)wrap(bt_check_may_goto);
	env->helper[BJN_MIPS_JUMP_MASK] = ~0ull;
	windows(&env->helper[BJN_MIPS_WINDOWS]);
	env->helper[BJN_MIPS_PERCPU] = (uintptr_t)percpu_offsets;
	env->helper[BJN_MIPS_DIV64] = (uintptr_t)wrap(div64);
	env->helper[BJN_MIPS_MOD64] = (uintptr_t)wrap(mod64);
	env->helper[BJN_MIPS_SDIV64] = (uintptr_t)wrap(sdiv64);
	env->helper[BJN_MIPS_SMOD64] = (uintptr_t)wrap(smod64);
	env->helper[BJN_MIPS_ADD64] = (uintptr_t)wrap(add64);
	env->helper[BJN_MIPS_AND64] = (uintptr_t)wrap(and64);
	env->helper[BJN_MIPS_OR64] = (uintptr_t)wrap(or64);
	env->helper[BJN_MIPS_XOR64] = (uintptr_t)wrap(xor64);
	env->helper[BJN_MIPS_ADD64_ONLY] = (uintptr_t)wrap(add64_only);
	env->helper[BJN_MIPS_AND64_ONLY] = (uintptr_t)wrap(and64_only);
	env->helper[BJN_MIPS_OR64_ONLY] = (uintptr_t)wrap(or64_only);
	env->helper[BJN_MIPS_XOR64_ONLY] = (uintptr_t)wrap(xor64_only);
	env->helper[BJN_MIPS_XCHG64] = (uintptr_t)wrap(xchg64);
	env->helper[BJN_MIPS_CMPXCHG64] = (uintptr_t)wrap(cmpxchg64);
}

#include "tramp-mips.h"

static u64 per_cpu(void)
{
	return percpu_offsets[7];
}

/* Bits that every set has, and those that may as well be there. */
#define ALWAYS	(CPU_ORDER | BJN_MIPS_CPU_WIDE_R0 | (CPU & BJN_MIPS_CPU_ADDR64))
#define WEAK	(BJN_MIPS_CPU_WEAK | BJN_MIPS_CPU_LLSC_SYNC)

static const u64 levels[] = { LEVELS };

/* The register that returns an int is the one with the upper half of R0 where that comes first. */
static u64 int_of(const struct bt_state *st)
{
	if (sizeof(long) == 4)
		return (u64)(s64)(s32)(CPU_ORDER ? st->ret >> 32 : st->ret);
	return st->ret;
}

const struct bt_target bt_target = {
	.name = NAME,
	.be = &BACKEND,
	.cpu = CPU | ALWAYS | BJN_MIPS_CPU_WEAK,
	.levels = levels,
	.nr_levels = BJN_ARRAY_SIZE(levels),
	.probe_zeroes = true,
	.per_cpu = per_cpu,
	.may_goto = bjn_mips_may_goto,
#ifndef SIMULATED
	.may_goto_r0 = bt_may_goto_r0,
	.may_goto_r5 = bt_may_goto_r5,
#endif
	.facts = facts,
	.redirect = mi_redirect,
	.tramp = tramp,
#ifndef SIMULATED
	.tramp_calls = tramp_calls,
#endif
	.wrap = wrap,
	.wide = BJN_MIPS_CPU_WIDE_R0,
	.int_of = int_of,
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
		/* of the simulator */
		"the sign-extension of a 32-bit operand", "the rule for delay slots",
		"the trust in an unknown instruction",
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
