// SPDX-License-Identifier: GPL-2.0
/*
 * A build that can be made to fail: whatever fails, insmod or the load says what it was, the stock JIT still
 * compiles, and nothing is left behind.
 */
#include <sys/syscall.h>
#include <unistd.h>
#include "guest.h"

#define ALLOC_PARAM	"/sys/module/" MODULE "/parameters/sabotage_alloc"
#define MAX_SITES	64
#define REPEAT		100

/* what the kernel's own symbol table is asked for on every kernel */
static const char *const symbols[] = {
#define BJN_COMPILE_HAS_ENV
#define BJN_KSYM(name) #name,
#include "../../module/ksyms.def"
#undef BJN_KSYM
};

static const char *const hooks[] = {
#define BJN_OUR_TRAMPOLINES
#define BJN_HOOK(symbol, absent, bits, ret, params) #symbol,
#define BJN_ANSWER(symbol, absent, feature) #symbol,
#include "../../module/hooks.def"
#undef BJN_HOOK
#undef BJN_ANSWER
};

static bool stock_compiles(void)
{
	int fd = load_const(31);
	bool ok = runs_ok(fd, 31) && prog_jited_len(fd) > 0;

	close(fd);
	return ok;
}

static bool nothing_left(void)
{
	return !module_loaded(MODULE) && !file_exists("/sys/kernel/bpfjit_ng") &&
	       !file_exists("/sys/kernel/debug/bpfjit_ng") &&
	       !file_has("/sys/kernel/debug/tracing/enabled_functions", "bpf_int_jit_compile") &&
	       !file_has("/sys/kernel/debug/kprobes/list", "bpf_int_jit_compile");
}

/* insmod with @key=@name must fail, name @name in the log and leave nothing */
static void expect_refusal(const char *key, const char *name)
{
	char params[128];
	int err;

	snprintf(params, sizeof(params), "%s=%s", key, name);
	kmsg_mark();
	err = module_load(SABOTAGE_KO, params);
	check(err < 0 && kmsg_find("not loaded", name) && nothing_left() && stock_compiles(),
	      "%s: refused with its name in the log, nothing left", params);
	if (!err)
		ng_unload();
}

/* absent functions have no hook that could fail */
static int present_hooks(bool *present)
{
	static char text[16384], want[96];
	int n = 0;

	if (module_load(SABOTAGE_KO, "") || file_read(DEBUGFS "hooks", text, sizeof(text)) <= 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		snprintf(want, sizeof(want), "%s method=absent", hooks[i]);
		present[i] = !strstr(text, want);
		n += present[i];
	}
	return ng_unload() ? -1 : n;
}

static void missing_and_mute(void)
{
	bool present[ARRAY_SIZE(hooks)];

	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		expect_refusal("sabotage_symbol", symbols[i]);
	expect_refusal("sabotage_symbol", "bpf_int_jit_compile");
	if (!check(present_hooks(present) > 2, "without sabotage the same build loads and unloads"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (present[i])
			expect_refusal("sabotage_canary", hooks[i]);
}

/* a program that makes the compiler work: subprogram, map, helper, long constants */
static int load_rich(int map)
{
	const struct bpf_insn prog[] = {
		LD_IMM64(BPF_REG_6, 0, 0x12345678, 0x1abcdef0),
		ST_IMM(BPF_W, BPF_REG_10, -4, 0),
		MOV64_REG(BPF_REG_2, BPF_REG_10),
		ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		LD_MAP_FD(BPF_REG_1, map),
		CALL(BPF_FUNC_map_lookup_elem),
		MOV64_IMM(BPF_REG_1, 40),
		CALL_REL(1),
		EXIT(),
		MOV64_REG(BPF_REG_0, BPF_REG_1),
		ALU64_IMM(BPF_ADD, BPF_REG_0, 2),
		EXIT(),
	};

	return prog_load_filter(prog, ARRAY_SIZE(prog));
}

/*
 * A helper that some JITs inline: then its id is left in the call, and the interpreter would jump to an odd
 * address (Linux 6.12, where nothing marks the program).
 */
static int load_inlined(int map)
{
	const struct bpf_insn prog[] = {
		CALL_REL(1), EXIT(),
		CALL(BPF_FUNC_get_current_task), MOV64_REG(BPF_REG_1, BPF_REG_0),
		MOV64_IMM(BPF_REG_0, 42), EXIT(),
	};

	(void)map;
	return prog_load_filter(prog, ARRAY_SIZE(prog));
}

static int load_plain(int map)
{
	(void)map;
	return load_const(42);
}

/*
 * Private stacks, which only we have, in main and its first subprogram; the second one needs nothing of ours, but
 * if it fails the others must not go to the stock JIT.
 */
static int load_only_ours(int map)
{
	const struct bpf_insn prog[] = {
		ST_IMM(BPF_DW, BPF_REG_10, -400, 40), CALL_REL(4), CALL_REL(6),
		LDX(BPF_DW, BPF_REG_1, BPF_REG_10, -400), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1), EXIT(),
		ST_IMM(BPF_DW, BPF_REG_10, -400, 1), MOV64_IMM(BPF_REG_0, 0), EXIT(),
		MOV64_IMM(BPF_REG_0, 2), EXIT(),
	};

	(void)map;
	return prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, prog, ARRAY_SIZE(prog));
}

