// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS: what the driver needs from this kernel and CPU.
 */
#include <linux/atomic.h>
#include <linux/bpf.h>
#include <linux/extable.h>
#include <linux/filter.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/sizes.h>
#include <linux/thread_info.h>
#include <asm/cacheflush.h>
#include <asm/cpu-features.h>
#include <asm/cpu-info.h>

#include "backend.h"
#include "glue.h"
#include "kglue.h"
#include "ksym.h"

/* Addresses that a Loongson-2F may fetch from ahead of a jump (JALR_MASK of the stock JIT). */
#define JUMP_MASK 0xffffffffcfffffffull

/* break 0: what an unused word of an image must be when it is executed */
#define TRAP 0x0000000d

static u64 isa_level(void)
{
	if (cpu_has_mips_r6)
		return BJN_MIPS_CPU_R6;
	if (cpu_has_mips_r2)
		return BJN_MIPS_CPU_UP_TO_R2;
	if (cpu_has_mips_r1)
		return BJN_MIPS_CPU_UP_TO_R1;
	return boot_cpu_data.isa_level & MIPS_CPU_ISA_IV ? BJN_MIPS_CPU_IV : 0;
}

/* Bugs of CPUs that this kernel is built for. */
static u64 errata(void)
{
	u64 bits = 0;

	if (IS_ENABLED(CONFIG_CPU_LOONGSON3_WORKAROUNDS))
		bits |= BJN_MIPS_CPU_LLSC_SYNC;
	if (IS_ENABLED(CONFIG_WAR_R10000_LLSC))
		bits |= BJN_MIPS_CPU_R10000;
	if (IS_ENABLED(CONFIG_CPU_JUMP_WORKAROUNDS))
		bits |= BJN_MIPS_CPU_2F;
	if (IS_ENABLED(CONFIG_CPU_DADDI_WORKAROUNDS))
		bits |= BJN_MIPS_CPU_NO_DADDIU;
	return bits;
}

/* Is an address of code a sign-extended 32-bit value? */
static bool is_short(unsigned long addr)
{
	return addr == (unsigned long)(long)(int)addr;
}

static u64 cpu_bits(void)
{
	u64 bits = isa_level() | errata();

	if (IS_ENABLED(CONFIG_CPU_BIG_ENDIAN))
		bits |= BJN_MIPS_CPU_BE;
	/* Where the kernel's own smp_mb() is a barrier (asm/barrier.h). */
	if (IS_ENABLED(CONFIG_SMP) && IS_ENABLED(CONFIG_WEAK_ORDERING))
		bits |= BJN_MIPS_CPU_WEAK;
	if (!is_short((unsigned long)_printk) || !is_short((unsigned long)bjn_glue_detect))
		bits |= BJN_MIPS_CPU_ADDR64;
	return bits;
}

#ifdef CONFIG_64BIT

static void helpers(struct bjn_env *env)
{
}

#else

static u64 mod64(u64 a, u64 b)
{
	u64 rem;

	div64_u64_rem(a, b, &rem);
	return rem;
}

static s64 smod64(s64 a, s64 b)
{
	return a - div64_s64(a, b) * b;
}

/* atomic64_t on such a CPU; what the emitter calls has the same prototype. */
static void helpers(struct bjn_env *env)
{
	env->helper[BJN_MIPS_DIV64] = (unsigned long)div64_u64;
	env->helper[BJN_MIPS_MOD64] = (unsigned long)mod64;
	env->helper[BJN_MIPS_SDIV64] = (unsigned long)div64_s64;
	env->helper[BJN_MIPS_SMOD64] = (unsigned long)smod64;
	env->helper[BJN_MIPS_ADD64] = (unsigned long)generic_atomic64_fetch_add;
	env->helper[BJN_MIPS_AND64] = (unsigned long)generic_atomic64_fetch_and;
	env->helper[BJN_MIPS_OR64] = (unsigned long)generic_atomic64_fetch_or;
	env->helper[BJN_MIPS_XOR64] = (unsigned long)generic_atomic64_fetch_xor;
	env->helper[BJN_MIPS_ADD64_ONLY] = (unsigned long)generic_atomic64_add;
	env->helper[BJN_MIPS_AND64_ONLY] = (unsigned long)generic_atomic64_and;
	env->helper[BJN_MIPS_OR64_ONLY] = (unsigned long)generic_atomic64_or;
	env->helper[BJN_MIPS_XOR64_ONLY] = (unsigned long)generic_atomic64_xor;
	env->helper[BJN_MIPS_XCHG64] = (unsigned long)generic_atomic64_xchg;
	env->helper[BJN_MIPS_CMPXCHG64] = (unsigned long)generic_atomic64_cmpxchg;
}

#endif

/*
 * All but 4 KB of a small stack for a whole chain of tail calls, the rest for who calls and is
 * called. The verifier does not count what frames cost, which may be more than the stack that it
 * lets a program have, and there is no guard below the kernel's stack.
 */
static u32 level_bytes(void)
{
	const u32 stack = THREAD_SIZE;

	return stack <= SZ_16K ? (stack - SZ_4K) / (BJN_MAX_TAIL_CALLS + 1) : 0;
}

/* A CPU without ll and sc is only observed: the emitter has no other way. */
int bjn_glue_detect(const struct bjn_backend **be, struct bjn_env *env)
{
	if (!cpu_has_llsc)
		return 0;
#ifdef CONFIG_64BIT
	*be = &bjn_mips64;
#else
	*be = &bjn_mips32;
#endif
	env->cpu = cpu_bits();
	env->off_array_max_entries = offsetof(struct bpf_array, map.max_entries);
	env->off_array_ptrs = offsetof(struct bpf_array, ptrs);
	env->off_prog_bpf_func = offsetof(struct bpf_prog, bpf_func);
	env->off_thread_cpu = offsetof(struct thread_info, cpu);
	env->off_thread_task = offsetof(struct thread_info, task);
	env->level_bytes = level_bytes();
	env->reg_ax = BPF_REG_AX;
#ifdef CONFIG_SMP
	env->helper[BJN_MIPS_PERCPU] = (unsigned long)__per_cpu_offset;
#endif
	env->helper[BJN_MIPS_JUMP_MASK] = JUMP_MASK;
	helpers(env);
	bjn_mips_find_ram(env);
	bjn_mips_walk_init();
	return 0;
}

void bjn_glue_fill(void *area, unsigned int size)
{
	u32 *p = area;

	for (; size >= sizeof(*p); size -= sizeof(*p))
		*p++ = TRAP;
}

void bjn_glue_sync(void *start, void *end)
{
	flush_icache_range((unsigned long)start, (unsigned long)end);
}

/*
 * A fault resumes at nextinsn and touches no register (arch/mips/mm/extable.c);
 * the emitter's landing pads zero the register where one has to be.
 */
int bjn_glue_extable(struct exception_table_entry *at,
		     const struct exception_table_entry *final,
		     const void *insn, const void *resume, const struct bjn_extable *e)
{
	if (e->reg != BJN_EX_NO_REG)
		return -EINVAL;
	at->insn = (unsigned long)insn;
	at->nextinsn = (unsigned long)resume;
	return 0;
}

/* entry.S, and what it asks */
void bjn_mips_may_goto(void);
void *bjn_mips_may_goto_check;

unsigned long bjn_glue_may_goto(void)
{
#ifdef BJN_ASKS_TIMED_MAY_GOTO
	bjn_mips_may_goto_check = bjn_ksym.bpf_check_timed_may_goto;
	return (unsigned long)bjn_mips_may_goto;
#else
	return 0;
#endif
}
