// SPDX-License-Identifier: GPL-2.0
/*
 * Functions of the kernel that are not exported, resolved once at load.
 *
 * kallsyms_lookup_name() is itself not exported, but a kprobe looks up names
 * for us. The probe is registered disabled: nothing is ever patched.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>

#include "bjn.h"
#include "ksym.h"

struct bjn_ksym bjn_ksym;

static unsigned long (*lookup_name)(const char *name);

static const struct {
	const char *name;
	size_t offset;
} ksyms[] = {
#define BJN_KSYM(name) { #name, offsetof(struct bjn_ksym, name) },
#include "ksyms.def"
#undef BJN_KSYM
};

/**
 * bjn_ksym_lookup - address of a symbol of the kernel
 * @name: name; data is found only by a kernel with KALLSYMS_ALL
 *
 * Return: address, or 0 when there is no such symbol.
 */
unsigned long bjn_ksym_lookup(const char *name)
{
	if (bjn_sabotage_symbol(name))
		return 0;
	return lookup_name(name);
}

/**
 * bjn_ksym_init - resolve everything in ksyms.def, all or nothing
 *
 * Return: 0, -ENOENT when a function is missing (its name is logged), or the
 * error of register_kprobe().
 */
int bjn_ksym_init(void)
{
	struct kprobe kp = {
		.symbol_name = "kallsyms_lookup_name",
		.flags = KPROBE_FLAG_DISABLED,
	};
	unsigned long addr;
	unsigned int i;
	int err;

	err = register_kprobe(&kp);
	if (err) {
		pr_err("not loaded: a kprobe cannot find kallsyms_lookup_name (error %d); use a kernel with CONFIG_KPROBES and CONFIG_KALLSYMS\n",
		       err);
		return err;
	}
	lookup_name = (void *)kp.addr;
	unregister_kprobe(&kp);

	for (i = 0; i < ARRAY_SIZE(ksyms); i++) {
		addr = bjn_ksym_lookup(ksyms[i].name);
		if (!addr) {
			pr_err("not loaded: this kernel has no function %s; use a kernel named in the README\n",
			       ksyms[i].name);
			return -ENOENT;
		}
		*(unsigned long *)((void *)&bjn_ksym + ksyms[i].offset) = addr;
	}
	return 0;
}
