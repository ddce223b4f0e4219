// SPDX-License-Identifier: GPL-2.0
/*
 * Redirection by a kprobe on the first instruction: the only way on MIPS, on
 * arm64 an alternative where ftrace is not wanted.
 *
 * The handler changes the program counter and always returns 1: the probed
 * instruction is never single-stepped. On MIPS, single-stepping goes wrong on a
 * CPU that has seen a probe on a branch, so the stock function is called
 * through a stub with a copy of that instruction.
 */
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/notifier.h>
#include <linux/slab.h>

#include "bjn.h"
#include "hook.h"
#include "kglue-hook.h"

/**
 * struct kprobe_hook - private part of a hook
 * @kp: registration
 * @to: address of the replacement
 */
struct kprobe_hook {
	struct kprobe kp;
	unsigned long to;
};

static int redirect(struct kprobe *kp, struct pt_regs *regs)
{
	struct kprobe_hook *k = container_of(kp, struct kprobe_hook, kp);

	bjn_regs_set_pc(regs, k->to);
	return 1;
}
NOKPROBE_SYMBOL(redirect);

/*
 * A CPU that has hit a breakpoint may find it gone when it looks which one it was,
 * because another CPU removes it. On some machines the kernel cannot tell that from
 * a breakpoint of nobody, an oops. There is nothing to do but to go on.
 */
static int late_break(struct notifier_block *nb, unsigned long what, void *data)
{
	const struct die_args *args = data;
	unsigned long addr = bjn_break_of_nobody(what, args->regs);
	int i;

	bjn_exception_seen(what, args->regs);
	for (i = 0; addr && i < BJN_NR_HOOKS; i++)
		if (bjn_hooks[i].addr == addr)
			return NOTIFY_STOP;
	return NOTIFY_DONE;
}
NOKPROBE_SYMBOL(late_break);

static struct notifier_block *late_notifier;

static int watch(const char **why)
{
	struct notifier_block *nb;
	int err;

	if (late_notifier)
		return 0;
	nb = bjn_notifier_alloc(late_break, why);
	if (!nb)
		return -ENOMEM;
	err = register_die_notifier(nb);
	if (err)
		kfree(nb);
	else
		late_notifier = nb;
	return err;
}

static void unwatch(void)
{
	if (late_notifier)
		unregister_die_notifier(late_notifier);
	kfree(late_notifier);
	late_notifier = NULL;
}

static int kprobe_install(struct bjn_hook *hook, const char **why)
{
	struct kprobe_hook *k;
	int err;

	err = bjn_stub_make(&hook->stock, hook - bjn_hooks, hook->addr, why);
	if (err)
		return err;
	err = watch(why);
	if (err)
		return err;
	k = kzalloc(sizeof(*k), GFP_KERNEL);
	if (!k)
		return -ENOMEM;
	k->to = (unsigned long)hook->replacement;
	k->kp.addr = (kprobe_opcode_t *)hook->addr;
	k->kp.pre_handler = redirect;
	err = register_kprobe(&k->kp);
	if (err) {
		*why = "cannot be probed in this kernel; use a kernel named in the README";
		kfree(k);
		return err;
	}
	hook->priv = k;
	return 0;
}

static int kprobe_again(struct bjn_hook *hook)
{
	struct kprobe_hook *k = hook->priv;
	int err = disable_kprobe(&k->kp);

	return err ?: enable_kprobe(&k->kp);
}

static void kprobe_remove(struct bjn_hook *hook)
{
	struct kprobe_hook *k = hook->priv;

	disable_kprobe(&k->kp);
}

/* All at once: each call waits for a grace period. */
static void kprobe_finish(void)
{
	struct kprobe *probes[BJN_NR_HOOKS];
	struct kprobe_hook *k;
	int i, n = 0;

	for (i = 0; i < BJN_NR_HOOKS; i++) {
		k = bjn_hooks[i].priv;
		if (k)
			probes[n++] = &k->kp;
	}
	unregister_kprobes(probes, n);
	unwatch();
	for (i = 0; i < BJN_NR_HOOKS; i++)
		kfree(bjn_hooks[i].priv);
}

const struct bjn_hook_method bjn_hook_kprobe = {
	.name = "kprobe",
	.install = kprobe_install,
	.again = kprobe_again,
	.remove = kprobe_remove,
	.finish = kprobe_finish,
};
