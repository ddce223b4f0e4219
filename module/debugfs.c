// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/bpfjit_ng: tables, key=value, a line per item. Without
 * debugfs nothing is missing but these files.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "bjn.h"
#include "trace.h"

static struct dentry *dir;

/* What no JIT can add to this kernel, as it lies outside of BPF. */
static void show_kernel_lacks(struct seq_file *m)
{
	if (!IS_ENABLED(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS))
		seq_puts(m, "fentry reason=\"no attachment to functions of the kernel without CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS\"\n");
}

static int unsupported_show(struct seq_file *m, void *v)
{
	const char *why;
	int f;

	for (f = 0; f < BJN_NR_FEATURES; f++) {
		why = bjn_feature_missing(f);
		if (why)
			seq_printf(m, "%s reason=\"%s\"\n", bjn_feature_name(f), why);
	}
	show_kernel_lacks(m);
	return bjn_decline_show(m, v);
}

static void show_counter(struct seq_file *m, const char *name, const atomic64_t *value)
{
	seq_printf(m, " %s=%lld", name, (long long)atomic64_read(value));
}

static int cost_show(struct seq_file *m, void *v)
{
	seq_puts(m, "ng");
	show_counter(m, "programs", &bjn_stats.compiled);
	show_counter(m, "ns", &bjn_stats.ns);
	show_counter(m, "insns", &bjn_stats.insns);
	show_counter(m, "bytes", &bjn_stats.bytes);
	seq_puts(m, "\nstock");
	show_counter(m, "programs", &bjn_stats.stock);
	show_counter(m, "ns", &bjn_stats.stock_ns);
	show_counter(m, "insns", &bjn_stats.stock_insns);
	show_counter(m, "bytes", &bjn_stats.stock_bytes);
	seq_puts(m, "\n");
	return 0;
}

static int programs_show(struct seq_file *m, void *v)
{
	return bjn_prog_show(m, v);
}

static int hooks_show(struct seq_file *m, void *v)
{
	return bjn_hook_show(m, v);
}

DEFINE_SHOW_ATTRIBUTE(programs);
DEFINE_SHOW_ATTRIBUTE(hooks);
DEFINE_SHOW_ATTRIBUTE(unsupported);
DEFINE_SHOW_ATTRIBUTE(cost);

/**
 * bjn_debugfs_init - create the files, as far as debugfs is there
 */
void bjn_debugfs_init(void)
{
	dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("programs", 0400, dir, NULL, &programs_fops);
	debugfs_create_file("hooks", 0444, dir, NULL, &hooks_fops);
	debugfs_create_file("unsupported", 0444, dir, NULL, &unsupported_fops);
	debugfs_create_file("cost", 0444, dir, NULL, &cost_fops);
	bjn_trace_debugfs(dir);
}

/**
 * bjn_debugfs_exit - remove the files
 */
void bjn_debugfs_exit(void)
{
	debugfs_remove_recursive(dir);
}