static bool raw_tp_ok(int fd, uint32_t want)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	return fd >= 0 && !syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)) &&
	       attr.test.retval == want;
}

/* Programs whose compilation is made to fail. */
static const struct victim {
	const char *what;
	int (*load)(int map);
	bool (*right)(int fd, uint32_t want);
	bool only_ours;		/* with a stock JIT that refuses it */
} victims[] = {
	{ "plain program", load_plain, runs_ok, false },
	{ "program with a subprogram", load_rich, runs_ok, false },
	{ "program with an inlined helper", load_inlined, runs_ok, false },
	{ "program with private stacks", load_only_ours, raw_tp_ok, true },
};

static bool stock_can;	/* load the victim, too */

/* Can we load it? Notes whether the stock JIT can. */
static bool can_load(const struct victim *v)
{
	int fd;

	file_write(SYSFS "enabled", "0");
	fd = v->load(-1);
	stock_can = fd >= 0;
	close(fd);
	file_write(SYSFS "enabled", "1");
	fd = v->load(-1);
	close(fd);
	return fd >= 0;
}

/*
 * Number of active objects in the general purpose caches. What a processor has set aside for itself counts as active,
 * so it is given back first.
 */
static long slab_objects(void)
{
	static char text[1 << 16];
	char *line, *save = NULL, name[64], path[128];
	long sum = 0, active;

	for (int shrunk = 0; shrunk < 2; shrunk++) {
		if (file_read("/proc/slabinfo", text, sizeof(text)) <= 0)
			return 0;
		for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
			if (strncmp(line, "kmalloc-", 8) || sscanf(line, "%63s %ld", name, &active) != 2)
				continue;
			snprintf(path, sizeof(path), "/sys/kernel/slab/%s/shrink", name);
			if (!shrunk)
				file_write(path, "1");
			else
				sum += active;
		}
	}
	return sum;
}

static long vmalloc_kb(void)
{
	static char text[8192];
	char *p;

	if (file_read("/proc/meminfo", text, sizeof(text)) <= 0)
		return 0;
	p = strstr(text, "VmallocUsed:");
	return p ? strtol(p + 12, NULL, 10) : 0;
}

enum outcome { OURS, STOCK, INTERPRETED, REFUSED, WRONG };

static const char *const outcome_text[] = {
	[OURS] = "compiled all the same",
	[STOCK] = "it goes to the stock JIT",
	[INTERPRETED] = "the interpreter runs it",
	[REFUSED] = "the load fails",
	[WRONG] = "wrong result or not counted",
};

/*
 * One load in which the @n-th allocation fails. When it is one of the second pass over a program with
 * subprograms, the kernel has no way back to a JIT: it takes the interpreter.
 */
static enum outcome fail_at(int n, const struct victim *v, int map)
{
	struct counters a = counters_read(), b;
	enum outcome out = OURS;
	bool hit, counted;
	char text[16];
	int fd;

