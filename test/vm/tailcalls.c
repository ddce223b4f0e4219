// SPDX-License-Identifier: GPL-2.0
/*
 * Programs of both JITs tail-call each other through one prog_array: whoever calls whom, the chain must stop
 * after exactly 33 tail calls, that is with the 34th program run.
 */
#include <unistd.h>
#include "guest.h"

#define SLOTS		4
#define LIMIT		34
#define EMPTY_SLOT	(SLOTS - 1)
#define DEEP		200	/* bytes of stack that a verifier of any age accepts in front of a tail call */

static int progs, counter;

static void reset(void)
{
	uint32_t zero = 0;

	map_set(counter, 0, &zero);
}

static uint32_t count(void)
{
	uint32_t value = 0;

	map_get(counter, 0, &value);
	return value;
}

/* count a run, tail-call @next, return the count when that fails */
static int load_plain(int next)
{
	const struct bpf_insn prog[] = {
		MOV64_REG(BPF_REG_6, BPF_REG_1),
		LD_IMM64(BPF_REG_7, BPF_PSEUDO_MAP_VALUE, counter, 0),
		LDX(BPF_W, BPF_REG_1, BPF_REG_7, 0),
		ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		STX(BPF_W, BPF_REG_7, BPF_REG_1, 0),
		MOV64_REG(BPF_REG_1, BPF_REG_6),
		LD_MAP_FD(BPF_REG_2, progs),
		MOV64_IMM(BPF_REG_3, next),
		CALL(BPF_FUNC_tail_call),
		LDX(BPF_W, BPF_REG_0, BPF_REG_7, 0),
		EXIT(),
	};

	return prog_load_filter(prog, ARRAY_SIZE(prog));
}

/* the same, but a subprogram makes the tail call, @calls times; its caller has @stack bytes of BPF stack */
static int load_subprog(int next, int calls, int stack)
{
	const struct bpf_insn prog[] = {
		stack ? ST_IMM(BPF_DW, BPF_REG_10, -stack, 0) : MOV64_REG(BPF_REG_6, BPF_REG_1),
		MOV64_REG(BPF_REG_6, BPF_REG_1),
		LD_IMM64(BPF_REG_7, BPF_PSEUDO_MAP_VALUE, counter, 0),
		LDX(BPF_W, BPF_REG_1, BPF_REG_7, 0),
		ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		STX(BPF_W, BPF_REG_7, BPF_REG_1, 0),
		MOV64_IMM(BPF_REG_8, calls),
		/* again: */
		MOV64_REG(BPF_REG_1, BPF_REG_6),
		CALL_REL(4),
		ALU64_IMM(BPF_SUB, BPF_REG_8, 1),
		JMP_IMM(BPF_JGT, BPF_REG_8, 0, -4),
		LDX(BPF_W, BPF_REG_0, BPF_REG_7, 0),
		EXIT(),
		/* subprogram: */
		LD_MAP_FD(BPF_REG_2, progs),
		MOV64_IMM(BPF_REG_3, next),
		CALL(BPF_FUNC_tail_call),
		MOV64_IMM(BPF_REG_0, 0),
		EXIT(),
	};

	return prog_load_subprog(prog, ARRAY_SIZE(prog), 14);
}

static bool by(bool ours, int fd)
{
	static long before;
	long now = counters_read().compiled;
	bool right = (now > before) == ours;

	before = now;
	return fd >= 0 && right;
}

/*
 * chain() - one program per letter of @who, 'o' ours or 's' stock, each tail-calling the next, the last
 * one the first. Running the first must give LIMIT runs. @calls: tail calls sit in a subprogram (0: no).
 */
static void chain(const char *who, int calls)
{
	int n = strlen(who), fd[SLOTS], err = 0;
	bool as_wanted = true;
	uint32_t ret = 0;

	for (int i = 0; i < n; i++) {
		bool ours = who[i] == 'o';

		file_write(SYSFS "enabled", ours ? "1" : "0");
		by(false, 0);
		fd[i] = calls ? load_subprog((i + 1) % n, calls, 0) : load_plain((i + 1) % n);
		as_wanted &= by(ours, fd[i]);
		if (fd[i] < 0 || map_set(progs, i, &fd[i]))
			err = fd[i] < 0 ? fd[i] : -EINVAL;
	}
	reset();
	if (!err)
		err = prog_run(fd[0], &ret);
	check(!err && as_wanted && count() == LIMIT, "%s%s%s: %u runs, %s", who,
	      calls ? " in a subprogram" : "",
	      calls > 1 ? " called twice" : "", count(), err ? strerror(-err) : as_wanted ? "each by the JIT it should be" :
	      "but compiled by the wrong JIT");
	for (int i = 0; i < n; i++)
		close(fd[i]);
}

