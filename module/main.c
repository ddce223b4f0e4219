// SPDX-License-Identifier: GPL-2.0
/*
 * bpfjit_ng: order of init and exit, parameters.
 *
 * A module whose init fails is freed even when programs of it are alive.
 * Therefore nothing is compiled by us and no feature is offered until nothing
 * can fail any more: the switches are set last.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "bjn.h"
#include "compat/features.h"
#include "glue.h"

/* Until all have been asked the stock JIT has everything: no program needs us yet. */
struct bjn_state bjn = { .stock = ~0ull };

static bool enabled = true;
module_param(enabled, bool, 0444);
MODULE_PARM_DESC(enabled, "compile new programs from the start (default: 1)");

static char *disable = "";
module_param(disable, charp, 0444);
MODULE_PARM_DESC(disable, "features that stay off, separated by commas");

static DEFINE_MUTEX(switch_lock);	/* who changes them */
static DEFINE_SPINLOCK(now_lock);	/* they belong together */

static const char *const feature_names[BJN_NR_FEATURES] = {
#define BJN_FEATURE(id, name, what) \
	[BJN_F_##id] = #name,
#include "core/features.def"
#undef BJN_FEATURE
};

/**
 * bjn_feature_name - name of a feature as shown to the user
 * @f: feature
 */
const char *bjn_feature_name(enum bjn_feature f)
{
	return feature_names[f];
}

static int find_feature(const char *name)
{
	int f;

	for (f = 0; f < BJN_NR_FEATURES; f++) {
		if (!strcmp(name, feature_names[f]))
			return f;
	}
	return -EINVAL;
}

static int parse_disable(void)
{
	char *copy = kstrdup(disable, GFP_KERNEL);
	char *rest = copy;
	char *name;
	int f = 0;

	if (!copy)
		return -ENOMEM;
	while (f >= 0 && (name = strsep(&rest, ",")) != NULL) {
		if (!*name)
			continue;
		f = find_feature(name);
		if (f >= 0)
			bjn.now.disabled |= 1ull << f;
		else
			pr_err("not loaded: disable=%s is no feature; modinfo and the README list them\n",
			       name);
	}
	kfree(copy);
	return f < 0 ? f : 0;
}

/* Change the switches; loads that have begun go on as they began (load.c). */
static void apply(bool on, u64 disabled)
{
	spin_lock(&now_lock);
	WRITE_ONCE(bjn.now.enabled, on);
	WRITE_ONCE(bjn.now.disabled, disabled);
	bjn.now.offered = on ? bjn.possible & ~disabled : 0;
	spin_unlock(&now_lock);
}

/**
 * bjn_switches_read - the switches as they are now
 * @s: filled in, all from the same moment
 */
void bjn_switches_read(struct bjn_switches *s)
{
	spin_lock(&now_lock);
	*s = bjn.now;
	spin_unlock(&now_lock);
}

/**
 * bjn_set_enabled - switch on or off who compiles new programs
 * @on: we do; otherwise the stock JIT does. Living programs stay what they are.
 *
 * Return: 0; setting what is already set does nothing.
 */
int bjn_set_enabled(bool on)
{
	mutex_lock(&switch_lock);
	if (bjn.now.enabled != on) {
		apply(on, bjn.now.disabled);
		pr_info_ratelimited("%s: new programs are compiled by %s\n", on ? "enabled" : "disabled",
			on && bjn.be ? bjn.be->name : "the stock JIT");
	}
	mutex_unlock(&switch_lock);
	return 0;
}

/**
 * bjn_set_feature - switch a feature on or off for programs to come
 * @f: feature, a possible one
 * @on: offer it to the verifier
 */
void bjn_set_feature(enum bjn_feature f, bool on)
{
	u64 bit = 1ull << f;

	mutex_lock(&switch_lock);
	if (!(bjn.now.disabled & bit) != on) {
		apply(bjn.now.enabled, on ? bjn.now.disabled & ~bit : bjn.now.disabled | bit);
		pr_info_ratelimited("feature %s is %s\n", feature_names[f], on ? "on" : "off");
	}
	mutex_unlock(&switch_lock);
}

/**
 * bjn_feature_missing - why is a feature not offered?
 * @f: feature
 *
 * Return: phrase, or NULL when it is on.
 */
const char *bjn_feature_missing(enum bjn_feature f)
{
	u64 bit = 1ull << f;

	if (!bjn.be)
		return "no back end for this CPU";
	if (!(bjn.be->features & bit) && f == BJN_F_TRAMPOLINES)
		return "left to the stock JIT";
	if (!(bjn.be->features & bit))
		return "not implemented by the back end";
	if (!(bjn.possible & bit))
		return "not supported by this kernel or CPU";
	if (READ_ONCE(bjn.now.disabled) & bit)
		return "switched off by the user";
	if (!READ_ONCE(bjn.now.enabled))
		return "the module is disabled";
	return NULL;
}

static int detect(void)
{
	int err;

	/* The glue takes away what this CPU cannot do. */
	bjn.env.features = bjn_kernel_features();
	err = bjn_glue_detect(&bjn.be, &bjn.env);
	if (err)
		return err;
	bjn.possible = bjn.be ? bjn.be->features & bjn.env.features : 0;
	bjn.env.features = bjn.possible;
	return 0;
}

static void announce(void)
{
	char list[256] = "";
	size_t len = 0;
	unsigned int present;
	unsigned int installed = bjn_hook_count(&present);
	int f;

	for (f = 0; f < BJN_NR_FEATURES; f++) {
		if (bjn.possible & ~bjn.now.disabled & 1ull << f)
			len += scnprintf(list + len, sizeof(list) - len, " %s", feature_names[f]);
	}
	pr_info("version %s, back end %s, hooks %u/%u by %s, %s, features:%s\n", BJN_VERSION,
		bjn.be ? bjn.be->name : "none", installed, present, bjn_hook_method_name(),
		bjn.now.enabled ? "enabled" : "disabled", len ? list : " none");
}

static int __init bjn_init(void)
{
	int err;

	err = parse_disable();
	if (err)
		return err;
	err = bjn_ksym_init();
	if (err)
		return err;
	err = detect();
	if (err)
		return err;
	err = bjn_prog_init();
	if (err)
		return err;
	err = bjn_hook_install();
	if (err)
		goto err_prog;
	err = bjn_sysfs_init();
	if (err)
		goto err_hook;
	bjn_debugfs_init();

	bjn_hook_note_stock();
	apply(enabled, bjn.now.disabled);
	announce();
	return 0;

err_hook:
	bjn_hook_remove();
err_prog:
	bjn_prog_exit();
	return err;
}

/* No program of ours is alive: each of them holds a reference. */
static void __exit bjn_exit(void)
{
	bjn_debugfs_exit();
	bjn_sysfs_exit();
	apply(false, bjn.now.disabled);
	bjn_hook_remove();
	bjn_prog_exit();
	pr_info("unloaded\n");
}

module_init(bjn_init);
module_exit(bjn_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("The BPF JIT, next generation, for LoongArch, arm64 and MIPS");
MODULE_VERSION(BJN_VERSION);
