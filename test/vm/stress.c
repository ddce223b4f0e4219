// SPDX-License-Identifier: GPL-2.0
/*
 * The switch against two processors that load and run programs of every kind. One process writes to "enabled" every
 * millisecond, and now and then to the features; two others make programs, ask who compiled them, run them,
 * compare the result, keep some, run those again much later and let them go.
 *
 * First each kind is tried with the switch at rest, on and off. That tells what to expect: a kind that loads
 * either way must always load; one that only we can compile may be refused, but never run wrongly.
 * SECONDS= is the length of the run, SEED= makes it start elsewhere.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "kinds.h"

#define WORKERS		2
#define KEPT		12
#define MAX_KINDS	24
#define FLIPS_A_FEATURE	64	/* flips of the switch between two of a feature */
#define ENABLED		SYSFS "enabled"

/* what is known about a kind before the switch begins to move */
static struct expectation {
	bool ours, stock;	/* loads with the switch on, off */
	bool stock_right;	/* the stock JIT's result is right */
} expect[MAX_KINDS];

/* counted by all processes */
static struct tally {
	bool stop;
	long flips, feature_flips, runs, wrong, betrayed, refused_wrongly, errors;
	long loads[MAX_KINDS][NR_COMPILERS], refused[MAX_KINDS];
} *tally;

static void count(long *n)
{
	__atomic_add_fetch(n, 1, __ATOMIC_RELAXED);
}

static bool stopped(void)
{
	return __atomic_load_n(&tally->stop, __ATOMIC_RELAXED);
}

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return *state >> 33;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % sysconf(_SC_NPROCESSORS_ONLN), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Try one kind with the switch at rest; returns whether it loads. */
static bool try_kind(struct maker *m, unsigned int k, bool on, bool *right)
{
	struct made p = make(m, &kinds[k], 1000 + k);
	enum compiler who;
	uint32_t got = 0;
	int ret;

	*right = false;
	if (p.fd < 0)
		return false;
	who = compiled_by(p.fd);
	ret = made_right(m, &p, &got);
	*right = ret == 1;
	if (on)
		check(who == BY_US && ret == 1, "%s: compiled by " MODULE " and right", kinds[k].name);
	else
		check(who == BY_STOCK || who == BY_NOBODY, "%s: left to the stock kernel when off",
		      kinds[k].name);
	if (ret != 1)
		note("%s: %s, %u instead of %u", kinds[k].name, ret < 0 ? strerror(-ret) : "ran", got, p.want);
	unmake(&p);
	return true;
}

static void learn(struct maker *m)
{
	bool right;

	for (unsigned int k = 0; k < nr_kinds; k++) {
		struct expectation *e = &expect[k];

		file_write(ENABLED, "0");
		e->stock = try_kind(m, k, false, &e->stock_right);
		file_write(ENABLED, "1");
		e->ours = try_kind(m, k, true, &right);
		if (!e->ours && e->stock)
			check(false, "%s loads with us as it does without: %.200s", kinds[k].name, prog_log());
		if (!e->ours && !e->stock)
			skip(kinds[k].name, "neither this kernel nor " MODULE " can do it here");
	}
}

/* What the verifier says to a program that it does not want; 524 is ENOTSUPP of the kernel. */
static bool is_refusal(int err)
{
	return err == -EINVAL || err == -EACCES || err == -EFAULT || err == -EOPNOTSUPP || err == -524;
}

static void run_made(struct maker *m, const struct made *p, unsigned int k, enum compiler who, const char *when)
{
	uint32_t got = 0;
	int ret = made_right(m, p, &got);

	count(&tally->runs);
	if (ret == 1 || (who != BY_US && !expect[k].stock_right))
		return;
	count(&tally->wrong);
	note("%s, %s: %s, %u instead of %u, compiler %d", kinds[k].name, when, ret < 0 ? strerror(-ret) : "ran",
	     got, p->want, who);
}

/* The end of the verifier's words says why. */
static const char *last_words(void)
{
	size_t len = strlen(prog_log());

	return prog_log() + (len > 400 ? len - 400 : 0);
}

/* Load one; false when there is none to keep. */
static bool load_one(struct maker *m, unsigned int k, uint32_t n, struct made *p, enum compiler *who)
{
	*p = make(m, &kinds[k], n);
	if (p->fd < 0) {
		count(&tally->refused[k]);
		if (expect[k].stock || !is_refusal(p->fd)) {
			count(&tally->refused_wrongly);
			note("%s: %s; %s", kinds[k].name, strerror(-p->fd), last_words());
		}
		unmake(p);
		return false;
	}
	*who = compiled_by(p->fd);
	count(&tally->loads[k][*who]);
	if (*who == BY_STOCK && !expect[k].stock)
		count(&tally->betrayed);
	return true;
}

struct keeper {
	struct made p;
	enum compiler who;
};

