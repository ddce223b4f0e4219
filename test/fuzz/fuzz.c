// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz [-n COUNT] [-s SEED] [-f FAILURES] [-q] [-c] [-p] [-l LEVEL] [-w FILE]
 *
 * Runs COUNT random programs through the emitter and the interpreter and
 * compares; -c checks that the programs read nothing that they have not
 * written, -p plants one bug after another in the emitter and has to find each; -l
 * uses one set of CPU capabilities only; -w writes all words of code to FILE.
 * Program number k is made from SEED + k alone, so that the seed
 * printed with a failure reproduces it with COUNT=1. Programs are compiled in
 * batches into fresh memory: an emulator would otherwise throw away its
 * translations again and again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../exec/target.h"
#include "../exec/validate.h"
#include "fuzz.h"
#include "plant.h"

#define BATCH		128
#define REGION_SIZE	(2u << 20)

/**
 * struct totals - what happened so far
 * @programs: run and compared
 * @bad: of those, different
 * @skipped: no way to prepare them, or the interpreter gave up
 * @declined: the emitter declined a stretched program
 */
struct totals {
	u64 programs, bad, skipped, declined;
};

static struct bf_case cases[BATCH];
static struct bpf_insn out[BF_MAX_LEN];
static struct bf_gen gen = { .out = out };
static struct totals totals;
static u64 max_bad = 5;
static bool quiet, strict;
static int only_level = -1;
static FILE *words;

/* False: what the verifier does to the program makes a jump too long. */
static bool new_case(struct bf_case *c, u64 seed)
{
	u32 len = bf_generate(&gen, seed), at;
	const char *why;

	c->seed = seed;
	c->arena = gen.arena;
	c->is_long = gen.n > 4000;
	c->know_image = bf_chance(&gen, 2);
	c->cpu = bt_level(bf_rand(&gen, bt_target.nr_levels + 1));
	if (only_level >= 0)
		c->cpu = bt_level((u32)only_level);
	c->blind = bf_chance(&gen, 4) ? bf_rand(&gen, UINT32_MAX) | 1 : 0;
	c->p.private_stacks = bf_chance(&gen, 3) ? bf_rand(&gen, UINT32_MAX) : 0;
	c->p.attach = BT_ATTACH_NOTHING;
	/* a pointer to what is attached would be among the words, and is no instruction */
	if (!words && bf_chance(&gen, 3))
		c->p.attach = bf_rand(&gen, BT_NR_ATTACH);
	bf_memory(seed, c->before, BF_MEM_SIZE);
	if (bt_validate(out, len, &at, &why) || (strict && !bf_defined(out, len))) {
		printf("# SEED=0x%llx: the generator made a bad program\n", (unsigned long long)seed);
		exit(2);
	}
	if (bt_prepare(&c->p, out, len, c->blind, &why)) {
		c->blind = 0;
		if (bt_prepare(&c->p, out, len, 0, &why))
			return false;
	}
	/* what is tail-called returns all of R0 */
	if (bf_chance(&gen, 2) && !c->p.tail_calls)
		c->cpu &= ~bt_target.wide;
	return true;
}

static void print_hex(const u8 *p, u32 n)
{
	while (n--)
		printf("%02x", *p++);
}

/* One line that shows the failure, made from a minimised copy. */
static void report(struct bf_case *c, const char *why)
{
	static struct bpf_insn small[BF_MAX_LEN];
	static char hex[16 * BF_MAX_LEN + 1];
	static struct bf_case again;
	char reason[160] = "";
	u32 len;

	printf("# mismatch: SEED=0x%llx COUNT=1: %s\n", (unsigned long long)c->seed, why);
	len = bf_generate(&gen, c->seed);
	memcpy(small, out, len * sizeof(small[0]));
	again.seed = c->seed;
	again.blind = c->blind;
	again.cpu = c->cpu;
	again.know_image = c->know_image;
	again.p.private_stacks = c->p.private_stacks;
	again.p.attach = c->p.attach;
	again.arena = c->arena;
	again.is_long = c->is_long;
	memcpy(again.before, c->before, BF_MEM_SIZE);
	if (!c->is_long)
		len = bf_minimise(&again, small, len);
	bf_one(&again, small, len, reason, sizeof(reason));
	bt_print_program(small, len, hex);
	printf("# %u instructions: %s\n", len, reason);
	printf("echo %s | %s build/test/%s/bpf-plugin ", hex, getenv("QEMU"), bt_target.name);
	print_hex(again.before, BF_MEM_SIZE);
	if (again.cpu != bt_target.cpu)
		printf(" -c 0x%llx", (unsigned long long)again.cpu);
	if (again.blind)
		printf(" -b %u", again.blind);
	if (again.p.private_stacks)
		printf(" -p 0x%x", again.p.private_stacks);
	if (again.p.attach)
		printf(" -a %u", again.p.attach);
	printf(" # R0 should be %llx\n", (unsigned long long)again.r0);
	fflush(stdout);
}

static void run_batch(struct bt_region *r, u32 n)
{
	char why[160];
	u32 i;

	if (n && bt_region_seal(r, bt_target.code_prot))
		exit(2);
	for (i = 0; i < n && totals.bad < max_bad; i++) {
		totals.programs++;
		if (bf_verify(&cases[i], why, sizeof(why)) == BF_DIFFERENT) {
			totals.bad++;
			if (!quiet)
				report(&cases[i], why);
		}
	}
	for (i = 0; i < n; i++)
		bt_image_free(&cases[i].p.img);
	bt_region_close(r);
	if (bt_region_open(r, REGION_SIZE))
		exit(2);
}

