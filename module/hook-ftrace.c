// SPDX-License-Identifier: GPL-2.0
/*
 * Redirection by ftrace.
 *
 * IPMODIFY makes us the only one who may redirect the function. PERMANENT
 * keeps the hook alive when somebody writes 0 to kernel.ftrace_enabled, which
 * would otherwise silently take the compiler away from under its programs.
 *
 * Functions are chosen by address: names of overridden weak functions occur
 * several times in ftrace's list. The stock function is called behind the
 * instructions that ftrace patches, so that the call is not redirected again.
 */
#include <linux/ftrace.h>

#include "bjn.h"
#include "hook.h"
#include "kglue-hook.h"

static void redirect(unsigned long ip, unsigned long parent_ip,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs);

/*
 * One registration serves all functions: ending it costs several grace
 * periods, changing its list of functions costs none.
 */
static struct ftrace_ops registration = {
	.func = redirect,
	.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_DYNAMIC | FTRACE_OPS_FL_PERMANENT
#ifndef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
		 | FTRACE_OPS_FL_SAVE_REGS	/* nothing less can be changed */
#endif
};

/* Functions on its list. */
static unsigned int nr_installed;

static void notrace redirect(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct bjn_hook *h;

	for (h = bjn_hooks; h < bjn_hooks + BJN_NR_HOOKS; h++) {
		if (h->site == ip)
			break;
	}
	if (h == bjn_hooks + BJN_NR_HOOKS)
		return;
#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)h->replacement);
#else
	instruction_pointer_set(ftrace_get_regs(fregs), (unsigned long)h->replacement);
#endif
}

static const char *reason(int err)
{
	switch (err) {
	case -EBUSY:
		return "is redirected by somebody else, such as a live patch or another copy of this module, or kernel.ftrace_enabled is 0; change that first";
	case -EINVAL:
		return "is not traceable in this kernel; use a kernel named in the README";
	case -ENODEV:
		return "cannot be redirected because ftrace is off; set kernel.ftrace_enabled=1";
	default:
		return "cannot be redirected";
	}
}

static int ftrace_install(struct bjn_hook *hook, const char **why)
{
	int err;

	hook->site = bjn_ftrace_site(hook->addr);
	hook->stock = bjn_ftrace_stock(hook->addr);
	err = ftrace_set_filter_ip(&registration, hook->site, 0, 0);
	if (!err && !nr_installed) {
		err = register_ftrace_function(&registration);
		if (err)
			ftrace_set_filter_ip(&registration, hook->site, 1, 0);
	}
	if (err)
		*why = reason(err);
	else
		nr_installed++;
	return err;
}

/* An empty list would mean every function: the last one ends the registration. */
static void ftrace_remove(struct bjn_hook *hook)
{
	if (!--nr_installed)
		unregister_ftrace_function(&registration);
	ftrace_set_filter_ip(&registration, hook->site, 1, 0);
}

static int ftrace_again(struct bjn_hook *hook)
{
	const char *why;

	ftrace_remove(hook);
	return ftrace_install(hook, &why);
}

const struct bjn_hook_method bjn_hook_ftrace = {
	.name = "ftrace",
	.install = ftrace_install,
	.again = ftrace_again,
	.remove = ftrace_remove,
};