static void misses(void)
{
	static const int target[] = { EMPTY_SLOT, SLOTS, -1, 0x7fffffff };

	for (size_t i = 0; i < ARRAY_SIZE(target); i++) {
		int fd = load_plain(target[i]);

		reset();
		check(runs_ok(fd, 1), "a tail call to slot %d falls through", target[i]);
		close(fd);
	}
}

/* an entry that is taken away while its array lives */
static void emptied(void)
{
	const struct bpf_insn target[] = { MOV64_IMM(BPF_REG_0, 777), EXIT() };
	int caller = load_plain(0), callee = prog_load_filter(target, ARRAY_SIZE(target));

	check(!map_set(progs, 0, &callee) && runs_ok(caller, 777), "a tail call returns its target's value");
	close(callee);
	check(runs_ok(caller, 777), "the array keeps the target alive");
	check(!map_del(progs, 0) && prog_run(caller, &(uint32_t){ 0 }) == 0, "the entry is deleted");
	reset();
	check(runs_ok(caller, 1), "and the tail call falls through");
	close(caller);
}

static bool subprog_tailcalls(void)
{
	int fd = load_subprog(EMPTY_SLOT, 1, 0);

	if (fd < 0)
		note("%.200s", prog_log());
	close(fd);
	return fd >= 0;
}

static void mix_chains(int calls)
{
	static const char *const mix[] = { "o", "oo", "so", "os", "sso", "oos", "oso" };
	bool stock_can = true;

	if (calls) {
		file_write(SYSFS "enabled", "0");
		stock_can = subprog_tailcalls();
	}
	if (stock_can) {
		chain("s", calls);
		chain("ss", calls);
	} else {
		skip("chains of the stock JIT from subprograms", "it has no calls of subprograms");
	}
	if (is_observer()) {
		skip("mixed chains", "this module has no emitter for this architecture");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(mix); i++)
		if (stock_can || !strchr(mix[i], 's'))
			chain(mix[i], calls);
}

/*
 * The verifier lets the callers of a subprogram that tail-calls hold on to 256 bytes, 33 times in a chain. Where
 * the kernel's stack is 8 KB that is all of it, and such a program is refused.
 */
static void deep(void)
{
	int fd;

	file_write(SYSFS "enabled", "1");
	kmsg_mark();
	fd = load_subprog(0, 1, DEEP);
	if (SMALL_STACK) {
		check(fd < 0 && kmsg_find(MODULE, "more stack than this kernel has"),
		      "a chain that would overflow the kernel's stack is refused");
	} else {
		reset();
		check(fd >= 0 && !map_set(progs, 0, &fd) && !prog_run(fd, &(uint32_t){ 0 }) && count() == LIMIT,
		      "a chain of %d bytes of stack each: %u runs", DEEP, count());
	}
	map_del(progs, 0);
	close(fd);
}

/*
 * C code enters a callback, and it knows nothing of a count. The verifier refuses a tail call there since Linux 7.2,
 * below there since 7.3; before, the module does.
 */
static void below_callback(void)
{
	const struct bpf_insn prog[] = {
		STX(BPF_DW, BPF_REG_10, BPF_REG_1, -8),
		MOV64_IMM(BPF_REG_1, 3),
		LD_IMM64(BPF_REG_2, BPF_PSEUDO_FUNC, 6, 0),
		MOV64_REG(BPF_REG_3, BPF_REG_10),
		ALU64_IMM(BPF_ADD, BPF_REG_3, -8),
		MOV64_IMM(BPF_REG_4, 0),
		CALL(BPF_FUNC_loop),
		EXIT(),
		/* callback: */
		LDX(BPF_DW, BPF_REG_1, BPF_REG_2, 0),
		LD_MAP_FD(BPF_REG_2, progs),
		MOV64_IMM(BPF_REG_3, EMPTY_SLOT),
		CALL(BPF_FUNC_tail_call),
		MOV64_IMM(BPF_REG_0, 0),
		EXIT(),
	};
	int fd;

	file_write(SYSFS "enabled", "1");
	kmsg_mark();
	fd = prog_load_subprog(prog, ARRAY_SIZE(prog), 9);
	check(fd < 0 && (strstr(prog_log(), "within callback") || kmsg_find(MODULE, "below a callback")),
	      "a tail call in a callback is refused");
	close(fd);
}

void suite_tailcalls(void)
{
	progs = map_create(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, SLOTS);
	counter = map_create(BPF_MAP_TYPE_ARRAY, 4, 4, 1);
	if (!check(progs >= 0 && counter >= 0, "maps are created"))
		return;
	mix_chains(0);
	file_write(SYSFS "enabled", "1");
	misses();
	emptied();
	if (subprog_tailcalls()) {
		mix_chains(1);
		/* before 6.12 every branch of the call tree counts for itself */
		if (strcmp(job("SERIES", "7"), "6.1"))
			mix_chains(2);
		if (!is_observer()) {
			deep();
			below_callback();
		}
	} else {
		skip("tail calls in subprograms", "neither JIT supports them here");
	}
}