	snprintf(text, sizeof(text), "%d", n);
	file_write(ALLOC_PARAM, text);
	fd = v->load(map);
	hit = n && file_num(ALLOC_PARAM, -1) == 0;
	b = counters_read();
	counted = b.declined + b.failed > a.declined + a.failed;
	if (fd < 0)
		out = REFUSED;
	else if (!prog_jited_len(fd))
		out = INTERPRETED;
	else if (b.compiled == a.compiled)
		out = STOCK;
	else if (b.declined > a.declined)
		out = WRONG;	/* each JIT compiled a part of it */
	if (v->only_ours && !stock_can && out == STOCK)
		out = WRONG;
	if (hit != counted || (!hit && out != OURS) || (fd >= 0 && !v->right(fd, 42)))
		out = WRONG;
	close(fd);
	return out;
}

/* Programs are freed by a worker, after grace periods: wait until nothing moves, ten seconds at most. */
static void settle(void)
{
	long before, now = slab_objects();

	bpf_settle(0);
	for (int i = 0; i < 20; i++) {
		usleep(500000);
		before = now;
		now = slab_objects();
		if (now == before)
			return;
	}
}

/* What was allocated and not freed. */
struct growth {
	long objects, kb;
};

static bool is_leak(const struct growth *g)
{
	return g->objects >= REPEAT / 2 || g->kb >= REPEAT * 4;
}

/* REPEAT loads in which the @n-th allocation fails: the same outcome each time? */
static bool repeat(int n, const struct victim *v, int map, enum outcome first, struct growth *g)
{
	bool same = true;

	settle();
	g->objects = slab_objects();
	g->kb = vmalloc_kb();
	for (int i = 0; i < REPEAT && same; i++)
		same = fail_at(n, v, map) == first;
	settle();
	g->objects = slab_objects() - g->objects;
	g->kb = vmalloc_kb() - g->kb;
	return same;
}

/*
 * The @n-th allocation fails: same outcome each time, with a reason, and no growth. The kernel's own caches
 * fill up now and then; a leak grows every time, so growth must show in each of three attempts to be one.
 */
static bool site(const struct victim *v, int n, int map)
{
	enum outcome first = fail_at(n, v, map);
	bool same = first != WRONG, reason;
	struct growth g = { REPEAT, 0 };

	/* not reached: there are fewer allocations than that */
	if (file_num(ALLOC_PARAM, -1) != 0) {
		file_write(ALLOC_PARAM, "0");
		return false;
	}
	kmsg_find(NULL, NULL);
	for (int i = 0; i < 3 && same && is_leak(&g); i++)
		same = repeat(n, v, map, first, &g);
	reason = file_has(DEBUGFS "unsupported", "reason=");
	check(same && reason && file_num(SYSFS "programs", -1) == 0 && !is_leak(&g),
	      "%s: allocation %d fails: %s, %ld objects and %ld kB more after %d times", v->what, n,
	      outcome_text[same ? first : WRONG], g.objects, g.kb, REPEAT);
	return true;
}

static void all_sites(const struct victim *v, int map)
{
	int n = 1;

	/* fill the caches first, so that growth is a leak */
	for (int i = 0; i < 2 * REPEAT; i++)
		fail_at(1 + i % 4, v, map);
	while (n < MAX_SITES && site(v, n, map))
		n++;
	check(n > 2 && n < MAX_SITES, "%s: %d allocations were made to fail", v->what, n - 1);
}

static void fail_allocations(void)
{
	int map = map_create(BPF_MAP_TYPE_ARRAY, 4, 4, 1), err;

	kmsg_mark();
	err = module_load(SABOTAGE_KO, "");
	if (!check(!err, "insmod without sabotage"))
		return;
	if (is_observer()) {
		skip("failing allocations", "this module has no emitter for this architecture");
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(victims); i++) {
			if (victims[i].only_ours && !can_load(&victims[i])) {
				skip(victims[i].what, "this machine does not have the feature");
				continue;
			}
			all_sites(&victims[i], map);
			check(fail_at(0, &victims[i], map) == OURS, "without sabotage it compiles");
		}
	}
	close(map);
	bpf_settle(0);
	err = ng_unload();
	check(!err && nothing_left() && stock_compiles(), "rmmod%s%s, nothing left", err ? ": " : "",
	      err ? strerror(-err) : "");
}

