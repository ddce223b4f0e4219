// SPDX-License-Identifier: GPL-2.0
/*
 * Load the module, load and run programs of every kind, let them go, unload the module, and again: CYCLES= times,
 * while another processor goes on loading programs of its own. In the end no memory is missing.
 * ROUNDS= is how many programs of every kind each cycle has: fewer for a kernel that checks all it does. OTHERS=0
 * leaves the other processor idle: there the grace periods of an rmmod would wait a minute for its verifier.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kinds.h"

#define WARM_UP		5	/* cycles before memory is measured: caches, per-CPU chunks */
#define ALLOWED_KB	1536	/* noise; a hundred cycles that lose 256 bytes for each image lose more */

static long meminfo(const char *key)
{
	static char text[8192];
	const char *p;

	if (file_read("/proc/meminfo", text, sizeof(text)) <= 0)
		return 0;
	p = strstr(text, key);
	return p ? strtol(p + strlen(key), NULL, 10) : 0;
}

/* Kilobytes that the kernel holds where a module's programs could leak: slabs, vmalloc, per-CPU memory, page tables. */
static long kernel_kb(void)
{
	return meminfo("SUnreclaim:") + meminfo("VmallocUsed:") + meminfo("Percpu:") + meminfo("PageTables:");
}

/*
 * Somebody else's programs, of whatever JIT is there, made and freed all the time. Their maps go with them: a
 * prog_array would keep programs of ours, and with them the module, for a long time.
 */
static pid_t other_start(long *loaded)
{
	pid_t pid = fork();
	struct maker m;

	if (pid)
		return pid;
	for (uint32_t i = 0;; i++) {
		struct made p;
		uint32_t got;

		if (i % nr_kinds == 0 && maker_init(&m, -1))
			_exit(1);
		p = make(&m, &kinds[i % nr_kinds], i);
		if (p.fd >= 0) {
			if (made_right(&m, &p, &got) != 1 && compiled_by(p.fd) == BY_US)
				_exit(2);
			__atomic_add_fetch(loaded, 1, __ATOMIC_RELAXED);
		}
		unmake(&p);
		if (i % nr_kinds == nr_kinds - 1)
			maker_exit(&m);
		usleep(1000);
	}
}

static bool other_end(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, WNOHANG) == pid) {
		note("the other process ended with status 0x%x", status);
		return false;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return true;
}

/* Programs of every kind that loads; returns how many gave a wrong result. */
static int use(uint32_t n, long *ours)
{
	unsigned int rounds = atoi(job("ROUNDS", "4"));
	struct maker m;
	int wrong = 0;

	if (maker_init(&m, -1))
		return 1;
	for (unsigned int i = 0; i < rounds * nr_kinds; i++) {
		struct made p = make(&m, &kinds[i % nr_kinds], n + i);
		uint32_t got = 0;

		if (p.fd >= 0) {
			if (compiled_by(p.fd) != BY_US) {
				note("%s: not compiled by " MODULE, p.kind->name);
				wrong++;
			}
			if (made_right(&m, &p, &got) != 1) {
				note("%s: %u instead of %u", p.kind->name, got, p.want);
				wrong++;
			}
			++*ours;
		}
		unmake(&p);
	}
	maker_exit(&m);
	return wrong;
}

static bool cycle(int i, long *ours)
{
	int err = module_load(MODULE_KO, ""), wrong;

	if (err) {
		note("cycle %d: insmod: %s", i, strerror(-err));
		return false;
	}
	wrong = use(i * 100, ours);
	/* what the other process loads from here on is stock, so that ours run out */
	file_write(SYSFS "enabled", "0");
	err = ng_unload();
	if (err)
		note("cycle %d: rmmod: %s", i, strerror(-err));
	return !err && !wrong;
}

/* What leaks is lost in both halves, if there are any; a cache or a chunk of per-CPU memory grows once. */
static long lost_kb(long before, long middle, long after)
{
	long first = middle - before, second = after - middle;

	if (!middle)
		return after - before;
	return 2 * (first < second ? first : second);
}

static void check_memory(long before, long middle)
{
	long after;

	/* KASAN keeps what is freed for a while, up to a thirty-second of all memory. */
	if (file_exists("/sys/kernel/debug/kmemleak")) {
		skip("memory", "this kernel holds back freed memory; kmemleak is asked instead");
		return;
	}
	sleep(2);
	after = kernel_kb();
	for (int i = 0; i < 20 && lost_kb(before, middle, after) > ALLOWED_KB; i++) {
		sleep(1);
		after = kernel_kb();
	}
	check(lost_kb(before, middle, after) <= ALLOWED_KB,
	      "memory: %ld KB before, %ld KB in the middle, %ld KB after", before, middle, after);
}

void suite_cycles(void)
{
	int cycles = atoi(job("CYCLES", "100")), good = 0;
	long *loaded = mmap(NULL, sizeof(*loaded), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long ours = 0, before = 0, middle = 0;
	pid_t pid = atoi(job("OTHERS", "1")) ? other_start(loaded) : 0;

	for (int i = 0; i < cycles && good == i; i++) {
		if (i == WARM_UP || cycles <= WARM_UP)
			before = kernel_kb();
		if (i == (WARM_UP + cycles) / 2 && cycles >= 2 * WARM_UP)
			middle = kernel_kb();
		good += cycle(i, &ours);
		if (i % 20 == 19)
			note("%d cycles, %ld KB in the kernel", i + 1, kernel_kb());
	}
	if (pid)
		check(other_end(pid), "the other process loaded %ld programs all the while",
		      __atomic_load_n(loaded, __ATOMIC_RELAXED));
	else
		skip("another process", "OTHERS=0");
	check(good == cycles, "%d of %d cycles with %ld programs of ours, all right", good, cycles, ours);
	check_memory(before, middle);
	check(!module_loaded(MODULE), "the module is gone");
}
