/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record of every compilation, for measurements. Off unless the module is
 * loaded with trace=N; then the last N compilations can be read from debugfs.
 */
#ifndef BJN_TRACE_H
#define BJN_TRACE_H

#include <linux/types.h>

struct bpf_prog;
struct dentry;

int bjn_trace_init(void);
void bjn_trace_exit(void);
void bjn_trace_debugfs(struct dentry *dir);
u64 bjn_trace_clock(void);
void bjn_trace(const struct bpf_prog *prog, bool ours, u32 insns, u64 start);

#endif
