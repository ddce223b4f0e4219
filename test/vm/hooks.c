// SPDX-License-Identifier: GPL-2.0
/* Every hook is proved at load, really redirects, and goes away without a trace. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "guest.h"

#define CYCLES		20
#define MAX_HOOKS	64
/* more than 32-bit MIPS maps by one entry of a page directory, 4 MB, in pieces as it aligns them: no gaps */
#define FILLERS		100
#define FILLER_SIZE	(62 * 4096)

struct hook_line {
	char name[64];
	char method[16];
	long hits;
};

/* parse debugfs hooks; returns the number of lines */
static int hooks_read(struct hook_line *h)
{
	static char buf[16384];
	char *line, *save = NULL;
	int n = 0;

	if (file_read(DEBUGFS "hooks", buf, sizeof(buf)) <= 0)
		return 0;
	for (line = strtok_r(buf, "\n", &save); line && n < MAX_HOOKS; line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "%63s method=%15s hits=%ld", h[n].name, h[n].method, &h[n].hits) == 3)
			n++;
	return n;
}

static long hits_of(const char *name)
{
	struct hook_line h[MAX_HOOKS];
	int n = hooks_read(h);

	for (int i = 0; i < n; i++)
		if (!strcmp(h[i].name, name))
			return h[i].hits;
	return -1;
}

/* every present hook has had its canary call; counts them */
static bool hooks_proved(int *present)
{
	struct hook_line h[MAX_HOOKS];
	int n = hooks_read(h), bad = 0;

	*present = 0;
	for (int i = 0; i < n; i++) {
		if (!strcmp(h[i].method, "absent"))
			continue;
		++*present;
		if (h[i].hits < 1) {
			note("%s has never been hit", h[i].name);
			bad++;
		}
	}
	return *present > 0 && !bad;
}

static void list_hooks(void)
{
	struct hook_line h[MAX_HOOKS];
	int n = hooks_read(h);

	for (int i = 0; i < n; i++)
		note("%s %s hits=%ld", h[i].name, h[i].method, h[i].hits);
}

static void first_load(void)
{
	long before, freed;
	int present = 0, fd;

	if (!ng_load(job("PARAMS", ""), "hooks"))
		return;
	list_hooks();
	check(hooks_proved(&present), "%d hooks, each proved by a call", present);
	before = hits_of("bpf_int_jit_compile");
	freed = hits_of("bpf_jit_free");
	fd = load_const(7);
	check(runs_ok(fd, 7), "a program runs with the hooks in place");
	check(prog_jited_len(fd) > 0, "and is compiled");
	check(hits_of("bpf_int_jit_compile") > before, "the compile hook saw it");
	close(fd);
	for (int i = 0; i < 40 && hits_of("bpf_jit_free") <= freed; i++)
		usleep(50000);
	check(hits_of("bpf_jit_free") > freed, "the free hook saw it go");
}

/* ftrace hooks must not be lost when somebody switches ftrace off */
static void ftrace_off(void)
{
	struct hook_line h[MAX_HOOKS];
	long before = hits_of("bpf_int_jit_compile");
	int fd, err;

	if (!hooks_read(h) || strcmp(h[0].method, "ftrace")) {
		skip("kernel.ftrace_enabled=0 is refused", "not hooked by ftrace");
		return;
	}
	/* since Linux 7.3 the file no longer disables anything */
	err = file_write("/proc/sys/kernel/ftrace_enabled", "0");
	check(err == -EBUSY || err == -EOPNOTSUPP, "kernel.ftrace_enabled=0 is refused: %s",
	      strerror(-err));
	fd = load_const(8);
	check(runs_ok(fd, 8) && hits_of("bpf_int_jit_compile") > before, "and the hooks still work");
	close(fd);
}

static void nothing_left(void)
{
	int fd;

	check(!module_loaded(MODULE), "the module is gone");
	check(!file_has("/sys/kernel/debug/tracing/enabled_functions", "bpf_int_jit_compile") &&
	      !file_has("/sys/kernel/debug/kprobes/list", "bpf_int_jit_compile"), "no hook is left");
	check(!file_exists("/sys/kernel/bpfjit_ng") && !file_exists("/sys/kernel/debug/bpfjit_ng"),
	      "no file is left");
	fd = load_const(9);
	check(runs_ok(fd, 9) && prog_jited_len(fd) > 0, "the stock JIT compiles");
	close(fd);
}

