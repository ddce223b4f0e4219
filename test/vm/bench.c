// SPDX-License-Identifier: GPL-2.0
/*
 * Raw figures for scripts/bench.sh: test_bpf.ko with two JITs in turn, in the same boot. Under
 * -icount shift=0 the ns that test_bpf prints are executed instructions. Lines on the channel:
 *   case SIDE JIT SUITE #N NAME jited:J NS... PASS	what test_bpf printed
 *   compile SIDE JIT SUITE insns=N bytes=N ns=N		what the module recorded, in the same order
 * A case whose record names another JIT was left to that one, as classic BPF is on arm64. SIDE is the position in
 * PAIR, so that a JIT can be compared with itself; "none" leaves a side out.
 */
#include <unistd.h>
#include "guest.h"

#define COMPILES	DEBUGFS "compiles"
#define MAX_RECORDS	"4096"

struct run {
	char side;		/* A or B */
	const char *jit;	/* "stock" or "ng" */
	const char *suite;
	char line[512];		/* a case whose end has not been seen yet */
	int cases, jited, failed;
	bool done;		/* the summary has been seen */
};

static void flush_case(struct run *r)
{
	if (!r->line[0])
		return;
	say("case %c %s %s %s", r->side, r->jit, r->suite, r->line);
	r->cases++;
	r->jited += strstr(r->line, "jited:1 ") != NULL;
	r->failed += strstr(r->line, "FAIL") != NULL;
	r->line[0] = 0;
}

/* A message that cuts into the line of a case starts a new record; what follows belongs to the case. */
static void collect(const char *text, void *arg)
{
	struct run *r = arg;
	size_t len = strlen(r->line);

	if (!strncmp(text, "test_bpf: #", 11)) {
		flush_case(r);
		snprintf(r->line, sizeof(r->line), "%s", text + 10);
	} else if (!strncmp(text, "test_bpf: ", 10)) {
		flush_case(r);
		r->done = r->done || strstr(text, "Summary: ");
	} else if (len && !strstr(r->line, "PASS") && !strstr(r->line, "FAIL")) {
		snprintf(r->line + len, sizeof(r->line) - len, "%s", text);
	}
}

/* Forward the records of this run; their number must be that of the compiled cases. */
static int forward_compiles(const struct run *r)
{
	static char buf[1 << 20];
	int n = 0;
	char *line, *rest = buf;

	if (file_read(COMPILES, buf, sizeof(buf)) < 0)
		return -1;
	while ((line = strsep(&rest, "\n"))) {
		char jit[8], *facts = strstr(line, " insns=");

		if (!facts || sscanf(line, "jit=%7s", jit) != 1)
			continue;
		say("compile %c %s %s%s", r->side, jit, r->suite, facts);
		n++;
	}
	return n;
}

static void run_suite(char side, const char *jit, const char *suite, const char *range)
{
	struct run r = { .side = side, .jit = jit };
	char params[128];
	int err, compiles;

	r.suite = suite;
	snprintf(params, sizeof(params), "test_suite=%s%s%s", suite, range ? " test_range=" : "",
		 range ? range : "");
	/* what earlier programs left behind must not run during the next test */
	usleep(300000);
	file_write(COMPILES, "0");
	kmsg_mark();
	err = module_load(TEST_BPF_KO, params);
	kmsg_each(collect, &r);
	flush_case(&r);
	if (err && !r.failed)
		note("insmod: %s", strerror(-err));
	/* the stock JIT of some kernels gets cases wrong, which then are not counted */
	if (r.failed && !strcmp(jit, "stock"))
		note("%s with the stock JIT: %d of %d cases failed", suite, r.failed, r.cases);
	else
		check(!err && r.cases, "%c: %s with the %s JIT: %d cases, %d failed", side, suite, jit, r.cases,
		      r.failed);
	check(r.done, "%c: %s came to its end", side, suite);
	if (!err)
		module_unload("test_bpf");
	compiles = forward_compiles(&r);
	if (module_loaded(MODULE))
		check(compiles == r.jited, "%c: %s: %d compilations recorded for %d compiled cases", side, suite,
		      compiles, r.jited);
}

static void run_side(char side, const char *jit, const char *range)
{
	if (!strcmp(jit, "none"))
		return;
	if (module_loaded(MODULE) && file_write(SYSFS "enabled", strcmp(jit, "ng") ? "0" : "1"))
		check(false, "the JIT can be switched");
	run_suite(side, jit, "test_bpf", range);
	run_suite(side, jit, "test_tail_calls", NULL);
}

/*
 * A program of the stock JIT that stays: image memory is handed out from pages that are filled when the
 * first image moves in and freed with the last. Whether such a page happens to be there would decide over
 * the cost of compiling a small program, with either JIT.
 */
static int resident_program(void)
{
	int fd;

	file_write(SYSFS "enabled", "0");
	fd = load_const(0);
	check(fd >= 0, "a resident program");
	return fd;
}

/* Single cases, again and again: their figures so far may be those of an interrupt. */
static void run_cases(char *cases, const char jit[2][16], int rounds)
{
	char range[32], *word, *rest = cases;

	while ((word = strsep(&rest, " "))) {
		snprintf(range, sizeof(range), "%d,%d", atoi(word), atoi(word));
		for (int i = 0; i < 2 * rounds; i++) {
			int side = (i + i / 2) % 2;

			if (!strcmp(jit[side], "none"))
				continue;
			if (module_loaded(MODULE))
				file_write(SYSFS "enabled", strcmp(jit[side], "ng") ? "0" : "1");
			run_suite("AB"[side], jit[side], "test_bpf", range);
		}
	}
}

/* The whole suite once, then the short cases again: an interrupt disturbs them most. */
void suite_bench(void)
{
	int resident;
	char jit[2][16] = { "", "" };
	int again = atoi(job("AGAIN", "1")), first = atoi(job("FIRST", "0"));
	static char cases[4096];

	if (sscanf(job("PAIR", "stock-ng"), "%15[a-z]-%15[a-z]", jit[0], jit[1]) != 2) {
		check(false, "PAIR is two JITs: stock-ng, stock-stock, ng-ng or none-ng");
		return;
	}
	if (file_exists(MODULE_KO) && !ng_load("trace=" MAX_RECORDS, "bench"))
		return;
	resident = resident_program();
	/* console output takes time and comes late: only warnings */
	file_write("/proc/sys/kernel/printk", "5 4 1 7");
	snprintf(cases, sizeof(cases), "%s", job("CASES", ""));
	if (cases[0])
		run_cases(cases, jit, again);
	for (int round = 0; !cases[0] && round <= again; round++) {
		const char *range = round ? job("SHORT", "0,849") : job("RANGE", NULL);

		/* neither side always comes first */
		for (int i = 0; i < 2; i++) {
			int side = (first + round + i) % 2;

			note("round %d of %d: %s", round + 1, again + 1, jit[side]);
			run_side("AB"[side], jit[side], range);
		}
	}
	close(resident);
	if (module_loaded(MODULE))
		check(!ng_unload(), "rmmod");
}
