// SPDX-License-Identifier: GPL-2.0
/*
 * What changes the frame of a program: a private stack, arguments on the stack, loops bounded by time. And atomics
 * in an arena at addresses that the machine refuses.
 * Nothing here needs the kernel's BTF; the program's own is enough.
 */
#include <linux/btf.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "guest.h"

#define FEATURE(f)	SYSFS "features/" f
#define REG_ARGS	11
#define NR_ARGS		12
#define INFO(kind, vlen)	((uint32_t)(kind) << 24 | (vlen))
#define MAY_GOTO(o)	INSN(BPF_JMP | 0xe0, 0, 0, o, 0)
#define CAST_KERN(r)	INSN(BPF_ALU64 | BPF_MOV | BPF_X, r, r, 1, 1)
#define PLAIN_LOOPS	(8u << 20)	/* limit of a may_goto that counts only */

static bool absent(const char *name, const char *file)
{
	if (!file_exists(file))
		skip(name, "this machine does not have the feature");
	return !file_exists(file);
}

/* Ours, and with the result that C semantics give. */
static void check_ours(const char *name, int fd, bool right, struct counters before)
{
	struct counters after = counters_read();

	if (fd < 0)
		note("%s; %.400s", strerror(-fd), prog_log());
	check(fd >= 0 && right, "%s", name);
	check(after.compiled > before.compiled && after.declined == before.declined &&
	      after.failed == before.failed, "%s: compiled by " MODULE, name);
	close(fd);
}

/* A raw tracepoint is run without data and without repetition. */
static bool raw_tp_returns(int fd, uint32_t want)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	if (fd < 0 || syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)))
		return false;
	if (attr.test.retval != want)
		note("the program returns %u instead of %u", attr.test.retval, want);
	return attr.test.retval == want;
}

/* Two runs of a uprobe's program may share a CPU, and would share the stack. Where @stock_too, that is its promise. */
static void preemptible_stack(const struct bpf_insn *prog, unsigned int count, bool stock_too)
{
	union bpf_attr attr;
	struct counters before;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.expected_attach_type = BPF_TRACE_UPROBE_MULTI;
	fd = prog_load_attr(&attr, BPF_PROG_TYPE_KPROBE, prog, count);
	check(fd < 0 || stock_too, "the same in a uprobe: refused, unless the stock JIT has the feature");
	close(fd);
	before = counters_read();
	memset(&attr, 0, sizeof(attr));
	fd = prog_load_attr(&attr, BPF_PROG_TYPE_KPROBE, prog, count);
	check_ours("the same in a kprobe", fd, true, before);
}

static void private_stack(void)
{
	static const struct bpf_insn prog[] = {
		ST_IMM(BPF_DW, BPF_REG_10, -400, 7), MOV64_REG(BPF_REG_1, BPF_REG_10), CALL_REL(3),
		LDX(BPF_DW, BPF_REG_1, BPF_REG_10, -400), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1), EXIT(),
		ST_IMM(BPF_DW, BPF_REG_10, -400, 5), LDX(BPF_DW, BPF_REG_0, BPF_REG_10, -400),
		LDX(BPF_DW, BPF_REG_2, BPF_REG_1, -400), ALU64_IMM(BPF_MUL, BPF_REG_2, 100),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_2), EXIT(),
	};
	const char *name = "400 and 400 bytes of stack in a raw tracepoint";
	struct counters before = counters_read();
	int fd;

	if (absent(name, FEATURE("private_stack")))
		return;
	fd = prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, prog, ARRAY_SIZE(prog));
	check_ours(name, fd, raw_tp_returns(fd, 712), before);
	check(file_write(FEATURE("private_stack"), "0") == 0, "%s: feature switched off", name);
	before = counters_read();
	fd = prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, prog, ARRAY_SIZE(prog));
	check(fd < 0 || (raw_tp_returns(fd, 712) && counters_read().compiled == before.compiled),
	      "%s: refused then, or left to a stock JIT that has the feature", name);
	close(fd);
	file_write(FEATURE("private_stack"), "1");
	preemptible_stack(prog, ARRAY_SIZE(prog), fd >= 0);
}