static void unload(void)
{
	int err = ng_unload();

	check(!err, "rmmod%s%s", err ? ": " : "", err ? strerror(-err) : "");
	nothing_left();
}

static void bad_parameter(const char *params, const char *word)
{
	int err;

	kmsg_mark();
	err = module_load(MODULE_KO, params);
	check(err < 0 && kmsg_find(MODULE, word) && !module_loaded(MODULE),
	      "insmod %s fails and the log names %s", params, word);
	if (!err)
		ng_unload();
}

/*
 * Another process that loads and runs programs all the time; returns its pid. It gives the kernel time to
 * free them: a slow machine would otherwise have thousands waiting, each with a hold on the module.
 */
static pid_t churn_start(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (int i = 0;; i++) {
		int fd = load_const(i & 0xffff);
		uint32_t got = 0;

		if (fd < 0 || prog_run(fd, &got) || got != (uint32_t)(i & 0xffff))
			_exit(1);
		close(fd);
		usleep(2000);
	}
}

static bool churn_end(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WNOHANG) == pid)
		return false;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return true;
}

static void cycles(void)
{
	int good = 0, unloaded = 0, present;
	pid_t pid = churn_start();

	for (int i = 0; i < CYCLES; i++) {
		int err = module_load(MODULE_KO, job("PARAMS", ""));

		if (err) {
			note("cycle %d: insmod: %s", i, strerror(-err));
			break;
		}
		good += hooks_proved(&present);
		usleep(20000);
		/* new programs are stock from here on, so that ours run out */
		file_write(SYSFS "enabled", "0");
		err = ng_unload();
		if (err) {
			note("cycle %d: rmmod: %s", i, strerror(-err));
			break;
		}
		unloaded++;
	}
	check(churn_end(pid), "programs loaded and ran all the time");
	check(good == CYCLES && unloaded == CYCLES, "%d of %d times insmod and rmmod under load", unloaded,
	      CYCLES);
}

/* Take many page faults when @fd says so, then go through the hooks. */
static pid_t faults_start(int fd)
{
	size_t size = 1024 * (size_t)getpagesize();
	pid_t pid = fork();
	char go, *p;
	int prog;

	if (pid)
		return pid;
	if (read(fd, &go, 1) != 1)
		_exit(1);
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; p != MAP_FAILED && i < size; i += (size_t)getpagesize())
		p[i] = 1;
	prog = load_const(5);
	_exit(p == MAP_FAILED || !runs_ok(prog, 5));
}

/* Maps that leave no room for a module where there were modules before. */
static int fill(int *fd)
{
	int n = 0;

	while (n < FILLERS && (fd[n] = map_create_mmapable(FILLER_SIZE)) >= 0)
		n++;
	return n;
}

/*
 * A process that is older than the part of the kernel's address space that the module lies in: on 32-bit MIPS it
 * does not know that part, and what it calls there on a page fault must not need it.
 */
static void older_process(void)
{
	int fd[FILLERS], pipes[2], status = -1, n;
	pid_t pid;

	if (!check(!pipe(pipes), "a pipe"))
		return;
	pid = faults_start(pipes[0]);
	if (!check(pid > 0, "a process"))
		return;
	n = fill(fd);
	check(n == FILLERS, "%d maps of %d bytes in front of the module", n, FILLER_SIZE);
	if (ng_load(job("PARAMS", ""), "behind what an older process knows")) {
		check(write(pipes[1], "", 1) == 1 && waitpid(pid, &status, 0) == pid && !status,
		      "an older process goes through its page faults and the hooks");
		check(!ng_unload(), "rmmod");
	} else {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	while (n--)
		close(fd[n]);
	close(pipes[0]);
	close(pipes[1]);
}

void suite_hooks(void)
{
	older_process();
	first_load();
	ftrace_off();
	unload();
	bad_parameter("hook=nonsense", "hook=nonsense");
	bad_parameter("disable=nonsense", "disable=nonsense");
	cycles();
	nothing_left();
}