/* A decline is a failure unless branches may be too long. */
static void on_decline(struct bf_case *c)
{
	char why[160];

	if (c->is_long) {
		totals.declined++;
		return;
	}
	totals.programs++;
	totals.bad++;
	snprintf(why, sizeof(why), "declined: %s (instruction %u)", c->p.img.why, c->p.img.err_at);
	if (!quiet)
		report(c, why);
}

static void write_words(const struct bt_image *img)
{
	u32 i;

	for (i = 0; words && i < img->nr_sub; i++)
		fwrite(img->sub[i].code, sizeof(u32), img->sub[i].words, words);
}

/* Put a case into the region, alone if need be. */
static u32 add(struct bt_region *r, u32 n)
{
	struct bf_case *c = &cases[n];

	if (bf_expect(c) == BF_SKIPPED) {
		totals.skipped++;
		return n;
	}
	bt_env.cpu = c->cpu;
	if (!bt_translate(&c->p, r, c->know_image)) {
		write_words(&c->p.img);
		return n + 1;
	}
	bt_image_free(&c->p.img);
	if (c->p.img.err == -ENOSPC && n) {
		struct bf_case tmp = cases[0];

		run_batch(r, n);
		cases[0] = *c;
		*c = tmp;
		return add(r, 0);
	}
	on_decline(c);
	return n;
}

static void progress(u64 done, u64 count)
{
	static time_t last;
	time_t now = time(NULL);

	if (now - last < 10)
		return;
	if (last)
		fprintf(stderr, "  fuzz: %llu of %llu programs, %llu mismatches\n",
			(unsigned long long)done, (unsigned long long)count, (unsigned long long)totals.bad);
	last = now;
}

static void fuzz(u64 seed, u64 count)
{
	struct bt_region r;
	u32 n = 0;
	u64 i;

	if (bt_region_open(&r, REGION_SIZE))
		exit(2);
	for (i = 0; i < count && totals.bad < max_bad; i++) {
		if (new_case(&cases[n], seed + i))
			n = add(&r, n);
		else
			totals.skipped++;
		if (n == BATCH) {
			run_batch(&r, n);
			n = 0;
			progress(i + 1, count);
		}
	}
	run_batch(&r, n);
	bt_region_close(&r);
}

/*
 * Is a planted bug found? In a process of its own, because the code may destroy
 * anything; that is found, too.
 */
static bool find_plant(u32 n, u64 seed, u64 count)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		totals = (struct totals){ 0 };
		bf_plant(bt_target.be, n);
		if (bt_run_init())	/* timers are not inherited */
			_exit(2);
		fuzz(seed, count);
		printf("%sok %u - %s # %llu programs\n", totals.bad ? "" : "not ", n + 1,
		       bf_plant_name(n), (unsigned long long)totals.programs);
		fflush(stdout);
		_exit(totals.bad ? 0 : 1);
	}
	while (pid > 0 && waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return false;
	if (pid < 0)
		return false;
	if (WIFSIGNALED(status))
		printf("ok %u - %s # signal %d\n", n + 1, bf_plant_name(n), WTERMSIG(status));
	return WIFSIGNALED(status) || !WEXITSTATUS(status);
}

/* Find each planted bug, in programs of its own. */
static int find_plants(u64 seed, u64 count)
{
	u32 n, missed = 0;

	printf("TAP version 14\n1..%u\n", bf_nr_plants);
	max_bad = 1;
	for (n = 0; n < bf_nr_plants; n++) {
		if (!bf_plant_possible(n)) {
			printf("ok %u - %s # SKIP no bug on this machine\n", n + 1, bf_plant_name(n));
			continue;
		}
		fflush(stdout);
		missed += !find_plant(n, seed + n * count, count);
	}
	printf("%u passed, %u failed\n", bf_nr_plants - missed, missed);
	return missed ? 1 : 0;
}

/**
 * struct request - the command line
 * @count: number of programs
 * @seed: of the first one
 * @plants: plant bugs
 */
struct request {
	u64 count, seed;
	bool plants;
};

static bool parse_value(struct request *rq, char option, const char *value)
{
	switch (option) {
	case 'n':
		rq->count = strtoull(value, NULL, 0);
		return true;
	case 's':
		rq->seed = strtoull(value, NULL, 0);
		return true;
	case 'f':
		max_bad = strtoull(value, NULL, 0);
		return true;
	case 'l':
		only_level = atoi(value);
		return only_level >= 0 && (u32)only_level <= bt_target.nr_levels;
	case 'w':
		words = fopen(value, "wb");
		return words;
	}
	return false;
}

static bool parse_args(struct request *rq, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (argv[i][0] != '-' || !argv[i][1] || argv[i][2])
			return false;
		switch (argv[i][1]) {
		case 'q':
			quiet = true;
			break;
		case 'c':
			strict = true;
			break;
		case 'p':
			rq->plants = true;
			quiet = true;
			break;
		default:
			if (i + 1 == argc || !parse_value(rq, argv[i][1], argv[i + 1]))
				return false;
			i++;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	struct request rq = { .count = 100000, .seed = 1 };

	if (!parse_args(&rq, argc, argv)) {
		fprintf(stderr, "fuzz: bad arguments, the head of its source lists them\n");
		return 2;
	}
	if (bt_session_init()) {
		fprintf(stderr, "fuzz: cannot set up memory for programs\n");
		return 2;
	}
	if (rq.plants)
		return find_plants(rq.seed, rq.count);
	fuzz(rq.seed, rq.count);
	if (words && fclose(words))
		return 2;
	printf("# skipped %llu, declined %llu\n", (unsigned long long)totals.skipped,
	       (unsigned long long)totals.declined);
	printf("fuzz: %llu programs, %llu mismatches\n", (unsigned long long)totals.programs,
	       (unsigned long long)totals.bad);
	return totals.bad ? 1 : 0;
}
