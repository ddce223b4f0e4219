// SPDX-License-Identifier: GPL-2.0
/*
 * A record of every compilation, for measurements: the totals in debugfs
 * "cost" do not tell which program was expensive or long.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/debugfs.h>
#include <linux/filter.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "trace.h"

#define TRACE_MAX 65536

static unsigned int trace;
module_param(trace, uint, 0444);
MODULE_PARM_DESC(trace, "record the last N compilations in debugfs file compiles (default: 0)");

/**
 * struct trace_record - one call of a JIT
 * @ns: CPU time it took
 * @insns: BPF instructions; 0: a second pass
 * @bytes: machine code
 * @ours: compiled by us
 */
struct trace_record {
	u64 ns;
	u32 insns;
	u32 bytes;
	bool ours;
};

static struct trace_record *ring;
static u64 recorded;
static DEFINE_SPINLOCK(lock);

/**
 * bjn_trace_clock - CPU time of the current task
 *
 * Not the time of day: some architectures stop the machine to write text, and
 * whoever runs in that pause, freeing the previous program for example, would
 * be counted as well. It is what the scheduler has accounted for plus the
 * current slice.
 *
 * Return: nanoseconds; 0 when nothing is recorded.
 */
u64 bjn_trace_clock(void)
{
	unsigned long flags;
	u64 ns;

	if (likely(!ring))
		return 0;
	local_irq_save(flags);
	ns = current->se.sum_exec_runtime + local_clock() - current->se.exec_start;
	local_irq_restore(flags);
	return ns;
}

/**
 * bjn_trace - record a successful compilation
 * @prog: program, compiled
 * @ours: compiled by us, not by the stock JIT
 * @insns: BPF instructions; 0 for the second pass of a subprogram
 * @start: bjn_trace_clock() before it
 */
void bjn_trace(const struct bpf_prog *prog, bool ours, u32 insns, u64 start)
{
	struct trace_record *r;
	u64 now;

	if (likely(!ring))
		return;
	now = bjn_trace_clock();
	spin_lock(&lock);
	r = &ring[(u32)recorded % trace];
	recorded++;
	r->ns = now - start;
	r->insns = insns;
	r->bytes = prog->jited_len;
	r->ours = ours;
	spin_unlock(&lock);
}

static int compiles_show(struct seq_file *m, void *v)
{
	u64 i;

	spin_lock(&lock);
	for (i = recorded > trace ? recorded - trace : 0; i < recorded; i++) {
		const struct trace_record *r = &ring[(u32)i % trace];

		seq_printf(m, "jit=%s insns=%u bytes=%u ns=%llu\n", r->ours ? "ng" : "stock",
			   r->insns, r->bytes, r->ns);
	}
	spin_unlock(&lock);
	return 0;
}

/* Whatever is written: forget all records. */
static ssize_t compiles_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	spin_lock(&lock);
	recorded = 0;
	spin_unlock(&lock);
	return count;
}

static int compiles_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, compiles_show, NULL, trace * 64);
}

static const struct file_operations compiles_fops = {
	.owner = THIS_MODULE,
	.open = compiles_open,
	.read = seq_read,
	.write = compiles_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/**
 * bjn_trace_debugfs - offer the records, if there are any
 * @dir: our directory
 */
void bjn_trace_debugfs(struct dentry *dir)
{
	if (ring)
		debugfs_create_file("compiles", 0600, dir, NULL, &compiles_fops);
}

static bool ring_alloc(void)
{
	if (trace <= TRACE_MAX)
		ring = kvcalloc(trace, sizeof(*ring), GFP_KERNEL);
	return ring;
}

/**
 * bjn_trace_init - reserve the memory that the parameter trace= asks for
 *
 * Return: 0, or -ENOMEM after logging one line.
 */
int bjn_trace_init(void)
{
	if (!trace || ring_alloc())
		return 0;
	pr_err("not loaded: trace=%u records do not fit; use a smaller number\n", trace);
	return -ENOMEM;
}

/**
 * bjn_trace_exit - forget the records; no compilation is running
 */
void bjn_trace_exit(void)
{
	kvfree(ring);
}
