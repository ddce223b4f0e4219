// SPDX-License-Identifier: GPL-2.0
/*
 * What the machine is said to be able to do, it does: features/ lists it, and small programs for each part of
 * the instruction set are compiled by us and give the right result.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "guest.h"
#include "kinds.h"

#define FEATURE		SYSFS "features/"
#define MAX_INSNS	24
#define RUNS		16

#define MOVSX(cls, bits, d, s)	INSN((cls) | BPF_MOV | BPF_X, d, s, bits, 0)
#define SIGNED(cls, op, d, i)	INSN((cls) | (op) | BPF_K, d, 0, 1, i)
#define BSWAP(bits, d)		INSN(BPF_ALU64 | BPF_END, d, 0, 0, bits)
#define LDSX(sz, d, s, o)	INSN(BPF_LDX | 0x80 | (sz), d, s, o, 0)
#define GOTOL(i)		INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, i)
#define WORD	(sizeof(long) == 8 ? BPF_DW : BPF_W)	/* the verifier wants no acquire of more */
#define MAY_GOTO(o)		INSN(BPF_JMP | 0xe0, 0, 0, o, 0)
#define ACQUIRE			0x100
#define RELEASE			0x110

struct program {
	const char *name;
	const char *feature;	/* file in features/ that it needs, NULL: none */
	uint32_t want;
	unsigned int sub;	/* start of a subprogram that needs BTF */
	struct bpf_insn insn[MAX_INSNS];
};

static const struct program programs[] = {
	{ "arithmetic", NULL, 44, 0, {
		MOV64_IMM(BPF_REG_0, 6), ALU64_IMM(BPF_MUL, BPF_REG_0, 7),
		ALU64_IMM(BPF_ADD, BPF_REG_0, 2), EXIT() } },
	{ "stack memory", NULL, 0x1234, 0, {
		ST_IMM(BPF_DW, BPF_REG_10, -8, 0x1234), LDX(BPF_DW, BPF_REG_0, BPF_REG_10, -8), EXIT() } },
	{ "fetching atomics", NULL, 15, 0, {
		ST_IMM(BPF_DW, BPF_REG_10, -8, 5), MOV64_IMM(BPF_REG_1, 5),
		ATOMIC(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_10, BPF_REG_1, -8),
		LDX(BPF_DW, BPF_REG_0, BPF_REG_10, -8), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1), EXIT() } },
	{ "compare and exchange", NULL, 9, 0, {
		ST_IMM(BPF_DW, BPF_REG_10, -8, 5), MOV64_IMM(BPF_REG_0, 5), MOV64_IMM(BPF_REG_1, 9),
		ATOMIC(BPF_DW, BPF_CMPXCHG, BPF_REG_10, BPF_REG_1, -8),
		LDX(BPF_DW, BPF_REG_0, BPF_REG_10, -8), EXIT() } },
	{ "a helper call", NULL, 1, 0, {
		CALL(BPF_FUNC_ktime_get_ns), MOV64_REG(BPF_REG_1, BPF_REG_0), MOV64_IMM(BPF_REG_0, 0),
		JMP_IMM(BPF_JEQ, BPF_REG_1, 0, 1), MOV64_IMM(BPF_REG_0, 1), EXIT() } },
	{ "the processor number, which is pinned", NULL, 0, 0, { CALL(BPF_FUNC_get_smp_processor_id), EXIT() } },
	{ "a subprogram", NULL, 30, 0, {
		MOV64_IMM(BPF_REG_6, 10), MOV64_IMM(BPF_REG_1, 20), CALL_REL(2),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_6), EXIT(),
		MOV64_REG(BPF_REG_0, BPF_REG_1), MOV64_IMM(BPF_REG_6, 1), EXIT() } },
	{ "a callback", NULL, 5, 7, {
		MOV64_IMM(BPF_REG_1, 5), LD_IMM64(BPF_REG_2, BPF_PSEUDO_FUNC, 5, 0),
		MOV64_IMM(BPF_REG_3, 0), MOV64_IMM(BPF_REG_4, 0), CALL(BPF_FUNC_loop), EXIT(),
		MOV64_IMM(BPF_REG_0, 0), EXIT() } },
	{ "a bounded endless loop", NULL, 3, 0, {
		MOV64_IMM(BPF_REG_0, 0), MAY_GOTO(3), ALU64_IMM(BPF_ADD, BPF_REG_0, 1),
		JMP_IMM(BPF_JEQ, BPF_REG_0, 3, 1), JMP_IMM(BPF_JA, 0, 0, -4), EXIT() } },
	{ "MOVSX", "cpuv4", (uint32_t)-1, 0, {
		MOV64_IMM(BPF_REG_1, 0xff), MOVSX(BPF_ALU64, 8, BPF_REG_0, BPF_REG_1), EXIT() } },
	{ "SDIV", "cpuv4", (uint32_t)-6, 0, {
		MOV64_IMM(BPF_REG_0, -42), SIGNED(BPF_ALU64, BPF_DIV, BPF_REG_0, 7), EXIT() } },
	{ "SMOD, 32 bits", "cpuv4", (uint32_t)-2, 0, {
		MOV64_IMM(BPF_REG_0, -44), SIGNED(BPF_ALU, BPF_MOD, BPF_REG_0, 7), EXIT() } },
	{ "BSWAP", "cpuv4", 0x78563412, 0, {
		MOV64_IMM(BPF_REG_0, 0x12345678), BSWAP(32, BPF_REG_0), EXIT() } },
	{ "LDX_MEMSX", "cpuv4", (uint32_t)-128, 0, {
		ST_IMM(BPF_B, BPF_REG_10, -8, 0x80), LDSX(BPF_B, BPF_REG_0, BPF_REG_10, -8), EXIT() } },
	{ "gotol", "cpuv4", 1, 0, {
		CALL(BPF_FUNC_get_smp_processor_id), JMP_IMM(BPF_JGT, BPF_REG_0, 1000, 2),
		MOV64_IMM(BPF_REG_0, 1), GOTOL(1), MOV64_IMM(BPF_REG_0, 2), EXIT() } },
	{ "load-acquire and store-release", "acquire_release", 77, 0, {
		MOV64_IMM(BPF_REG_1, 77),
		ATOMIC(WORD, RELEASE, BPF_REG_10, BPF_REG_1, -8),
		ATOMIC(WORD, ACQUIRE, BPF_REG_0, BPF_REG_10, -8), EXIT() } },
};

