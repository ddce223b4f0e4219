/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_ARM64_KGLUE_HOOK_H
#define BJN_ARM64_KGLUE_HOOK_H

#include <linux/errno.h>
#include <linux/notifier.h>
#include <linux/ptrace.h>
#include <linux/slab.h>
#include <linux/types.h>

#define BJN_ARM64_BTI_C		0xd503245f
#define BJN_ARM64_NOP		0xd503201f
#define BJN_ARM64_SAVE_LR	0xaa1e03e9	/* mov x9, x30 */

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

/**
 * bjn_regs_set_pc - continue elsewhere after a probe
 * @regs: state at the probe
 * @pc: where to go on
 */
static inline void bjn_regs_set_pc(struct pt_regs *regs, unsigned long pc)
{
	instruction_pointer_set(regs, pc);
}

/**
 * bjn_break_of_nobody - is this a breakpoint that the kernel does not know?
 * @what: reason of the notifier
 * @regs: state at the breakpoint
 *
 * Return: 0, the exception itself says whose breakpoint it was (ESR_EL1)
 */
static inline unsigned long bjn_break_of_nobody(unsigned long what, const struct pt_regs *regs)
{
	return 0;
}

/**
 * bjn_exception_seen - the kernel tells of an exception
 * @what: reason of the notifier
 * @regs: state at the exception
 */
static inline void bjn_exception_seen(unsigned long what, const struct pt_regs *regs)
{
}

/**
 * bjn_notifier_alloc - make a notifier for register_die_notifier()
 * @call: what it calls
 * @why: set on error: phrase that completes "function: "
 *
 * Return: notifier, to be freed by kfree(), or NULL
 */
static inline struct notifier_block *bjn_notifier_alloc(notifier_fn_t call, const char **why)
{
	struct notifier_block *nb = kzalloc(sizeof(*nb), GFP_KERNEL);

	if (nb)
		nb->notifier_call = call;
	else
		*why = "no memory is left for a notifier";
	return nb;
}

/**
 * bjn_stub_make - how to call a function about to be probed
 * @entry: set to the address to call
 * @nr: unused
 * @addr: address of the function, not yet probed
 * @why: set on error: phrase that completes "function: "
 *
 * The probe hits an instruction that belongs to ftrace, so nothing is lost when
 * the function is entered behind it. While ftrace calls somebody from there, it
 * may be one who redirects the function, and a function has one owner.
 *
 * Return: 0, or -EBUSY.
 */
static inline int bjn_stub_make(unsigned long *entry, unsigned int nr, unsigned long addr,
				const char **why)
{
	const u32 *slots = (const u32 *)bjn_ftrace_slots(addr);

	if ((slots[0] == BJN_ARM64_NOP || slots[0] == BJN_ARM64_SAVE_LR) &&
	    slots[1] == BJN_ARM64_NOP) {
		*entry = bjn_ftrace_stock(addr);
		return 0;
	}
	*why = "is traced, probed or redirected by somebody else, such as another copy of this module; end that first";
	return -EBUSY;
}

#endif
