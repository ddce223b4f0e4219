/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_LOONGARCH_KGLUE_HOOK_H
#define BJN_LOONGARCH_KGLUE_HOOK_H

#include <linux/types.h>

struct exception_table_entry;
struct pt_regs;

/**
 * bjn_ftrace_site - address by which ftrace knows a function
 * @addr: its symbol
 */
static inline unsigned long bjn_ftrace_site(unsigned long addr)
{
	return addr;
}

/**
 * bjn_ftrace_stock - where to enter a function so that ftrace does not see it
 * @addr: its symbol
 *
 * Two instructions belong to ftrace: one saves the return address, one calls.
 */
static inline unsigned long bjn_ftrace_stock(unsigned long addr)
{
	return addr + 8;
}

/* What a stack walk calls for each frame; it ends when that returns false. */
typedef bool bjn_walk_fn(void *cookie, u64 ip, u64 sp, u64 fp);

#endif
