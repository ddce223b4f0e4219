// SPDX-License-Identifier: GPL-2.0
/*
 * Injected errors. Test builds only (BJN_SABOTAGE=1).
 */
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "bjn.h"

static char *sabotage_symbol;
module_param(sabotage_symbol, charp, 0444);
MODULE_PARM_DESC(sabotage_symbol, "pretend that this symbol of the kernel is missing");

static char *sabotage_canary;
module_param(sabotage_canary, charp, 0444);
MODULE_PARM_DESC(sabotage_canary, "pretend that this hook did not fire");

static int sabotage_alloc;
module_param(sabotage_alloc, int, 0644);
MODULE_PARM_DESC(sabotage_alloc, "the N-th following allocation of the compile path fails, once");

static unsigned int sabotage_shrink;
module_param(sabotage_shrink, uint, 0644);
MODULE_PARM_DESC(sabotage_shrink, "private stacks are too small by so many bytes, 16 at most");

/**
 * bjn_sabotage_symbol - shall a symbol look as if it were missing?
 * @name: its name
 */
bool bjn_sabotage_symbol(const char *name)
{
	return sabotage_symbol && !strcmp(sabotage_symbol, name);
}

/**
 * bjn_sabotage_canary - shall a hook look as if it had not fired?
 * @hook: name of the hooked function
 */
bool bjn_sabotage_canary(const char *hook)
{
	return sabotage_canary && !strcmp(sabotage_canary, hook);
}

/**
 * bjn_sabotage_shrink - by how many bytes shall a private stack be too small?
 *
 * No more than a guard has, so that nothing else is overwritten.
 */
unsigned int bjn_sabotage_shrink(void)
{
	return min(READ_ONCE(sabotage_shrink), 16u);
}

/**
 * bjn_sabotage_alloc - shall this allocation fail?
 *
 * Counts sabotage_alloc down; true once, when it reaches 0.
 */
bool bjn_sabotage_alloc(void)
{
	int old = READ_ONCE(sabotage_alloc);
	int seen;

	while (old > 0) {
		seen = cmpxchg(&sabotage_alloc, old, old - 1);
		if (seen == old)
			return old == 1;
		old = seen;
	}
	return false;
}
