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
#include <linux/slab.h>

#include "bjn.h"
#include "hook.h"
#include "kglue-hook.h"

/**
 * struct ftrace_hook - private part of a hook
 * @ops: registration
 * @to: address of the replacement
 */
struct ftrace_hook {
	struct ftrace_ops ops;
	unsigned long to;
};

static void notrace redirect(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	struct ftrace_hook *f = container_of(ops, struct ftrace_hook, ops);

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_ARGS
	ftrace_regs_set_instruction_pointer(fregs, f->to);
#else
	instruction_pointer_set(ftrace_get_regs(fregs), f->to);
#endif
}

static unsigned long ops_flags(void)
{
	unsigned long flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_DYNAMIC |
			      FTRACE_OPS_FL_PERMANENT;

	/* Without WITH_ARGS only a full set of registers can be changed. */
	if (!IS_ENABLED(CONFIG_DYNAMIC_FTRACE_WITH_ARGS))
		flags |= FTRACE_OPS_FL_SAVE_REGS;
	return flags;
}

static const char *reason(int err)
{
	switch (err) {
	case -EBUSY:
		return "is redirected by somebody else, such as a live patch or another copy of this module; unload that first";
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
	unsigned long site = bjn_ftrace_site(hook->addr);
	struct ftrace_hook *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int err;

	if (!f)
		return -ENOMEM;
	f->to = (unsigned long)hook->replacement;
	f->ops.func = redirect;
	f->ops.flags = ops_flags();
	hook->stock = bjn_ftrace_stock(hook->addr);
	hook->priv = f;

	err = ftrace_set_filter_ip(&f->ops, site, 0, 0);
	if (err) {
		*why = reason(err);
		return err;
	}
	err = register_ftrace_function(&f->ops);
	if (err) {
		*why = reason(err);
		ftrace_set_filter_ip(&f->ops, site, 1, 0);
	}
	return err;
}

static void ftrace_remove(struct bjn_hook *hook)
{
	struct ftrace_hook *f = hook->priv;

	unregister_ftrace_function(&f->ops);
	ftrace_set_filter_ip(&f->ops, bjn_ftrace_site(hook->addr), 1, 0);
}

const struct bjn_hook_method bjn_hook_ftrace = {
	.name = "ftrace",
	.install = ftrace_install,
	.remove = ftrace_remove,
};
