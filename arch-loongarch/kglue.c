// SPDX-License-Identifier: GPL-2.0
/*
 * LoongArch: what the driver needs from this kernel and CPU.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitfield.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/extable.h>
#include <linux/sched.h>
#include <linux/thread_info.h>
#include <asm/asm-extable.h>
#include <asm/cacheflush.h>

#include "backend.h"
#include "glue.h"
#include "kglue.h"
#include "ksym.h"

/* break 0: what an unused byte of an image must be when it is executed */
#define LA_BREAK 0x002a0000

/*
 * Entry of every program of the stock JIT since Linux 7.2: the slot that
 * trampolines patch, then the tail call count, behind which tail calls enter
 * (la_prologue()). Older kernels enter elsewhere and count down.
 */
static const u32 stock_entry[] = {
	0x0015002c,						/* move t0, ra */
	0x03400000, 0x03400000, 0x03400000, 0x03400000, 0x03400000,	/* nop */
	0x02c0000a,						/* addi.d a6, zero, 0 */
};

static const struct bpf_insn sample[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

static int check_stock(void)
{
	struct bpf_prog *prog = bjn_sample_compile(sample, ARRAY_SIZE(sample));
	bool known;

	if (!prog)
		return -ENOMEM;
	known = prog->jited_len > sizeof(stock_entry) &&
		!memcmp(prog->bpf_func, stock_entry, sizeof(stock_entry));
	bpf_prog_free(prog);
	if (known)
		return 0;
	pr_err("not loaded: tail calls of this kernel's JIT enter programs in an unknown way; use Linux 7.2 or 7.3\n");
	return -EOPNOTSUPP;
}

int bjn_glue_detect(const struct bjn_backend **be, struct bjn_env *env)
{
	int err = check_stock();

	if (err)
		return err;
	*be = &bjn_loongarch;
	bjn_la_arena_init();
	env->cpu = IS_ENABLED(CONFIG_UNWINDER_ORC) ? BJN_LA_CPU_FRAME_POINTER : 0;
	env->off_array_max_entries = offsetof(struct bpf_array, map.max_entries);
	env->off_array_ptrs = offsetof(struct bpf_array, ptrs);
	env->off_prog_bpf_func = offsetof(struct bpf_prog, bpf_func);
	env->off_thread_cpu = offsetof(struct thread_info, cpu);
#ifdef CONFIG_THREAD_INFO_IN_TASK
	/* $tp is current, and thread_info is the first member of a task. */
	env->off_thread_task = BJN_NO_OFFSET;
	BUILD_BUG_ON(offsetof(struct task_struct, thread_info));
#else
	env->off_thread_task = offsetof(struct thread_info, task);
#endif
	env->reg_ax = BPF_REG_AX;
	return 0;
}

void bjn_glue_fill(void *area, unsigned int size)
{
	u32 *p = area;

	for (; size >= sizeof(*p); size -= sizeof(*p))
		*p++ = LA_BREAK;
}

void bjn_glue_sync(void *start, void *end)
{
	flush_icache_range((unsigned long)start, (unsigned long)end);
}

/*
 * EX_TYPE_UACCESS_ERR_ZERO (asm/asm-extable.h) zeroes a register and resumes
 * at an address of our choice; register 0 stands for none in both of its
 * fields (arch/loongarch/mm/extable.c). EX_TYPE_BPF is the stock JIT's own; an
 * access to an arena has it so that its fault can be reported (kglue-walk.c).
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
	if (bjn_la_arena_entry(at, final, resume, e))
		return 0;
	at->fixup = to_resume;
	at->type = EX_TYPE_UACCESS_ERR_ZERO;
	at->data = e->reg == BJN_EX_NO_REG ? 0 : FIELD_PREP(EX_DATA_REG_ZERO, e->reg);
	return 0;
}

#ifdef BJN_ASKS_TIMED_MAY_GOTO

/* entry.S */
void bjn_la_may_goto(void);

/* What bjn_la_may_goto() asks. */
typeof(bpf_check_timed_may_goto) *bjn_la_may_goto_check;

unsigned long bjn_glue_may_goto(void)
{
	bjn_la_may_goto_check = bjn_ksym.bpf_check_timed_may_goto;
	return (unsigned long)bjn_la_may_goto;
}

#else

unsigned long bjn_glue_may_goto(void)
{
	return 0;
}

#endif
