// SPDX-License-Identifier: GPL-2.0
/*
 * Overriding functions of the kernel: all or nothing, and with proof.
 *
 * The functions that register a redirection have been seen to return 0 without
 * redirecting anything, so each hook is proved by a call that must arrive.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "bjn.h"
#include "hook.h"

static char *hook = "auto";
module_param(hook, charp, 0444);
MODULE_PARM_DESC(hook, "how to redirect functions of the kernel: auto, ftrace or kprobe");

/* The first one is what "auto" means. */
static const struct bjn_hook_method *const methods[] = {
#ifdef BJN_HOOK_FTRACE
	&bjn_hook_ftrace,
#endif
#ifdef BJN_HOOK_KPROBE
	&bjn_hook_kprobe,
#endif
};

static const struct bjn_hook_method *method;

static int choose_method(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(methods); i++) {
		if (!strcmp(hook, "auto") || !strcmp(hook, methods[i]->name)) {
			method = methods[i];
			return 0;
		}
	}
	if (!strcmp(hook, "ftrace") || !strcmp(hook, "kprobe"))
		pr_err("not loaded: hook=%s does not work on this architecture; use hook=auto\n",
		       hook);
	else
		pr_err("not loaded: hook=%s is unknown; use auto, ftrace or kprobe\n", hook);
	return -EINVAL;
}

/* Before anything is touched: is everything there? */
static int find_functions(void)
{
	struct bjn_hook *h;

	for (h = bjn_hooks; h < bjn_hooks + BJN_NR_HOOKS; h++) {
		h->addr = bjn_ksym_lookup(h->name);
		if (!h->addr && h->need == BJN_HOOK_REQUIRED) {
			pr_err("not loaded: this kernel has no function %s; use a kernel named in the README\n",
			       h->name);
			return -ENOENT;
		}
	}
	return 0;
}

/*
 * A processor that runs the function while its code is being changed may go on
 * with the old code. QEMU, which translates code, may do that for good: it drops
 * the translation before the store and not after. Then the change is made once
 * more.
 */
static bool prove(struct bjn_hook *h)
{
	int tries = 3;

	while (!bjn_hook_prove(h)) {
		if (!--tries)
			return false;
		pr_notice("a test call of %s was not redirected, it is hooked again\n", h->name);
		h->installed = !method->again(h);
		if (!h->installed)
			return false;
	}
	return true;
}

static int install_one(struct bjn_hook *h)
{
	const char *why = "cannot be redirected";
	int err;

	err = method->install(h, &why);
	if (err && h->need == BJN_HOOK_EXTRA) {
		pr_info("%s %s (%s, error %d); it stays as it is\n", h->name, why, method->name,
			err);
		return 0;
	}
	if (err) {
		pr_err("not loaded: %s %s (%s, error %d)\n", h->name, why, method->name, err);
		return err;
	}
	h->installed = true;
	if (!prove(h)) {
		pr_err("not loaded: a test call of %s was not redirected by %s; please report the kernel version\n",
		       h->name, method->name);
		return -ENXIO;
	}
	return 0;
}

/**
 * bjn_hook_note_stock - the module stays: what has the stock JIT?
 *
 * To be called when nothing can fail any more, because a program that needs us
 * is compiled by us even while we are switched off.
 */
void bjn_hook_note_stock(void)
{
	struct bjn_hook *h;
	u64 stock = 0;

	for (h = bjn_hooks; h < bjn_hooks + BJN_NR_HOOKS; h++)
		stock |= h->yes ? h->feature : 0;
	WRITE_ONCE(bjn.stock, stock);
}

/**
 * bjn_hook_install - redirect every function in hooks.def
 *
 * Return: 0, or a negative errno after logging one line; then nothing is left
 * redirected.
 */
int bjn_hook_install(void)
{
	struct bjn_hook *h;
	int err;

	err = choose_method();
	if (!err)
		err = find_functions();
	for (h = bjn_hooks; !err && h < bjn_hooks + BJN_NR_HOOKS; h++) {
		if (h->addr)
			err = install_one(h);
	}
	if (err)
		bjn_hook_remove();
	return err;
}

/* Remove the hooks from @last down to @first. */
static void remove_range(int first, int last)
{
	bool any = false;
	int i;

	for (i = last; i >= first; i--) {
		if (!bjn_hooks[i].installed)
			continue;
		method->remove(&bjn_hooks[i]);
		bjn_hooks[i].installed = false;
		any = true;
	}
	if (any)
		bjn_replace_drain();
}

/**
 * bjn_hook_remove - give every function back and wait until nobody is inside
 *
 * The compiler goes when no program that was verified with our answers can be
 * on its way to it any more.
 */
void bjn_hook_remove(void)
{
	remove_range(BJN_HOOK_bpf_check + 1, BJN_NR_HOOKS - 1);
	remove_range(0, BJN_HOOK_bpf_check);
	if (method && method->finish)
		method->finish();
}

/**
 * bjn_hook_count - how many functions are redirected?
 * @present: how many of them this kernel has
 *
 * Return: number of installed hooks.
 */
unsigned int bjn_hook_count(unsigned int *present)
{
	unsigned int installed = 0;
	struct bjn_hook *h;

	*present = 0;
	for (h = bjn_hooks; h < bjn_hooks + BJN_NR_HOOKS; h++) {
		*present += !!h->addr;
		installed += h->installed;
	}
	return installed;
}

/**
 * bjn_hook_method_name - how are they redirected?
 */
const char *bjn_hook_method_name(void)
{
	return method->name;
}

/**
 * bjn_hook_show - one line per function for debugfs
 * @m: where to print
 * @v: unused
 */
int bjn_hook_show(struct seq_file *m, void *v)
{
	struct bjn_hook *h;

	for (h = bjn_hooks; h < bjn_hooks + BJN_NR_HOOKS; h++)
		seq_printf(m, "%s method=%s hits=%lld\n", h->name,
			   h->installed ? method->name : "absent",
			   (long long)atomic64_read(&h->hits));
	return 0;
}
