// SPDX-License-Identifier: GPL-2.0
/* The switch: who compiles new programs, idempotent writes, bad values, features one by one. */
#include <dirent.h>
#include <unistd.h>
#include "guest.h"

#define STRESS 200

/* load and run a program; it must be compiled by us exactly when @ours */
static int load_as(bool ours, int value, const char *when)
{
	long before = counters_read().compiled;
	int fd = load_const(value);
	bool runs = runs_ok(fd, value) && prog_jited_len(fd) > 0;
	long by_us = counters_read().compiled - before;

	check(runs, "%s: a program is compiled and runs", when);
	if (is_observer())
		skip("who compiled it", "this module has no emitter for this architecture");
	else
		check(by_us == ours, "%s: it is compiled by %s", when, ours ? MODULE : "the stock JIT");
	return fd;
}

static int switches;

static void count_switch(const char *text, void *arg)
{
	(void)arg;
	switches += strstr(text, MODULE) && (strstr(text, "enabled:") || strstr(text, "disabled:"));
}

static int switches_logged(void)
{
	switches = 0;
	kmsg_each(count_switch, NULL);
	return switches;
}

static void values(void)
{
	static const char *const bad[] = { "2", "maybe", "", "-1", "\n" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		/* a write of no bytes never reaches the kernel */
		if (*bad[i])
			check(file_write(SYSFS "enabled", bad[i]) == -EINVAL, "enabled=%s is EINVAL", bad[i]);
	}
	check(file_num(SYSFS "enabled", -1) == 1, "and changes nothing");
}

static void on_off_on(void)
{
	int a, b, c;

	a = load_as(true, 11, "enabled");
	kmsg_mark();
	check(!file_write(SYSFS "enabled", "0"), "enabled=0 is accepted");
	check(switches_logged() == 1, "one line in the log");
	check(!file_write(SYSFS "enabled", "0") && switches_logged() == 0, "writing it again does nothing");
	check(file_num(SYSFS "enabled", -1) == 0, "enabled reads 0");
	b = load_as(false, 12, "disabled");
	check(runs_ok(a, 11), "the program from before still runs");
	check(!file_write(SYSFS "enabled", "1") && switches_logged() == 1, "enabled=1: one line in the log");
	c = load_as(true, 13, "enabled again");
	check(runs_ok(a, 11) && runs_ok(b, 12), "both older programs still run");
	close(a);
	close(b);
	close(c);
}

static void each_feature(void)
{
	DIR *dir = opendir(SYSFS "features");
	struct dirent *d;
	char path[320];
	int n = 0, good = 0;

	while (dir && (d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		n++;
		snprintf(path, sizeof(path), SYSFS "features/%s", d->d_name);
		if (file_num(path, -1) == 1 && file_write(path, "x") == -EINVAL &&
		    !file_write(path, "0") && file_num(path, -1) == 0 &&
		    !file_write(path, "1") && file_num(path, -1) == 1)
			good++;
		else
			note("feature %s does not switch", d->d_name);
	}
	if (dir)
		closedir(dir);
	if (is_observer())
		check(n == 0, "an observer offers no feature");
	else
		check(n > 0 && good == n, "%d of %d features switch off and on", good, n);
}

static void stress(void)
{
	int bad = 0;

	for (int i = 0; i < STRESS; i++) {
		int fd;

		bad += file_write(SYSFS "enabled", i & 1 ? "1" : "0") != 0;
		fd = load_const(i);
		bad += !runs_ok(fd, i);
		close(fd);
	}
	check(!bad, "%d switches with a program each", STRESS);
}

void suite_toggle(void)
{
	if (!ng_load("", "toggle"))
		return;
	values();
	on_off_on();
	each_feature();
	stress();
	check(!ng_unload(), "rmmod");
	if (!ng_load("enabled=0", "start disabled"))
		return;
	close(load_as(false, 14, "loaded with enabled=0"));
	check(!file_write(SYSFS "enabled", "1"), "enabled=1");
	close(load_as(true, 15, "switched on later"));
	check(!ng_unload(), "rmmod");
}
