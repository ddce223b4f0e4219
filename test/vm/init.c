// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's only process: prepare the machine, run one suite, report over the result channel, end.
 * The channel is a serial port of its own; the console is left to the kernel.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "guest.h"

const struct suite suites[] = {
#define SUITE(name) { #name, suite_##name },
#include "suites.def"
#undef SUITE
	{ NULL, NULL }
};

static void mount_all(void)
{
	static const char *const fs[][2] = {
		{ "devtmpfs", "/dev" }, { "proc", "/proc" }, { "sysfs", "/sys" },
		{ "debugfs", "/sys/kernel/debug" }, { "tracefs", "/sys/kernel/tracing" },
		{ "bpf", "/sys/fs/bpf" }, { "tmpfs", "/tmp" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fs); i++) {
		mkdir(fs[i][1], 0755);
		mount(fs[i][0], fs[i][1], fs[i][0], 0, NULL);
	}
}

/* pci_port() - name of the first ttyS on a PCI card of QEMU (vendor 1b36); false when there is none. */
static bool pci_port(char *name, size_t size)
{
	static const char *const where[] = { "device", "device/../.." };
	char path[96];

	for (int i = 0; i < 32; i++) {
		for (size_t w = 0; w < ARRAY_SIZE(where); w++) {
			snprintf(path, sizeof(path), "/sys/class/tty/ttyS%d/%s/vendor", i, where[w]);
			if (file_has(path, "0x1b36")) {
				snprintf(name, size, "ttyS%d", i);
				return true;
			}
		}
	}
	return false;
}

/* channel_open() - the port that the job names; -1 when it is not there. */
static int channel_open(void)
{
	const char *want = job("CHANNEL", "pci");
	char name[16], path[32];
	struct termios t;
	int fd;

	snprintf(name, sizeof(name), "%s", want);
	if (!strcmp(want, "pci") && !pci_port(name, sizeof(name)))
		return -1;
	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &t))	/* a virtio port is no terminal */
		return fd;
	cfmakeraw(&t);
	cfsetspeed(&t, B115200);
	t.c_cflag |= CLOCAL;
	tcsetattr(fd, TCSANOW, &t);
	return fd;
}

static void console_attach(void)
{
	int fd = open("/dev/console", O_RDWR);

	for (int i = 0; i < 3 && fd >= 0; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}

static void run_suite(const char *name)
{
	for (const struct suite *s = suites; s->name; s++) {
		if (!strcmp(s->name, name)) {
			s->run();
			return;
		}
	}
	check(false, "there is no suite '%s' in the guest", name);
}

/* One or several, separated by commas, of which none loads the module itself. */
static void run_suites(const char *names)
{
	char list[256], *rest = list, *name;

	snprintf(list, sizeof(list), "%s", names);
	while ((name = strsep(&rest, ",")) != NULL)
		run_suite(name);
}

/* sysctl values and, when the run asks for it, our module */
static void prepare(void)
{
	file_write("/proc/sys/kernel/printk", "8 4 1 7");
	file_write("/proc/sys/kernel/printk_devkmsg", "on");
	file_write("/proc/sys/net/core/bpf_jit_enable", "1");
	file_write("/proc/sys/net/core/bpf_jit_harden", job("HARDEN", "0"));
	if (!strcmp(job("LOAD", "no"), "yes"))
		ng_load(job("PARAMS", ""), "start");
}

static void finish(void)
{
	struct counters c = counters_read();

	if (c.compiled >= 0)
		say("compiled=%ld declined=%ld failed=%ld", c.compiled, c.declined, c.failed);
	report_end();
	say("end");
}

/* Each run in a child: a suite that dies must still end with a report. */
static void run_child(int channel)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		report_open(channel);
		leaks_mark();
		prepare();
		run_suites(job("SUITE", "boot"));
		leaks_check();
		finish();
		tcdrain(channel);
		_exit(0);
	}
	while (waitpid(-1, &status, 0) != pid)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		report_open(channel);
		check(false, "the suite ended with status 0x%x", status);
		say("end");
		tcdrain(channel);
	}
}

int main(void)
{
	int channel;

	mount_all();
	console_attach();
	job_read("/job");
	channel = channel_open();
	if (channel < 0)
		printf("init: there is no serial port to report on\n");
	else
		run_child(channel);
	sync();
	reboot(strcmp(job("END", "poweroff"), "reboot") ? RB_POWER_OFF : RB_AUTOBOOT);
	for (;;)
		pause();
}
