// SPDX-License-Identifier: GPL-2.0
/* Modules, the kernel log and the module's counters. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guest.h"

static int kmsg = -1;

int module_load(const char *path, const char *params)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, params, 0))
		err = -errno;
	close(fd);
	return err;
}

int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

bool module_loaded(const char *name)
{
	char path[128];

	/* built-in modules have a directory too, but no initstate */
	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return file_exists(path);
}

void kmsg_mark(void)
{
	if (kmsg < 0)
		kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(kmsg, 0, SEEK_END);
}

void kmsg_each(void (*fn)(const char *text, void *arg), void *arg)
{
	char record[4096], *text;
	ssize_t n;

	for (;;) {
		n = read(kmsg, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE)	/* overwritten meanwhile */
			continue;
		if (n <= 0)
			return;
		record[n] = 0;
		text = strchr(record, ';');
		if (!text)
			continue;
		text[1 + strcspn(text + 1, "\n")] = 0;
		fn(text + 1, arg);
	}
}

struct kmsg_want {
	const char *a, *b;
	bool found;
};

static void kmsg_match(const char *text, void *arg)
{
	struct kmsg_want *want = arg;

	if ((!want->a || strstr(text, want->a)) && (!want->b || strstr(text, want->b)))
		want->found = true;
}

bool kmsg_find(const char *a, const char *b)
{
	struct kmsg_want want = { a, b, false };

	kmsg_each(kmsg_match, &want);
	return want.found;
}

struct counters counters_read(void)
{
	return (struct counters){
		.compiled = file_num(SYSFS "stats/compiled", -1),
		.declined = file_num(SYSFS "stats/declined", -1),
		.failed = file_num(SYSFS "stats/failed", -1),
		.bytes = file_num(SYSFS "stats/bytes", -1),
		.programs = file_num(SYSFS "programs", -1),
	};
}

bool is_observer(void)
{
	char backend[64];

	if (file_read(SYSFS "backend", backend, sizeof(backend)) <= 0)
		return true;
	return !strcmp(backend, "observe") || !strcmp(backend, "none");
}

static void note_message(const char *text, void *arg)
{
	(void)arg;
	if (strstr(text, MODULE))
		note("%s", text);
}

bool ng_load(const char *params, const char *what)
{
	int err;

	kmsg_mark();
	err = module_load(MODULE_KO, params);
	if (err)
		kmsg_each(note_message, NULL);
	return check(!err, "%s: insmod%s%s%s%s", what, *params ? " " : "", params, err ? ": " : "",
		     err ? strerror(-err) : "");
}

int ng_unload(void)
{
	int err = 0;

	for (int i = 0; i < 300; i++) {
		err = module_unload(MODULE);
		if (err != -EAGAIN && err != -EBUSY)
			break;
		usleep(100000);
	}
	return err;
}