/* Loads and runs a program that writes to the last byte of its private stack, and lets it go. */
static bool run_deep(bool is_sub)
{
	const struct bpf_insn prog[] = {
		MOV64_IMM(BPF_REG_0, 0), ST_IMM(BPF_DW, BPF_REG_10, -400, 7), EXIT(),
	};
	const struct bpf_insn sub[] = {
		CALL_REL(1), EXIT(),
		MOV64_IMM(BPF_REG_0, 0), ST_IMM(BPF_DW, BPF_REG_10, -400, 7), EXIT(),
	};
	union bpf_attr attr;
	int fd, err;

	memset(&attr, 0, sizeof(attr));
	snprintf(attr.prog_name, sizeof(attr.prog_name), "%s", is_sub ? "deep_below" : "deep");
	fd = prog_load_attr(&attr, BPF_PROG_TYPE_RAW_TRACEPOINT, is_sub ? sub : prog,
			    is_sub ? ARRAY_SIZE(sub) : ARRAY_SIZE(prog));
	if (fd < 0)
		return false;
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	err = syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr));
	close(fd);
	bpf_settle(0);
	return !err;
}

/* A private stack that is too small: whoever writes beyond it is named. */
static void overflow(void)
{
	int err = module_load(SABOTAGE_KO, "");

	if (!check(!err, "insmod without sabotage"))
		return;
	if (!file_exists(SYSFS "features/private_stack")) {
		skip("private stacks that are too small", "this machine does not have the feature");
	} else {
		kmsg_mark();
		check(run_deep(false) && run_deep(true) && !kmsg_find("private stack", NULL),
		      "stacks that are large enough: no complaint");
		file_write("/sys/module/" MODULE "/parameters/sabotage_shrink", "16");
		check(run_deep(false) && kmsg_find("program deep func 0 ", "below its private stack"),
		      "a stack that is too small: the program is named");
		check(run_deep(true) && kmsg_find("program deep_below func 1 ", "below its private stack"),
		      "the same in a subprogram: program and function are named");
	}
	check(!ng_unload(), "rmmod");
}

/*
 * A jump as long as jumps may be is too long when the constants below it have been blinded, so there is no JIT for
 * the program. Up to Linux 6.12 the JIT finds that out, and the kernel interprets the program then: not with the
 * promise of a feature that only we have (here an inlined helper, whose id the interpreter takes for a distance).
 */
static void unblindable(void)
{
	enum { LONG = 30000 };
	static struct bpf_insn prog[LONG + 6];
	struct counters a, b;
	char harden[8];
	size_t n = 0;
	int fd;

	file_read("/proc/sys/net/core/bpf_jit_harden", harden, sizeof(harden));
	if (!check(!module_load(SABOTAGE_KO, ""), "insmod without sabotage"))
		return;
	prog[n++] = CALL(BPF_FUNC_get_smp_processor_id);
	prog[n++] = JMP_IMM(BPF_JEQ, BPF_REG_0, 0x1234567, LONG);
	while (n < LONG + 2)
		prog[n++] = ALU64_IMM(BPF_ADD, BPF_REG_0, 0x1234567);
	prog[n++] = MOV64_IMM(BPF_REG_0, 42);
	prog[n++] = EXIT();
	a = counters_read();
	file_write("/proc/sys/net/core/bpf_jit_harden", "2");
	fd = prog_load_filter(prog, n);
	file_write("/proc/sys/net/core/bpf_jit_harden", harden);
	b = counters_read();
	check(fd < 0 || (!prog_jited_len(fd) && b.declined + b.failed > a.declined + a.failed),
	      "constants that cannot be blinded: refused, or no JIT for the program and a reason why");
	if (fd >= 0 && b.failed > a.failed)
		check(runs_ok(fd, 0), "... and as it needs us it does nothing");
	close(fd);
	bpf_settle(0);
	check(!ng_unload(), "rmmod");
}

void suite_sabotage(void)
{
	check(stock_compiles(), "the stock JIT compiles");
	missing_and_mute();
	fail_allocations();
	overflow();
	unblindable();
}