enum { S_LONG = 1, S_ARG = 6, S_MAIN = 10, S_SUB = 15 };
static const char strings[] = "\0long\0arg\0main\0sub";

/* 1 long; 2 long (void *); 3 long (long, ... twelve times); 4 main; 5 sub; 6 void * */
int btf_of_many_args(void)
{
	struct {
		struct btf_header hdr;
		uint32_t t[4 + 3 + 2 + 3 + 2 * NR_ARGS + 3 + 3 + 3];
		char strings[sizeof(strings)];
	} blob = { .hdr = { .magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(blob.hdr) } };
	uint32_t *t = blob.t;
	union bpf_attr attr;
	int i;

#define TYPE(...) do { \
		const uint32_t words[] = { __VA_ARGS__ }; \
		memcpy(t, words, sizeof(words)); \
		t += ARRAY_SIZE(words); \
	} while (0)
	TYPE(S_LONG, INFO(BTF_KIND_INT, 0), 8, BTF_INT_SIGNED << 24 | 64);
	TYPE(0, INFO(BTF_KIND_FUNC_PROTO, 1), 1, S_ARG, 6);
	TYPE(0, INFO(BTF_KIND_FUNC_PROTO, NR_ARGS), 1);
	for (i = 0; i < NR_ARGS; i++)
		TYPE(S_ARG, 1);
	TYPE(S_MAIN, INFO(BTF_KIND_FUNC, BTF_FUNC_STATIC), 2);
	TYPE(S_SUB, INFO(BTF_KIND_FUNC, BTF_FUNC_STATIC), 3);
	TYPE(0, INFO(BTF_KIND_PTR, 0), 0);
#undef TYPE
	blob.hdr.type_len = (uint32_t)((t - blob.t) * 4);
	blob.hdr.str_off = blob.hdr.type_len;
	blob.hdr.str_len = sizeof(strings);
	memcpy((char *)blob.t + blob.hdr.str_off, strings, sizeof(strings));
	memset(&attr, 0, sizeof(attr));
	attr.btf = (uintptr_t)&blob;
	attr.btf_size = sizeof(blob.hdr) + blob.hdr.type_len + sizeof(strings);
	i = syscall(SYS_bpf, BPF_BTF_LOAD, &attr, sizeof(attr));
	return i < 0 ? -errno : i;
}

/* main: sub(1, 2, ... 12); sub: the sum of n * n */
static void stack_args(void)
{
	struct bpf_insn prog[64], *p = prog;
	struct bpf_func_info info[2] = { { 0, 4 }, { 0, 5 } };
	const char *name = "a subprogram with twelve arguments";
	struct counters before = counters_read();
	union bpf_attr attr;
	int i, btf, fd;

	if (absent(name, FEATURE("stack_args")))
		return;
	*p++ = MOV64_IMM(BPF_REG_6, 7);
	*p++ = STX(BPF_DW, REG_ARGS, BPF_REG_6, -16);
	for (i = 6; i <= NR_ARGS; i++)
		if (i != 7)
			*p++ = ST_IMM(BPF_DW, REG_ARGS, -8 * (i - 5), i);
	for (i = 1; i <= 5; i++)
		*p++ = MOV64_IMM(i, i);
	*p++ = CALL_REL(1);
	*p++ = EXIT();
	info[1].insn_off = (uint32_t)(p - prog);
	*p++ = MOV64_IMM(BPF_REG_0, 0);
	for (i = 6; i <= NR_ARGS; i++) {
		*p++ = LDX(BPF_DW, BPF_REG_6, REG_ARGS, 8 * (i - 5));
		*p++ = ALU64_IMM(BPF_MUL, BPF_REG_6, i);
		*p++ = ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_6);
	}
	for (i = 1; i <= 5; i++) {
		*p++ = ALU64_IMM(BPF_MUL, i, i);
		*p++ = ALU64_REG(BPF_ADD, BPF_REG_0, i);
	}
	*p++ = EXIT();

	btf = btf_of_many_args();
	memset(&attr, 0, sizeof(attr));
	attr.prog_btf_fd = (uint32_t)btf;
	attr.func_info = (uintptr_t)info;
	attr.func_info_rec_size = sizeof(info[0]);
	attr.func_info_cnt = ARRAY_SIZE(info);
	fd = btf < 0 ? btf : prog_load_attr(&attr, BPF_PROG_TYPE_SOCKET_FILTER, prog,
					    (unsigned int)(p - prog));
	check_ours(name, fd, runs_ok(fd, 650), before);
	close(btf);
}

