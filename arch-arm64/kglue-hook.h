/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_ARM64_KGLUE_HOOK_H
#define BJN_ARM64_KGLUE_HOOK_H

#define BJN_ARM64_BTI_C		0xd503245f

/*
 * A kernel built with branch protection has a landing pad in front of the two
 * instructions that belong to ftrace: one saves the return address, one calls.
 */
static inline unsigned long bjn_ftrace_slots(unsigned long addr)
{
	return addr + (*(const u32 *)addr == BJN_ARM64_BTI_C ? 4 : 0);
}

/**
 * bjn_ftrace_site - address by which ftrace knows a function
 * @addr: its symbol
 */
static inline unsigned long bjn_ftrace_site(unsigned long addr)
{
	return bjn_ftrace_slots(addr) + 4;
}

/**
 * bjn_ftrace_stock - where to enter a function so that ftrace does not see it
 * @addr: its symbol
 */
static inline unsigned long bjn_ftrace_stock(unsigned long addr)
{
	return bjn_ftrace_slots(addr) + 8;
}

#endif
