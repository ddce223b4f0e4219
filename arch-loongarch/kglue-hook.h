/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_LOONGARCH_KGLUE_HOOK_H
#define BJN_LOONGARCH_KGLUE_HOOK_H

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

#endif