/* Main program and @nr global functions, each of which calls the next one and saves four registers meanwhile. */
static int load_chain(unsigned int nr)
{
	enum { MAIN = 3, EACH = 11, MAX = 255 };
	static struct bpf_insn prog[MAIN + EACH * MAX] = { MOV64_IMM(BPF_REG_1, 1), CALL_REL(1), EXIT() };

	for (unsigned int i = 0; i < nr; i++) {
		const struct bpf_insn f[EACH] = {
			MOV64_REG(BPF_REG_6, BPF_REG_1), MOV64_REG(BPF_REG_7, BPF_REG_1),
			MOV64_REG(BPF_REG_8, BPF_REG_1), MOV64_REG(BPF_REG_9, BPF_REG_1),
			i + 1 < nr ? CALL_REL(6) : MOV64_IMM(BPF_REG_0, 0),
			/* one more, if they are all as before */
			ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_6),
			ALU64_REG(BPF_SUB, BPF_REG_7, BPF_REG_8), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_7),
			ALU64_REG(BPF_SUB, BPF_REG_9, BPF_REG_8), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_9),
			EXIT(),
		};

		memcpy(&prog[MAIN + EACH * i], f, sizeof(f));
	}
	return prog_load_globals(prog, MAIN + EACH * nr, MAIN, EACH, nr);
}

/*
 * Since Linux 7.2 the verifier has no limit for a chain of global functions without a BPF stack, but the kernel's stack
 * has: it is 8 KB on a 32-bit machine.
 */
