// SPDX-License-Identifier: GPL-2.0
/*
 * The notifier of exceptions, in memory that is mapped always.
 *
 * On a 32-bit CPU a process learns of a new part of the vmalloc area, where
 * modules are, by a page fault (vmalloc_fault in arch/mips/mm/fault.c). Before
 * that, the handler of page faults calls all notifiers: one that is there
 * faults again, and so on until the stack is full.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <asm/cacheflush.h>

#include "kglue-hook.h"

#define ADDIU_V0_ZERO(imm)	(0x24020000u | ((imm) & 0xffff))
#define BNE_A1_V0(words)	(0x14a20000u | ((words) & 0xffff))
#define JR_RA_R6_TOO		0x03e00009u	/* jalr $zero, $ra */

/**
 * struct notifier - what the kernel calls for an exception
 * @nb: what it knows; first, so that kfree() of it frees all
 * @code: 32-bit CPUs: what it calls
 */
struct notifier {
	struct notifier_block nb;
	u32 code[8];
};

/*
 * Breakpoints go on to @call, all else is none of its business: a 32-bit
 * kernel has no arenas, whose faults it would tell of.
 *
 *   if (what == DIE_TRAP)
 *           goto call;
 *   return NOTIFY_DONE;
 */
static void filter(struct notifier *n, unsigned long call)
{
	u32 *code = n->code;

	code[0] = ADDIU_V0_ZERO(DIE_TRAP);
	code[1] = BNE_A1_V0(4);
	code[2] = BJN_LUI_T9((u32)(call + 0x8000) >> 16);	/* delay slot */
	code[3] = BJN_ADDIU_T9((u32)call & 0xffff);
	code[4] = BJN_JALR_ZERO_T9;
	code[5] = BJN_NOP;
	code[6] = JR_RA_R6_TOO;
	code[7] = ADDIU_V0_ZERO(NOTIFY_DONE);			/* delay slot */
	flush_icache_range((unsigned long)code, (unsigned long)(code + ARRAY_SIZE(n->code)));
	n->nb.notifier_call = (notifier_fn_t)(unsigned long)code;
}

/**
 * bjn_notifier_alloc - make a notifier for register_die_notifier()
 * @call: what it calls; on 32-bit CPUs for breakpoints only
 * @why: set on error: phrase that completes "function: "
 *
 * Return: notifier, to be freed by kfree(), or NULL
 */
struct notifier_block *bjn_notifier_alloc(notifier_fn_t call, const char **why)
{
	struct notifier *n;

	/* It would warn of code outside of the kernel's text at each exception. */
	if (!IS_ENABLED(CONFIG_64BIT) && IS_ENABLED(CONFIG_DEBUG_NOTIFIERS)) {
		*why = "cannot be watched with DEBUG_NOTIFIERS; use a kernel without";
		return NULL;
	}
	n = kzalloc(sizeof(*n), GFP_KERNEL);
	if (!n) {
		*why = "no memory is left for a notifier";
		return NULL;
	}
	n->nb.notifier_call = call;
	if (!IS_ENABLED(CONFIG_64BIT))
		filter(n, (unsigned long)call);
	return &n->nb;
}
