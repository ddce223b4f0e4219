// SPDX-License-Identifier: GPL-2.0
/*
 * What scripts/demo.sh shows, step by step. Lines on the channel beside the results: "step TEXT" and
 * "row NAME STOCK_BYTES NG_BYTES STOCK_INSNS NG_INSNS". Run with ICOUNT=1: then the time of a
 * program is a number of executed instructions.
 */
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "guest.h"

#define REPEAT	1000

struct sample {
	const char *name;
	int (*load)(void);
	uint32_t want;
	int bytes[2];		/* stock, ng */
	long insns[2];
};

static int load_answer(void)
{
	return load_const(42);
}

/* 64 rounds of multiply, rotate, xor */
static int load_hash(void)
{
	const struct bpf_insn prog[] = {
		MOV64_IMM(BPF_REG_0, 1),
		MOV64_IMM(BPF_REG_1, 0),
		ALU64_IMM(BPF_MUL, BPF_REG_0, 0x01000193),
		ALU64_REG(BPF_XOR, BPF_REG_0, BPF_REG_1),
		MOV64_REG(BPF_REG_2, BPF_REG_0),
		ALU64_IMM(BPF_LSH, BPF_REG_2, 13),
		ALU64_IMM(BPF_RSH, BPF_REG_0, 51),
		ALU64_REG(BPF_OR, BPF_REG_0, BPF_REG_2),
		ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		JMP_IMM(BPF_JLT, BPF_REG_1, 64, -8),
		ALU64_IMM(BPF_AND, BPF_REG_0, 0xffff),
		EXIT(),
	};

	return prog_load_filter(prog, ARRAY_SIZE(prog));
}

/* count in a map, the usual first program of a tracer */
static int load_counter(void)
{
	int map = map_create(BPF_MAP_TYPE_ARRAY, 4, 8, 1), fd;
	const struct bpf_insn prog[] = {
		ST_IMM(BPF_W, BPF_REG_10, -4, 0),
		MOV64_REG(BPF_REG_2, BPF_REG_10),
		ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		LD_MAP_FD(BPF_REG_1, map),
		CALL(BPF_FUNC_map_lookup_elem),
		JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2),
		MOV64_IMM(BPF_REG_1, 1),
		ATOMIC(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_1, 0),
		MOV64_IMM(BPF_REG_0, 7),
		EXIT(),
	};

	fd = map < 0 ? map : prog_load_filter(prog, ARRAY_SIZE(prog));
	close(map);
	return fd;
}

/* 16 calls of a function of its own */
static int load_calls(void)
{
	const struct bpf_insn prog[] = {
		MOV64_IMM(BPF_REG_6, 0),
		MOV64_IMM(BPF_REG_7, 0),
		MOV64_REG(BPF_REG_1, BPF_REG_6),
		MOV64_REG(BPF_REG_2, BPF_REG_7),
		CALL_REL(5),
		MOV64_REG(BPF_REG_6, BPF_REG_0),
		ALU64_IMM(BPF_ADD, BPF_REG_7, 1),
		JMP_IMM(BPF_JLT, BPF_REG_7, 16, -6),
		MOV64_REG(BPF_REG_0, BPF_REG_6),
		EXIT(),
		MOV64_REG(BPF_REG_0, BPF_REG_1),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_2),
		EXIT(),
	};

	return prog_load_filter(prog, ARRAY_SIZE(prog));
}

static struct sample samples[] = {
	{ .name = "return a constant", .load = load_answer, .want = 42 },
	{ .name = "hash loop, 64 rounds", .load = load_hash, .want = 34531 },
	{ .name = "counter in a map", .load = load_counter, .want = 7 },
	{ .name = "16 function calls", .load = load_calls, .want = 120 },
};

#define NR_SAMPLES	((int)ARRAY_SIZE(samples))

/* Mean time of a run, 0 on failure. */
static long run_time(int fd)
{
	static char packet[64];
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.data_in = (uintptr_t)packet;
	attr.test.data_size_in = sizeof(packet);
	attr.test.repeat = REPEAT;
	return syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)) ? 0 : attr.test.duration;
}

static bool sample_measure(struct sample *s, int who)
{
	int fd = s->load();
	uint32_t got = 0;

	if (fd < 0 || prog_run(fd, &got)) {
		note("%s: it does not load or run; the verifier says: %.200s", s->name, prog_log());
		return false;
	}
	s->bytes[who] = prog_jited_len(fd);
	/* the least of several: an interrupt makes one longer */
	for (int i = 0; i < 5; i++) {
		long t = run_time(fd);

		if (!s->insns[who] || t < s->insns[who])
			s->insns[who] = t;
	}
	close(fd);
	if (got != s->want)
		note("%s: returns %u instead of %u", s->name, got, s->want);
	return got == s->want && s->bytes[who] > 0 && s->insns[who] > 0;
}

static bool measure_all(int who)
{
	bool ok = true;

	for (int i = 0; i < NR_SAMPLES; i++)
		ok = sample_measure(&samples[i], who) && ok;
	return ok;
}

struct summary {
	char text[128];
	int passed, failed, jited, of;
};