static void chain_of_globals(void)
{
	struct counters before = counters_read();
	int fd = load_chain(30);

	if (fd < 0 && strstr(prog_log(), "frames is too deep")) {
		skip("long chains of calls", "the verifier refuses them");
		return;
	}
	check_ours("30 global functions that call each other", fd, runs_ok(fd, 30), before);
	before = counters_read();
	kmsg_find(NULL, NULL);
	fd = load_chain(254);
	if (sizeof(long) == 8) {
		check_ours("254 of them", fd, runs_ok(fd, 254), before);
		return;
	}
	check(fd < 0 && kmsg_find("too deep for the stack", NULL), "254 of them: refused, the stack is too small");
	close(fd);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void timed_loop(void)
{
	static const struct bpf_insn prog[] = {
		MOV64_IMM(BPF_REG_0, 0), MOV64_IMM(BPF_REG_2, 2), MOV64_IMM(BPF_REG_6, 6),
		MAY_GOTO(2), ALU64_IMM(BPF_ADD, BPF_REG_0, 1), INSN(BPF_JMP | BPF_JA, 0, 0, -3, 0),
		/* registers that the check must leave alone */
		JMP_IMM(BPF_JNE, BPF_REG_2, 2, 1), JMP_IMM(BPF_JEQ, BPF_REG_6, 6, 1),
		MOV64_IMM(BPF_REG_0, 1), EXIT(),
	};
	const char *name = "an endless loop";
	struct counters before = counters_read();
	uint32_t loops = 0;
	bool right = false;
	long ms;
	int fd;

	if (absent(name, FEATURE("timed_may_goto")))
		return;
	fd = prog_load_filter(prog, ARRAY_SIZE(prog));
	ms = now_ms();
	if (fd >= 0)
		right = !prog_run(fd, &loops);
	ms = now_ms() - ms;
	note("%u loops in %ld ms", loops, ms);
	/* 250 ms by the kernel's clock, a multiple of 65535 loops */
	right = right && ms >= 245 && ms < 3000 && loops > 0xffff && loops != PLAIN_LOOPS;
	check_ours(name, fd, right, before);
}

/* An address that is not aligned: the operation is carried out or left out, whole. */
static void unaligned(int map, uint64_t *page, const char *name, struct bpf_insn op, uint64_t old, uint64_t new)
{
	const struct bpf_insn prog[] = {
		LD_MAP_FD(BPF_REG_1, map), LD_IMM64(BPF_REG_2, 0, (uint32_t)(uintptr_t)page, 0),
		CAST_KERN(BPF_REG_2), ALU64_IMM(BPF_ADD, BPF_REG_2, 1), MOV64_IMM(BPF_REG_3, 5),
		MOV64_IMM(BPF_REG_0, 7), op, ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_3), EXIT(),
	};
	bool cmpxchg = op.imm == BPF_CMPXCHG;
	struct counters before = counters_read();
	int fd = prog_load_filter(prog, ARRAY_SIZE(prog)), err;
	uint32_t skipped = cmpxchg ? 5 : 7 + 5 * !(op.imm & BPF_FETCH);
	uint32_t done = cmpxchg ? (uint32_t)old + 5 : 7 + (op.imm & BPF_FETCH ? (uint32_t)old : 5);
	uint64_t value;
	uint32_t got = 0;

	page[0] = old << 8;
	page[1] = old >> 56;
	err = fd < 0 ? fd : prog_run(fd, &got);
	value = page[0] >> 8 | page[1] << 56;
	if (err || (got != skipped && got != done))
		note("%s, result %u, memory %llx", strerror(-err), got, (unsigned long long)value);
	check_ours(name, fd, !err && ((got == skipped && value == old) || (got == done && value == new)),
		   before);
}

static void unaligned_atomics(void)
{
	const char *name = "atomics at odd addresses of an arena";
	union bpf_attr attr;
	uint64_t *page;
	int map;

	if (absent(name, FEATURE("arena_atomics")))
		return;
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARENA;
	attr.map_flags = BPF_F_MMAPABLE;
	attr.max_entries = 1;
	map = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	page = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (map < 0 || page == MAP_FAILED) {
		note("map %d, %s", map, strerror(errno));
		skip(name, "there is no arena here");
		return;
	}
	unaligned(map, page, "add at an odd address", ATOMIC(BPF_DW, BPF_ADD, BPF_REG_2, BPF_REG_3, 0), 10, 15);
	unaligned(map, page, "fetch and add, 4 bytes",
		  ATOMIC(BPF_W, BPF_ADD | BPF_FETCH, BPF_REG_2, BPF_REG_3, 0), 10, 15);
	unaligned(map, page, "exchange", ATOMIC(BPF_DW, BPF_XCHG, BPF_REG_2, BPF_REG_3, 0), 10, 5);
	unaligned(map, page, "compare and exchange", ATOMIC(BPF_DW, BPF_CMPXCHG, BPF_REG_2, BPF_REG_3, 0), 7, 5);
	unaligned(map, page, "compare and exchange, 4 bytes",
		  ATOMIC(BPF_W, BPF_CMPXCHG, BPF_REG_2, BPF_REG_3, 0), 7, 5);
	munmap(page, (size_t)sysconf(_SC_PAGESIZE));
	close(map);
}

void suite_frames(void)
{
	unaligned_atomics();
	private_stack();
	stack_args();
	chain_of_globals();
	timed_loop();
}