static void worker(int id, int shared, uint64_t random)
{
	struct keeper kept[KEPT] = { 0 };
	struct maker m;

	pin(id);
	if (maker_init(&m, shared)) {
		count(&tally->errors);
		note("worker %d cannot make its maps", id);
		return;
	}
	for (unsigned int i = 0; !stopped(); i++) {
		unsigned int k = i % nr_kinds, at = next_random(&random) % KEPT;
		struct keeper *old = &kept[at], new;

		if (expect[k].ours && load_one(&m, k, next_random(&random), &new.p, &new.who)) {
			run_made(&m, &new.p, k, new.who, "new");
			if (old->p.kind) {
				run_made(&m, &old->p, old->p.kind - kinds, old->who, "kept");
				unmake(&old->p);
			}
			*old = new;
		}
		old = &kept[next_random(&random) % KEPT];
		if (old->p.kind)
			run_made(&m, &old->p, old->p.kind - kinds, old->who, "again");
	}
	for (unsigned int i = 0; i < KEPT; i++)
		if (kept[i].p.kind)
			unmake(&kept[i].p);
	maker_exit(&m);
}

static int list_features(char (*path)[96], int max)
{
	DIR *dir = opendir(SYSFS "features");
	struct dirent *d;
	int n = 0;

	while (dir && n < max && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			snprintf(path[n++], 96, SYSFS "features/%.60s", d->d_name);
	if (dir)
		closedir(dir);
	return n;
}

static void flipper(void)
{
	static char feature[32][96];
	int n = list_features(feature, ARRAY_SIZE(feature)), f = 0;

	for (long i = 0; !stopped(); i++) {
		if (file_write(ENABLED, i & 1 ? "1" : "0"))
			count(&tally->errors);
		count(&tally->flips);
		if (n && i % FLIPS_A_FEATURE == 0) {
			/* off now, on at the next but one */
			if (file_write(feature[f / 2 % n], f & 1 ? "1" : "0"))
				count(&tally->errors);
			count(&tally->feature_flips);
			f++;
		}
		usleep(1000);
	}
	for (int i = 0; i < n; i++)
		file_write(feature[i], "1");
	file_write(ENABLED, "1");
}

static long now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Wait for @seconds, with a sign of life a minute, unless somebody ends early. */
static void wait_for(long seconds)
{
	long start = now_s(), minute = 60;

	while (now_s() - start < seconds && !tally->errors) {
		sleep(1);
		if (now_s() - start < minute)
			continue;
		minute += 60;
		note("%ld s: %ld flips, %ld runs, %ld wrong, %ld images alive", now_s() - start, tally->flips,
		     tally->runs, tally->wrong, counters_read().programs);
	}
}

static bool all_ended(pid_t *pid, int n)
{
	bool good = true;
	int status;

	__atomic_store_n(&tally->stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < n; i++)
		if (waitpid(pid[i], &status, 0) != pid[i] || !WIFEXITED(status) || WEXITSTATUS(status)) {
			note("process %d ended with status 0x%x", i, status);
			good = false;
		}
	return good;
}

static void race(int shared, long seconds, uint64_t seed)
{
	pid_t pid[WORKERS + 1];

	for (int i = 0; i <= WORKERS; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		if (i < WORKERS)
			worker(i, dup(shared), seed + i);
		else
			flipper();
		_exit(0);
	}
	wait_for(seconds);
	check(all_ended(pid, WORKERS + 1), "nobody died");
}

static void report(long seconds)
{
	long both = 0;

	note("%ld flips of the switch, %ld of features, %ld runs in %ld s", tally->flips, tally->feature_flips,
	     tally->runs, seconds);
	for (unsigned int k = 0; k < nr_kinds; k++) {
		const long *by = tally->loads[k];

		if (!expect[k].ours)
			continue;
		note("%s: %ld ours, %ld stock, %ld interpreted, %ld refused", kinds[k].name, by[BY_US],
		     by[BY_STOCK], by[BY_NOBODY], tally->refused[k]);
		check(by[BY_US] > 0, "%s: some are ours", kinds[k].name);
		if (expect[k].stock)
			check(by[BY_STOCK] + by[BY_NOBODY] > 0, "%s: some are not", kinds[k].name);
		both += by[BY_BOTH];
	}
	check(!both, "%ld programs compiled by both", both);
	check(!tally->wrong, "%ld wrong results in %ld runs", tally->wrong, tally->runs);
	check(!tally->betrayed, "%ld verified with our answers and compiled by the stock JIT", tally->betrayed);
	check(!tally->refused_wrongly, "%ld refused that the stock kernel takes", tally->refused_wrongly);
	check(!tally->errors && tally->flips > 0, "%ld flips, %ld failed", tally->flips, tally->errors);
}

void suite_stress(void)
{
	long seconds = atol(job("SECONDS", "20"));
	struct maker m;

	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!check(nr_kinds <= MAX_KINDS && tally != MAP_FAILED && !maker_init(&m, -1), "maps are created"))
		return;
	if (is_observer()) {
		skip("stress", "this module has no emitter for this architecture");
		return;
	}
	learn(&m);
	race(m.shared, seconds, strtoull(job("SEED", "1"), NULL, 0));
	report(seconds);
	maker_exit(&m);
	bpf_settle(0);
	check(file_num(SYSFS "programs", -1) == 0, "no image is left");
	check(!ng_unload(), "rmmod");
}
