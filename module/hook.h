/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Overriding functions of the kernel.
 *
 * hook.c		install in order, prove, remove in reverse
 * hooks.def		the functions
 * hook-replace.c	what runs instead of them
 * hook-ftrace.c	redirection by ftrace (arm64, LoongArch)
 * hook-kprobe.c	redirection by a kprobe (MIPS, arm64)
 */
#ifndef BJN_HOOK_H
#define BJN_HOOK_H

#include <linux/atomic.h>
#include <linux/types.h>

struct bpf_prog;

enum bjn_hook_id {
#define BJN_HOOK(symbol, absent, bits, ret, params) BJN_HOOK_##symbol,
#define BJN_ANSWER(symbol, absent, feature) BJN_HOOK_##symbol,
#include "hooks.def"
#undef BJN_HOOK
#undef BJN_ANSWER
	BJN_NR_HOOKS
};

/**
 * enum bjn_hook_need - what if a function cannot be overridden?
 * @BJN_HOOK_REQUIRED: the module is not loaded
 * @BJN_HOOK_OPTIONAL: nor then, but a kernel without the function is all right
 * @BJN_HOOK_EXTRA: something else is missing that the log names
 */
enum bjn_hook_need {
	BJN_HOOK_REQUIRED,
	BJN_HOOK_OPTIONAL,
	BJN_HOOK_EXTRA,
};

/**
 * struct bjn_hook - one overridden function
 * @name: its symbol
 * @replacement: what runs instead
 * @canary: call the function at @addr in a way that does no harm, hooked or not;
 *	true when it answers yes
 * @feature: BJN_FEAT() bit that the stock JIT has when the canary says yes
 * @need: what if this function cannot be overridden
 * @installed: calls are being redirected
 * @proved: a canary call has arrived at @replacement
 * @yes: the canary said yes
 * @addr: address of the function; 0 when this kernel has none
 * @stock: call this to get the original behaviour
 * @hits: calls that arrived at @replacement, canary included
 * @site: ftrace's address of the function
 * @priv: for the method
 */
struct bjn_hook {
	const char *name;
	void *replacement;
	bool (*canary)(unsigned long addr);
	u64 feature;
	enum bjn_hook_need need;
	bool installed;
	bool proved;
	bool yes;
	unsigned long addr;
	unsigned long stock;
	unsigned long site;
	atomic64_t hits;
	void *priv;
};

/**
 * struct bjn_hook_method - a way of redirecting calls
 * @name: for the hook= parameter and debugfs
 * @install: set @stock and start redirecting; 0 or a negative errno, then with
 *	a phrase in @why that completes "function: "
 * @again: write the redirection of an installed hook into the kernel's code once
 *	more; 0 or a negative errno, then nothing is redirected
 * @remove: stop redirecting. Calls may still be on their way.
 * @finish: after the last removal, give back what is left; may be NULL
 */
struct bjn_hook_method {
	const char *name;
	int (*install)(struct bjn_hook *hook, const char **why);
	int (*again)(struct bjn_hook *hook);
	void (*remove)(struct bjn_hook *hook);
	void (*finish)(void);
};

extern const struct bjn_hook_method bjn_hook_ftrace;
extern const struct bjn_hook_method bjn_hook_kprobe;

extern struct bjn_hook bjn_hooks[BJN_NR_HOOKS];

/* hook-replace.c */
bool bjn_hook_prove(struct bjn_hook *hook);

#endif
