// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest's suite cannot see from user space. It loads this module with
 * parameters that say what to do, reads the outcome from the parameters, and
 * unloads it.
 *
 * run=FD	call the program behind a file descriptor of the loading process:
 *		ret is its result, lost the callee-saved registers it has changed
 * walk=1	walk the stack where no program is: once here, once in an interrupt;
 *		frames is the number of frames of the shorter one, programs the
 *		number of walks that believed to have found a program
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>

#include "probe.h"

#define TOO_MANY	1000

static int run = -1;
module_param(run, int, 0444);
static unsigned long long ret;
module_param(ret, ullong, 0444);
static unsigned long long lost;
module_param(lost, ullong, 0444);

static bool walk;
module_param(walk, bool, 0444);
static int frames = TOO_MANY;
module_param(frames, int, 0444);
static int programs;
module_param(programs, int, 0444);

static void *lookup(const char *name)
{
	struct kprobe kp = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	void *addr = NULL;

	if (!register_kprobe(&kp)) {
		addr = kp.addr;
		unregister_kprobe(&kp);
	}
	return addr;
}

static int run_program(void)
{
	static const u8 ctx[256] __aligned(8);
	struct bpf_prog *prog = bpf_prog_get_type_dev(run, BPF_PROG_TYPE_SCHED_CLS, false);
	u64 bits = 0;

	if (IS_ERR(prog))
		return PTR_ERR(prog);
	rcu_read_lock();
	migrate_disable();
	ret = (u32)bjn_probe_call(prog->bpf_func, ctx, prog->insnsi, &bits);
	migrate_enable();
	rcu_read_unlock();
	lost = bits;
	bpf_prog_put(prog);
	return 0;
}

static typeof(arch_bpf_stack_walk) *stack_walk;
static typeof(bpf_prog_find_from_stack) *find_from_stack;

static bool count(void *cookie, u64 ip, u64 sp, u64 bp)
{
	int *n = cookie;

	return ++*n < TOO_MANY;
}

/* A walk that goes on to the end, and one that looks for a program. */
static void walk_here(void)
{
	int n = 0;

	stack_walk(count, &n);
	frames = min(frames, n);
	programs += !!find_from_stack();
}

static void walk_in_irq(struct irq_work *work)
{
	if (in_hardirq())
		walk_here();
	else
		frames = 0;
}

static int walk_stack(void)
{
	struct irq_work work = IRQ_WORK_INIT_HARD(walk_in_irq);

	stack_walk = lookup("arch_bpf_stack_walk");
	find_from_stack = lookup("bpf_prog_find_from_stack");
	if (!stack_walk || !find_from_stack)
		return -ENOENT;
	walk_here();
	irq_work_queue(&work);
	irq_work_sync(&work);
	return 0;
}

static int __init probe_init(void)
{
	int err = 0;

	if (run >= 0)
		err = run_program();
	if (!err && walk)
		err = walk_stack();
	return err;
}

static void __exit probe_exit(void)
{
}

module_init(probe_init);
module_exit(probe_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test of bpfjit_ng: registers and stacks as seen from inside the kernel");