static unsigned int length(const struct program *p)
{
	unsigned int n = MAX_INSNS;

	while (n && !p->insn[n - 1].code)
		n--;
	return n;
}

static bool has(const char *feature)
{
	char path[128];

	snprintf(path, sizeof(path), FEATURE "%s", feature);
	return file_exists(path);
}

static void run_one(const struct program *p)
{
	struct counters a = counters_read(), b;
	int fd;

	if (p->feature && !has(p->feature)) {
		skip(p->name, "this machine does not have the feature");
		return;
	}
	fd = p->sub ? prog_load_subprog(p->insn, length(p), p->sub) : prog_load_filter(p->insn, length(p));
	if (fd < 0 && is_observer()) {
		skip(p->name, "the stock JIT has no such thing");
		return;
	}
	b = counters_read();
	if (fd < 0)
		note("%.300s", prog_log());
	check(runs_ok(fd, p->want), "%s", p->name);
	if (!is_observer())
		check(b.compiled > a.compiled && b.declined == a.declined && b.failed == a.failed,
		      "%s: compiled by " MODULE, p->name);
	close(fd);
}

static void list(void)
{
	DIR *dir = opendir(SYSFS "features");
	struct dirent *d;
	int n = 0;

	while (dir && (d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		note("feature %s", d->d_name);
		n++;
	}
	if (dir)
		closedir(dir);
	if (is_observer())
		check(!n, "an observer offers no feature");
	else
		check(n > 0 && has("subprog_calls") && has("cpuv4"), "%d features are offered", n);
}

/* what cannot be had has no file but a reason */
static void reasons(void)
{
	static char text[8192];

	/* one is missing at least: this one */
	if (!is_observer())
		file_write(SYSFS "features/subprog_calls", "0");
	check(file_read(DEBUGFS "unsupported", text, sizeof(text)) > 0 &&
	      strstr(text, "subprog_calls reason="),
	      "debugfs names what is not supported, and why");
	if (!is_observer())
		file_write(SYSFS "features/subprog_calls", "1");
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		note("%s", line);
}

/* Programs that depend on a feature, by their kind (kinds.c). */
static const struct {
	const char *feature, *kind;
} dependent[] = {
	{ "subprog_calls", "subprograms" },
	{ "subprog_calls", "bpf_loop" },
	{ "subprog_tailcalls", "tail call in a subprogram" },
	{ "gotox", "gotox" },
	{ "arena", "arena" },
	{ "arena_atomics", "arena atomics" },
	{ "exceptions", "exception" },
	{ "private_stack", "private stack" },
	{ "stack_args", "twelve arguments" },
	{ "timed_may_goto", "may_goto" },
};

static const struct kind *find_kind(const char *name)
{
	for (unsigned int i = 0; i < nr_kinds; i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

/* What the verifier makes of a program, in its own words. */
struct verdict {
	struct made p;
	char log[4096];
};

static void ask(struct maker *m, const struct kind *kind, struct verdict *v)
{
	v->p = make(m, kind, 4711);
	snprintf(v->log, sizeof(v->log), "%s", prog_log());
}

/* Each time: some programs take one of two ways at random. */
static bool right(struct maker *m, const struct made *p)
{
	uint32_t got = 0;
	int i = 0;

	while (i < RUNS && p->fd >= 0 && made_right(m, p, &got) == 1)
		i++;
	return i == RUNS;
}

/* A stock JIT without kernel functions or arenas refuses the program for those, before it comes to the feature. */
static bool stock_lacks_more(void)
{
	struct utsname u;

	return !uname(&u) && !strncmp(u.machine, "mips", 4);
}

/*
 * A feature is switched off: programs that need it meet the same fate as with the stock JIT alone, those that
 * are there go on.
 */
static void switched_off(struct maker *m, const char *feature, const struct kind *kind)
{
	static struct verdict on, off, stock;
	char path[128];
	bool same;

	if (!has(feature)) {
		skip(feature, "this machine does not have the feature");
		return;
	}
	snprintf(path, sizeof(path), FEATURE "%s", feature);
	ask(m, kind, &on);
	if (on.p.fd < 0) {
		/* exceptions need BTF; arenas a CPU that can exchange 16 bytes */
		check(!strcmp(feature, "exceptions") || !strncmp(feature, "arena", 5),
		      "%s: %s: %s", feature, kind->name, strerror(-on.p.fd));
		skip(kind->name, "needs more of the kernel");
		return;
	}
	check(compiled_by(on.p.fd) == BY_US && right(m, &on.p), "%s: %s is ours", feature, kind->name);
	file_write(path, "0");
	ask(m, kind, &off);
	file_write(SYSFS "enabled", "0");
	ask(m, kind, &stock);
	same = off.p.fd < 0 ? off.p.fd == stock.p.fd : right(m, &off.p) && right(m, &stock.p);
	same = same && !strcmp(off.log, stock.log);
	same = same || (off.p.fd < 0 && stock.p.fd < 0 && stock_lacks_more());
	if (!same)
		note("switched off %d: %.300s; stock %d: %.300s", off.p.fd, off.log, stock.p.fd, stock.log);
	check(same, "%s=0: %s is %s, as with the stock JIT", feature,
	      kind->name, off.p.fd < 0 ? "refused" : "loaded and right");
	check(right(m, &on.p), "%s=0: the program from before still runs", feature);
	file_write(SYSFS "enabled", "1");
	file_write(path, "1");
	unmake(&on.p);
	unmake(&off.p);
	unmake(&stock.p);
}

static void each_switched_off(void)
{
	struct maker m;
	int err;

	if (is_observer()) {
		skip("features switched off", "an observer has no features");
		return;
	}
	err = maker_init(&m, -1);
	if (!check(!err, "the maps of the programs are made%s%s", err ? ": " : "", err ? strerror(-err) : ""))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(dependent); i++)
		switched_off(&m, dependent[i].feature, find_kind(dependent[i].kind));
	maker_exit(&m);
}

/*
 * What is switched off sends a program to the stock JIT, unless something else in it is only ours: that JIT would
 * call nowhere for the processor number, and lose R0 to R5 in a may_goto whose count of 65535 is used up.
 */
static const struct program partly_off[] = {
	{ "cpuv4=0, processor number", "cpuv4", 0, 0, {
		CALL(BPF_FUNC_get_smp_processor_id), MOVSX(BPF_ALU64, 8, BPF_REG_1, BPF_REG_0), EXIT() } },
	{ "cpuv4=0, long may_goto", "timed_may_goto", 7, 0, {
		MOV64_IMM(BPF_REG_0, 7), LDX(BPF_W, BPF_REG_6, BPF_REG_1, offsetof(struct __sk_buff, mark)),
		MAY_GOTO(3), INSN(BPF_ALU | BPF_ADD | BPF_K, BPF_REG_6, 0, 0, 1),
		JMP_IMM(BPF_JEQ, BPF_REG_6, 70000, 1), JMP_IMM(BPF_JA, 0, 0, -4),
		MOVSX(BPF_ALU64, 8, BPF_REG_1, BPF_REG_6), EXIT() } },
};

static void one_partly_off(const struct program *p)
{
	int fd;

	if (is_observer() || !has(p->feature)) {
		skip(p->name, "this machine does not have the feature");
		return;
	}
	file_write(FEATURE "cpuv4", "0");
	fd = prog_load_filter(p->insn, length(p));
	check(runs_ok(fd, p->want), "%s", p->name);
	close(fd);
	file_write(FEATURE "cpuv4", "1");
}

static void disabled_at_load(void)
{
	static const char cpuv4[] = FEATURE "cpuv4";

	if (is_observer()) {
		skip("disable=cpuv4", "an observer has no features");
		return;
	}
	bpf_settle(0);
	check(!ng_unload(), "rmmod");
	if (!ng_load("disable=cpuv4,acquire_release", "features off"))
		return;
	check(file_num(cpuv4, -1) == 0, "a disabled feature reads 0");
	check(file_has(DEBUGFS "unsupported", "switched off"), "and debugfs says why");
	check(!file_write(cpuv4, "1") && file_num(cpuv4, -1) == 1, "it can be switched on");
}

/*
 * Nobody compiles: what the verifier is told by us must not reach the interpreter. R0 lives through a may_goto, also
 * when its count of 65535 is used up.
 */
static const struct program interpreted[] = {
	{ "processor number", NULL, 0, 0, { CALL(BPF_FUNC_get_smp_processor_id), EXIT() } },
	{ "long may_goto", NULL, 7, 0, {
		MOV64_IMM(BPF_REG_0, 7), LDX(BPF_W, BPF_REG_6, BPF_REG_1, offsetof(struct __sk_buff, mark)),
		MAY_GOTO(3), INSN(BPF_ALU | BPF_ADD | BPF_K, BPF_REG_6, 0, 0, 1),
		JMP_IMM(BPF_JEQ, BPF_REG_6, 70000, 1), JMP_IMM(BPF_JA, 0, 0, -4), EXIT() } },
};

/* A stock JIT that has these does the same, and its kernel does not survive it. */
static bool stock_does_it_too(void)
{
	struct utsname u;

	return uname(&u) || !strcmp(u.machine, "aarch64") ||
	       (!strncmp(u.machine, "loongarch", 9) && strncmp(u.release, "7.2", 3));
}

static void without_jit(const struct program *p)
{
	static const char sysctl[] = "/proc/sys/net/core/bpf_jit_enable";
	int ours, stock;

	if (is_observer() || stock_does_it_too() || file_write(sysctl, "0")) {
		skip(p->name, "not to be run without a JIT here");
		return;
	}
	ours = prog_load_filter(p->insn, length(p));
	file_write(SYSFS "enabled", "0");
	stock = prog_load_filter(p->insn, length(p));
	check((ours < 0) == (stock < 0), "bpf_jit_enable=0: %s is %s, as without us", p->name,
	      stock < 0 ? "refused" : "loaded");
	if (ours >= 0)
		check(runs_ok(ours, p->want), "bpf_jit_enable=0: %s is right", p->name);
	close(ours);
	close(stock);
	file_write(SYSFS "enabled", "1");
	file_write(sysctl, "1");
}

/* Programs that ask for the processor number shall get 0. */
static void pin(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	check(!sched_setaffinity(0, sizeof(set), &set), "pinned to processor 0");
}

void suite_features(void)
{
	pin();
	if (!ng_load("", "features"))
		return;
	list();
	reasons();
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		run_one(&programs[i]);
	each_switched_off();
	for (size_t i = 0; i < ARRAY_SIZE(interpreted); i++)
		without_jit(&interpreted[i]);
	for (size_t i = 0; i < ARRAY_SIZE(partly_off); i++)
		one_partly_off(&partly_off[i]);
	disabled_at_load();
	bpf_settle(0);
	check(!ng_unload(), "rmmod");
}
