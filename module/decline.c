// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that we did not compile. Every reason is one phrase of the source,
 * so its address identifies it and a small table counts how often it came up.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/ratelimit.h>
#include <linux/seq_file.h>

#include "bjn.h"
#include "compat/compat.h"
#include "decline.h"

#define MAX_REASONS 48

static struct {
	const char *why;
	atomic_t count;
} reasons[MAX_REASONS];

static void count_reason(const char *why)
{
	int i;

	for (i = 0; i < MAX_REASONS; i++) {
		if (!reasons[i].why)
			cmpxchg(&reasons[i].why, NULL, why);
		if (reasons[i].why == why) {
			atomic_inc(&reasons[i].count);
			return;
		}
	}
}

/**
 * bjn_decline - count and report a program that we did not compile
 * @prog: the program
 * @ctx: its compilation, with an error set
 * @verdict: what happens to it now
 */
void bjn_decline(const struct bpf_prog *prog, const struct bjn_ctx *ctx, const char *verdict)
{
	u32 idx = min(ctx->err_idx, prog->len - 1);
	const struct bpf_insn *insn = &prog->insnsi[idx];

	count_reason(ctx->err_why);
	pr_info_ratelimited("program %s func %u declined: %s (insn %u, opcode 0x%02x, error %d); %s\n",
			    bjn_prog_name(prog), prog->aux->func_idx, ctx->err_why, idx, insn->code,
			    ctx->err, verdict);
}

/**
 * bjn_decline_show - one line per reason
 * @m: seq_file of debugfs
 * @v: unused
 */
int bjn_decline_show(struct seq_file *m, void *v)
{
	int i;

	for (i = 0; i < MAX_REASONS && reasons[i].why; i++)
		seq_printf(m, "count=%d reason=\"%s\"\n", atomic_read(&reasons[i].count),
			   reasons[i].why);
	return 0;
}