static void find_summary(const char *text, void *arg)
{
	struct summary *s = arg;
	const char *p = strstr(text, "Summary: ");

	if (!p || strncmp(text, "test_bpf", 8))
		return;
	snprintf(s->text, sizeof(s->text), "%s", p);
	if (sscanf(p, "Summary: %d PASSED, %d FAILED, [%d/%d", &s->passed, &s->failed, &s->jited, &s->of) != 4)
		s->failed = -1;
}

/* The kernel's own test; its verdict in the kernel log is shown as it is. */
static struct summary test_bpf(const char *suite, const char *who)
{
	char params[128];
	struct summary s = { .failed = -1 };
	const char *range = strcmp(suite, "test_bpf") ? NULL : job("RANGE", NULL);
	int err;

	snprintf(params, sizeof(params), "test_suite=%s%s%s", suite, range ? " test_range=" : "", range ? range : "");
	kmsg_mark();
	err = module_load(TEST_BPF_KO, params);
	kmsg_each(find_summary, &s);
	check(!err && s.passed > 0 && !s.failed && s.jited == s.of, "%s: the kernel's %s says \"%s\"%s%s", who, suite,
	      s.text, err ? ", insmod: " : "", err ? strerror(-err) : "");
	if (!err)
		module_unload("test_bpf");
	return s;
}

static void show_message(const char *text, void *arg)
{
	(void)arg;
	if (!strncmp(text, MODULE ":", strlen(MODULE) + 1))
		note("dmesg: %s", text);
}

static void step_stock(void)
{
	struct utsname u;

	uname(&u);
	say("step 1 The stock kernel %s (%s) with its own JIT", u.release, u.machine);
	check(!module_loaded(MODULE) && !file_exists(SYSFS), "nothing of ours is there yet");
	check(measure_all(0), "the stock JIT compiles and runs %d sample programs", NR_SAMPLES);
	note("the kernel's own JIT test runs, about a minute ...");
	test_bpf("test_bpf", "stock");
	test_bpf("test_tail_calls", "stock");
}

static bool step_ng(void)
{
	struct counters c;
	struct summary a, b;

	say("step 2 insmod bpfjit_ng.ko: from now on every program is compiled by us");
	if (!ng_load("", "the unchanged kernel takes the module"))
		return false;
	kmsg_each(show_message, NULL);
	check(measure_all(1), "bpfjit_ng compiles the same programs and they give the same results");
	note("the kernel's own JIT test runs again ...");
	a = test_bpf("test_bpf", "bpfjit_ng");
	b = test_bpf("test_tail_calls", "bpfjit_ng");
	c = counters_read();
	/* a program with one function more is two images */
	check(c.compiled == NR_SAMPLES + 1 + a.jited + b.jited && !c.declined && !c.failed,
	      "every program was ours: %ld compiled, %ld declined, %ld failed", c.compiled, c.declined, c.failed);
	for (int i = 0; i < NR_SAMPLES; i++)
		say("row %d %d %ld %ld %s", samples[i].bytes[0], samples[i].bytes[1], samples[i].insns[0],
		    samples[i].insns[1], samples[i].name);
	return true;
}

/* Whether the next program is compiled by @who: the counter of ours moves or does not. */
static bool next_is(int who)
{
	long before = counters_read().compiled;
	int fd = load_answer(), bytes = prog_jited_len(fd);
	bool ok = runs_ok(fd, 42) && bytes == samples[0].bytes[who];

	close(fd);
	return ok && counters_read().compiled == before + who;
}

static void step_switch(void)
{
	int live;

	say("step 3 The switch: /sys/kernel/bpfjit_ng/enabled");
	check(!file_write(SYSFS "enabled", "0") && next_is(0), "echo 0: the next program is compiled by the stock JIT");
	check(!file_write(SYSFS "enabled", "1") && next_is(1), "echo 1: the next one by bpfjit_ng again");

	say("step 4 A program of ours that is in use keeps the module");
	bpf_settle(0);
	live = load_answer();
	check(runs_ok(live, 42) && counters_read().programs == 1, "one program of ours is loaded and in use");
	check(module_unload(MODULE) == -EWOULDBLOCK, "rmmod is refused: the module is in use");
	check(runs_ok(live, 42), "the program still runs");
	close(live);
	bpf_settle(0);
}

/* Whether the kernel still lists symbols of the module. */
static bool symbols_left(void)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512];
	long lines = 0;
	bool found = false;

	while (f && fgets(line, sizeof(line), f)) {
		found = found || strstr(line, "[" MODULE "]") || strstr(line, "\tbjn_");
		lines++;
	}
	if (f)
		fclose(f);
	return found || lines < 1000;
}

static void step_unload(void)
{
	int fd;

	say("step 5 rmmod bpfjit_ng: nothing stays behind");
	check(!ng_unload(), "the program is gone, so rmmod works");
	check(!module_loaded(MODULE) && !file_has("/proc/modules", MODULE), "lsmod does not list it");
	check(!file_exists(SYSFS) && !file_exists(DEBUGFS) && !file_exists("/sys/module/" MODULE),
	      "its directories in /sys and debugfs are gone");
	check(!symbols_left(), "no symbol of it is left in /proc/kallsyms");
	fd = load_answer();
	check(runs_ok(fd, 42) && prog_jited_len(fd) == samples[0].bytes[0], "the stock JIT works as before");
	close(fd);
}

void suite_demo(void)
{
	step_stock();
	if (!step_ng())
		return;
	step_switch();
	step_unload();
}
