// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/bpfjit_ng: one value per file. Writing what is already set does
 * nothing, a value that is no boolean is -EINVAL.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/sysfs.h>

#include "bjn.h"

static struct kobject *root;

static ssize_t enabled_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(bjn.now.enabled));
}

static ssize_t enabled_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	bool on;
	int err = kstrtobool(buf, &on);

	if (!err)
		err = bjn_set_enabled(on);
	return err ? err : count;
}

static ssize_t backend_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", bjn.be ? bjn.be->name : "none");
}

static ssize_t programs_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%lld\n", (long long)atomic64_read(&bjn_stats.programs));
}

static struct kobj_attribute enabled_attr = __ATTR_RW(enabled);
static struct kobj_attribute backend_attr = __ATTR_RO(backend);
static struct kobj_attribute programs_attr = __ATTR_RO(programs);

static struct attribute *root_attrs[] = {
	&enabled_attr.attr,
	&backend_attr.attr,
	&programs_attr.attr,
	NULL,
};

static const struct attribute_group root_group = {
	.attrs = root_attrs,
};

/**
 * struct stat_attr - a counter
 * @kattr: attribute
 * @value: what it shows
 */
struct stat_attr {
	struct kobj_attribute kattr;
	atomic64_t *value;
};

static ssize_t stat_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	struct stat_attr *s = container_of(attr, struct stat_attr, kattr);

	return sysfs_emit(buf, "%lld\n", (long long)atomic64_read(s->value));
}

#define STAT(name) \
	static struct stat_attr stat_##name = { \
		.kattr = __ATTR(name, 0444, stat_show, NULL), \
		.value = &bjn_stats.name, \
	}

STAT(compiled);
STAT(declined);
STAT(failed);
STAT(bytes);

static struct attribute *stat_attrs[] = {
	&stat_compiled.kattr.attr,
	&stat_declined.kattr.attr,
	&stat_failed.kattr.attr,
	&stat_bytes.kattr.attr,
	NULL,
};

static const struct attribute_group stat_group = {
	.name = "stats",
	.attrs = stat_attrs,
};

static struct kobj_attribute feature_kattr[BJN_NR_FEATURES];

static enum bjn_feature feature_of(const struct kobj_attribute *attr)
{
	return attr - feature_kattr;
}

static ssize_t feature_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  !(READ_ONCE(bjn.now.disabled) & 1ull << feature_of(attr)));
}

static ssize_t feature_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	bool on;
	int err = kstrtobool(buf, &on);

	if (err)
		return err;
	bjn_set_feature(feature_of(attr), on);
	return count;
}

static struct kobj_attribute feature_kattr[BJN_NR_FEATURES] = {
#define BJN_FEATURE(id, name, what) \
	[BJN_F_##id] = __ATTR(name, 0644, feature_show, feature_store),
#include "core/features.def"
#undef BJN_FEATURE
};

static struct attribute *feature_attrs[] = {
#define BJN_FEATURE(id, name, what) &feature_kattr[BJN_F_##id].attr,
#include "core/features.def"
#undef BJN_FEATURE
	NULL,
};

/* A feature that this machine cannot have has no file. */
static umode_t feature_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	return bjn.possible & 1ull << n ? attr->mode : 0;
}

static const struct attribute_group feature_group = {
	.name = "features",
	.attrs = feature_attrs,
	.is_visible = feature_visible,
};

static const struct attribute_group *groups[] = {
	&root_group,
	&stat_group,
	&feature_group,
	NULL,
};

/**
 * bjn_sysfs_init - create the files
 *
 * Return: 0, or a negative errno after logging one line.
 */
int bjn_sysfs_init(void)
{
	int err = -ENOMEM;

	root = kobject_create_and_add(KBUILD_MODNAME, kernel_kobj);
	if (root)
		err = sysfs_create_groups(root, groups);
	if (err) {
		pr_err("not loaded: /sys/kernel/%s cannot be created (error %d); is another copy of this module loaded?\n",
		       KBUILD_MODNAME, err);
		kobject_put(root);
	}
	return err;
}

/**
 * bjn_sysfs_exit - remove the files; nobody is inside them afterwards
 */
void bjn_sysfs_exit(void)
{
	sysfs_remove_groups(root, groups);
	kobject_put(root);
}
