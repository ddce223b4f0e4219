// SPDX-License-Identifier: GPL-2.0
/*
 * arm64: what the driver needs from this kernel and CPU.
 */
#include <linux/bitfield.h>
#include <linux/bpf.h>
#include <linux/extable.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/thread_info.h>
#include <asm/asm-extable.h>
#include <asm/cacheflush.h>
#include <asm/cpufeature.h>

#include "backend.h"
#include "glue.h"
#include "kglue.h"
#include "ksym.h"

/* brk 0: what an unused word of an image must be when it is executed */
#define TRAP 0xd4200000

/* x31: a register number that the exception handler's writes ignore */
#define NO_REG 31

static u64 cpu_bits(void)
{
	u64 bits = 0;

	if (cpus_have_cap(ARM64_HAS_LSE_ATOMICS))
		bits |= BJN_A64_CPU_LSE;
	if (cpus_have_cap(ARM64_HAS_LDAPR))
		bits |= BJN_A64_CPU_LRCPC;
	if (cpus_have_cap(ARM64_HAS_VIRT_HOST_EXTN))
		bits |= BJN_A64_CPU_VHE;
	return bits;
}

int bjn_glue_detect(const struct bjn_backend **be, struct bjn_env *env)
{
	env->cpu = cpu_bits();
	env->off_array_max_entries = offsetof(struct bpf_array, map.max_entries);
	env->off_array_ptrs = offsetof(struct bpf_array, ptrs);
	env->off_prog_bpf_func = offsetof(struct bpf_prog, bpf_func);
	/* SP_EL0 is current, and thread_info is the first member of a task. */
	BUILD_BUG_ON(offsetof(struct task_struct, thread_info));
	env->off_thread_cpu = offsetof(struct thread_info, cpu);
	env->off_thread_task = BJN_NO_OFFSET;
	env->reg_ax = BPF_REG_AX;
	*be = &bjn_arm64;
	return bjn_a64_learn(env);
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
 * EX_TYPE_KACCESS_ERR_ZERO (asm/asm-extable.h) writes an error to one register,
 * zeroes another and resumes at an address of our choice. EX_TYPE_BPF is private
 * to the stock JIT and changed between releases; it serves for the arena, whose
 * faults the kernel reports.
 */
int bjn_glue_extable(struct exception_table_entry *at,
		     const struct exception_table_entry *final,
		     const void *insn, const void *resume, const struct bjn_extable *e)
{
	long to_insn = (long)insn - (long)&final->insn;
	long to_resume = (long)resume - (long)&final->fixup;

	if (to_insn != (int)to_insn || to_resume != (int)to_resume)
		return -ERANGE;
	at->insn = to_insn;
	at->data = 0;
	if (bjn_a64_report_fixup(e, &at->fixup)) {
		at->type = EX_TYPE_BPF;
		return 0;
	}
	at->fixup = to_resume;
	at->type = EX_TYPE_KACCESS_ERR_ZERO;
	at->data = FIELD_PREP(EX_DATA_REG_ERR, NO_REG) |
		   FIELD_PREP(EX_DATA_REG_ZERO, e->reg == BJN_EX_NO_REG ? NO_REG : e->reg);
	return 0;
}

#ifdef BJN_ASKS_TIMED_MAY_GOTO

/* entry.S */
void bjn_a64_may_goto(void);

/* What bjn_a64_may_goto() asks. */
typeof(bpf_check_timed_may_goto) *bjn_a64_may_goto_check;

unsigned long bjn_glue_may_goto(void)
{
	bjn_a64_may_goto_check = bjn_ksym.bpf_check_timed_may_goto;
	return (unsigned long)bjn_a64_may_goto;
}

#else

unsigned long bjn_a64_may_goto_check;

unsigned long bjn_glue_may_goto(void)
{
	return 0;
}

#endif
