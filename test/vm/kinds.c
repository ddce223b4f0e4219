// SPDX-License-Identifier: GPL-2.0
#include <linux/btf.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "kinds.h"

#define REG_ARGS	11
#define NR_ARGS		12
#define TAIL_BASE	77000
#define CHAIN		34	/* 33 tail calls */
#define MAY_GOTO(o)	INSN(BPF_JMP | 0xe0, 0, 0, o, 0)
#define CAST_KERN(r)	INSN(BPF_ALU64 | BPF_MOV | BPF_X, r, r, 1, 1)
#define GOTOX(r)	INSN(BPF_JMP | BPF_JA | BPF_X, r, 0, 0, 0)
#define KFUNC(id)	INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, id)
#define FUNC(r, i)	LD_IMM64(r, BPF_PSEUDO_FUNC, i, 0)
#define LOAD(prog)	prog_load_filter(prog, ARRAY_SIZE(prog))
#define LOAD_SUB(prog, sub)	prog_load_subprog(prog, ARRAY_SIZE(prog), sub)

static int run_skb(struct maker *m, const struct made *p, uint32_t *got)
{
	(void)m;
	return prog_run(p->fd, got);
}

static int run_raw_tp(struct maker *m, const struct made *p, uint32_t *got)
{
	union bpf_attr attr;

	(void)m;
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = p->fd;
	if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)))
		return -errno;
	*got = attr.test.retval;
	return 0;
}

static int load_plain(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		MOV64_IMM(BPF_REG_0, n), ALU64_IMM(BPF_MUL, BPF_REG_0, 3), MOV64_REG(BPF_REG_1, BPF_REG_0),
		ALU64_IMM(BPF_RSH, BPF_REG_1, 3), ALU64_REG(BPF_XOR, BPF_REG_0, BPF_REG_1), EXIT(),
	};

	(void)m;
	p->want = (n * 3) ^ (n * 3 >> 3);
	return LOAD(prog);
}

static int load_subprogs(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		MOV64_IMM(BPF_REG_6, n), MOV64_REG(BPF_REG_1, BPF_REG_6), CALL_REL(2),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_6), EXIT(),
		MOV64_REG(BPF_REG_6, BPF_REG_1), CALL_REL(2), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_6), EXIT(),
		MOV64_REG(BPF_REG_0, BPF_REG_1), ALU64_IMM(BPF_MUL, BPF_REG_0, 2), EXIT(),
	};

	(void)m;
	p->want = 4 * n;
	return LOAD(prog);
}

static int load_atomics(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		ST_IMM(BPF_DW, BPF_REG_10, -8, 5), MOV64_IMM(BPF_REG_1, n),
		ATOMIC(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_10, BPF_REG_1, -8),		/* r1 5, memory n + 5 */
		MOV64_IMM(BPF_REG_0, n), ALU64_IMM(BPF_ADD, BPF_REG_0, 5),
		MOV64_IMM(BPF_REG_2, 1000),
		ATOMIC(BPF_DW, BPF_CMPXCHG, BPF_REG_10, BPF_REG_2, -8),			/* r0 n + 5, memory 1000 */
		ATOMIC(BPF_DW, BPF_XCHG, BPF_REG_10, BPF_REG_1, -8),			/* r1 1000, memory 5 */
		LDX(BPF_DW, BPF_REG_2, BPF_REG_10, -8), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_2), EXIT(),
	};

	(void)m;
	p->want = n + 1010;
	return LOAD(prog);
}

static int load_tail_call(int progs, int slot)
{
	const struct bpf_insn prog[] = {
		LD_MAP_FD(BPF_REG_2, progs), MOV64_IMM(BPF_REG_3, slot), CALL(BPF_FUNC_tail_call),
		MOV64_IMM(BPF_REG_0, 0), EXIT(),
	};

	return LOAD(prog);
}

/* A target takes its place in the shared array: the lower half returns, the upper half calls the lower. */
static int load_target(struct maker *m, struct made *p, uint32_t n)
{
	uint32_t slot = n % KIND_SLOTS, low = slot % (KIND_SLOTS / 2);
	int fd, err;

	p->want = TAIL_BASE + low;
	fd = slot == low ? load_const(p->want) : load_tail_call(m->shared, low);
	if (fd < 0)
		return fd;
	err = map_set(m->shared, slot, &fd);
	if (err)
		close(fd);
	return err ? err : fd;
}

static int load_caller(struct maker *m, struct made *p, uint32_t n)
{
	uint32_t slot = n % KIND_SLOTS;

	p->want = TAIL_BASE + slot % (KIND_SLOTS / 2);
	return load_tail_call(m->shared, slot);
}

/*
 * The stock JIT of MIPS has no subprograms and no idea of a count that is shared between them and their caller, so
 * there a chain from a subprogram of ours ends with the first stock program (arch-mips/n64-tail.c).
 */
static int load_caller_below(struct maker *m, struct made *p, uint32_t n)
{
#ifdef __mips__
	uint32_t slot = n % (KIND_SLOTS / 2);
#else
	uint32_t slot = n % KIND_SLOTS;
#endif
	const struct bpf_insn prog[] = {
		CALL_REL(2), ALU64_IMM(BPF_ADD, BPF_REG_0, 1), EXIT(),
		LD_MAP_FD(BPF_REG_2, m->shared), MOV64_IMM(BPF_REG_3, slot), CALL(BPF_FUNC_tail_call),
		MOV64_IMM(BPF_REG_0, 0), EXIT(),
	};

	p->want = TAIL_BASE + slot % (KIND_SLOTS / 2) + 1;
	return LOAD_SUB(prog, 3);
}

/* One half of a chain that counts its runs; the other half may be of the other JIT. */
static int load_link(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		MOV64_REG(BPF_REG_6, BPF_REG_1), LD_IMM64(BPF_REG_7, BPF_PSEUDO_MAP_VALUE, m->counter, 0),
		LDX(BPF_W, BPF_REG_1, BPF_REG_7, 0), ALU64_IMM(BPF_ADD, BPF_REG_1, 1),
		STX(BPF_W, BPF_REG_7, BPF_REG_1, 0), MOV64_REG(BPF_REG_1, BPF_REG_6),
		LD_MAP_FD(BPF_REG_2, m->own), MOV64_IMM(BPF_REG_3, !(n & 1)), CALL(BPF_FUNC_tail_call),
		LDX(BPF_W, BPF_REG_0, BPF_REG_7, 0), EXIT(),
	};
	int fd = LOAD(prog), err;

	p->want = CHAIN;
	err = fd < 0 ? fd : map_set(m->own, n & 1, &fd);
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

static int load_chain(struct maker *m, struct made *p, uint32_t n)
{
	int other = load_link(m, p, 1), fd = other < 0 ? other : load_link(m, p, 0);

	(void)n;
	if (other >= 0)
		close(other);	/* the array keeps it */
	return fd;
}

static int run_chain(struct maker *m, const struct made *p, uint32_t *got)
{
	uint32_t zero = 0;
	int err = map_set(m->counter, 0, &zero);

	return err ? err : prog_run(p->fd, got);
}

static int load_loop(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		ST_IMM(BPF_DW, BPF_REG_10, -8, 0), MOV64_IMM(BPF_REG_1, n & 15), FUNC(BPF_REG_2, 7),
		MOV64_REG(BPF_REG_3, BPF_REG_10), ALU64_IMM(BPF_ADD, BPF_REG_3, -8), MOV64_IMM(BPF_REG_4, 0),
		CALL(BPF_FUNC_loop), LDX(BPF_DW, BPF_REG_0, BPF_REG_10, -8), EXIT(),
		LDX(BPF_DW, BPF_REG_3, BPF_REG_2, 0), ALU64_REG(BPF_ADD, BPF_REG_3, BPF_REG_1),
		ALU64_IMM(BPF_ADD, BPF_REG_3, 1), STX(BPF_DW, BPF_REG_2, BPF_REG_3, 0),
		MOV64_IMM(BPF_REG_0, 0), EXIT(),
	};

	(void)m;
	p->want = (n & 15) * ((n & 15) + 1) / 2;
	return LOAD_SUB(prog, 10);
}

static int load_for_each(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		ST_IMM(BPF_DW, BPF_REG_10, -8, n), LD_MAP_FD(BPF_REG_1, m->numbers), FUNC(BPF_REG_2, 7),
		MOV64_REG(BPF_REG_3, BPF_REG_10), ALU64_IMM(BPF_ADD, BPF_REG_3, -8), MOV64_IMM(BPF_REG_4, 0),
		CALL(BPF_FUNC_for_each_map_elem), LDX(BPF_DW, BPF_REG_0, BPF_REG_10, -8), EXIT(),
		LDX(BPF_W, BPF_REG_3, BPF_REG_3, 0), LDX(BPF_DW, BPF_REG_5, BPF_REG_4, 0),
		ALU64_REG(BPF_ADD, BPF_REG_5, BPF_REG_3), STX(BPF_DW, BPF_REG_4, BPF_REG_5, 0),
		MOV64_IMM(BPF_REG_0, 0), EXIT(),
	};

	p->want = n + 1 + 2 + 3 + 4;
	return LOAD_SUB(prog, 11);
}

static int load_timer(struct maker *m, struct made *p, uint32_t n)
{
	int map = map_create_timer();
	const struct bpf_insn prog[] = {
		ST_IMM(BPF_W, BPF_REG_10, -4, 0), MOV64_REG(BPF_REG_2, BPF_REG_10),
		ALU64_IMM(BPF_ADD, BPF_REG_2, -4), LD_MAP_FD(BPF_REG_1, map), CALL(BPF_FUNC_map_lookup_elem),
		JMP_IMM(BPF_JNE, BPF_REG_0, 0, 1), EXIT(),
		MOV64_REG(BPF_REG_6, BPF_REG_0), MOV64_REG(BPF_REG_1, BPF_REG_6), LD_MAP_FD(BPF_REG_2, map),
		MOV64_IMM(BPF_REG_3, 1), CALL(BPF_FUNC_timer_init),
		MOV64_REG(BPF_REG_1, BPF_REG_6), FUNC(BPF_REG_2, 8), CALL(BPF_FUNC_timer_set_callback),
		MOV64_REG(BPF_REG_1, BPF_REG_6), MOV64_IMM(BPF_REG_2, 1000), MOV64_IMM(BPF_REG_3, 0),
		CALL(BPF_FUNC_timer_start), MOV64_IMM(BPF_REG_0, n | 1), EXIT(),
		/* the callback adds to the word behind the timer */
		LDX(BPF_W, BPF_REG_1, BPF_REG_3, 16), ALU64_IMM(BPF_ADD, BPF_REG_1, n | 1),
		STX(BPF_W, BPF_REG_3, BPF_REG_1, 16), MOV64_IMM(BPF_REG_0, 0), EXIT(),
	};

	(void)m;
	if (map < 0)
		return map;
	p->map = map;
	p->want = n | 1;
	return LOAD_SUB(prog, 24);
}

/* What the program returns counts once its callback has been seen to run. */
static int run_timer(struct maker *m, const struct made *p, uint32_t *got)
{
	uint32_t value[6], ran = 0;
	int err = map_get(p->map, 0, value);
	uint32_t before = value[4];

	(void)m;
	if (!err)
		err = prog_run(p->fd, &ran);
	for (int i = 0; !err && i < 5000; i++) {
		err = map_get(p->map, 0, value);
		if (value[4] != before)
			break;
		usleep(1000);
	}
	*got = ran == p->want ? value[4] - before : ran;
	return err;
}

static int load_may_goto(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		MOV64_IMM(BPF_REG_0, 0), MOV64_IMM(BPF_REG_2, n), MAY_GOTO(3), ALU64_IMM(BPF_ADD, BPF_REG_0, 1),
		JMP_IMM(BPF_JEQ, BPF_REG_0, 9, 1), JMP_IMM(BPF_JA, 0, 0, -4),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_2), EXIT(),
	};

	(void)m;
	p->want = n + 9;
	return LOAD(prog);
}

/* 400 bytes of stack, twice */
static int load_private_stack(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		ST_IMM(BPF_DW, BPF_REG_10, -400, n), MOV64_REG(BPF_REG_1, BPF_REG_10), CALL_REL(3),
		LDX(BPF_DW, BPF_REG_1, BPF_REG_10, -400), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1), EXIT(),
		ST_IMM(BPF_DW, BPF_REG_10, -400, 5), LDX(BPF_DW, BPF_REG_0, BPF_REG_10, -400),
		LDX(BPF_DW, BPF_REG_2, BPF_REG_1, -400), ALU64_IMM(BPF_MUL, BPF_REG_2, 100),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_2), EXIT(),
	};

	(void)m;
	p->want = 5 + 101 * n;
	return prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, prog, ARRAY_SIZE(prog));
}

static int load_many_args(const struct bpf_insn *prog, unsigned int count, unsigned int sub)
{
	struct bpf_func_info info[2] = { { 0, 4 }, { sub, 5 } };
	int btf = btf_of_many_args(), fd;
	union bpf_attr attr;

	if (btf < 0)
		return btf;
	memset(&attr, 0, sizeof(attr));
	attr.prog_btf_fd = btf;
	attr.func_info = (uintptr_t)info;
	attr.func_info_rec_size = sizeof(info[0]);
	attr.func_info_cnt = ARRAY_SIZE(info);
	fd = prog_load_attr(&attr, BPF_PROG_TYPE_SOCKET_FILTER, prog, count);
	close(btf);
	return fd;
}

/* sub(n + 1, ... n + 12) is the sum of i * (n + i) */
static int load_stack_args(struct maker *m, struct made *p, uint32_t n)
{
	struct bpf_insn prog[64], *q = prog;
	unsigned int sub;
	int i;

	(void)m;
	for (i = 6; i <= NR_ARGS; i++)
		*q++ = ST_IMM(BPF_DW, REG_ARGS, -8 * (i - 5), n + i);
	for (i = 1; i <= 5; i++)
		*q++ = MOV64_IMM(i, n + i);
	*q++ = CALL_REL(1);
	*q++ = EXIT();
	sub = q - prog;
	*q++ = MOV64_IMM(BPF_REG_0, 0);
	for (p->want = 0, i = 1; i <= NR_ARGS; i++) {
		int reg = i <= 5 ? i : BPF_REG_6;

		if (i > 5)
			*q++ = LDX(BPF_DW, reg, REG_ARGS, 8 * (i - 5));
		*q++ = ALU64_IMM(BPF_MUL, reg, i);
		*q++ = ALU64_REG(BPF_ADD, BPF_REG_0, reg);
		p->want += i * (n + i);
	}
	*q++ = EXIT();
	return load_many_args(prog, q - prog, sub);
}

static int load_arena(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		LD_MAP_FD(BPF_REG_1, m->arena), LD_IMM64(BPF_REG_2, 0, (uint32_t)(uintptr_t)m->page, 0),
		CAST_KERN(BPF_REG_2), MOV64_IMM(BPF_REG_3, n), STX(BPF_DW, BPF_REG_2, BPF_REG_3, 8),
		LDX(BPF_DW, BPF_REG_0, BPF_REG_2, 8), LDX(BPF_DW, BPF_REG_1, BPF_REG_2, 16),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_1), EXIT(),
	};

	p->want = n + 42;
	return m->arena < 0 ? m->arena : LOAD(prog);
}

static int load_arena_atomics(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		LD_MAP_FD(BPF_REG_1, m->arena), LD_IMM64(BPF_REG_2, 0, (uint32_t)(uintptr_t)m->page, 0),
		CAST_KERN(BPF_REG_2), ST_IMM(BPF_DW, BPF_REG_2, 24, 3), MOV64_IMM(BPF_REG_3, n),
		ATOMIC(BPF_DW, BPF_ADD | BPF_FETCH, BPF_REG_2, BPF_REG_3, 24),
		LDX(BPF_DW, BPF_REG_0, BPF_REG_2, 24), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_3), EXIT(),
	};

	p->want = n + 6;
	return m->arena < 0 ? m->arena : LOAD(prog);
}

/* User space and program see the same memory. */
static int run_arena(struct maker *m, const struct made *p, uint32_t *got)
{
	int err;

	m->page[2] = 42;
	m->page[1] = 0;
	err = prog_run(p->fd, got);
	if (!err && p->kind->load == load_arena && m->page[1] + 42 != *got)
		return -EIO;
	return err;
}

static int load_exception(struct maker *m, struct made *p, uint32_t n)
{
	const struct bpf_insn prog[] = {
		MOV64_IMM(BPF_REG_6, 6), ST_IMM(BPF_DW, BPF_REG_10, -8, 1), CALL_REL(2),
		MOV64_IMM(BPF_REG_0, 1), EXIT(),
		MOV64_IMM(BPF_REG_8, 8), CALL(BPF_FUNC_get_prandom_u32), MOV64_IMM(BPF_REG_1, n),
		KFUNC(m->throw_id), MOV64_IMM(BPF_REG_0, 3), EXIT(),
	};

	p->want = n;
	return m->throw_id < 0 ? m->throw_id : prog_load(BPF_PROG_TYPE_SCHED_CLS, prog, ARRAY_SIZE(prog));
}

/*
 * Two targets, chosen at random, that return the same. There are two more entries, which no
 * jump uses that the verifier has seen: a kernel whose entries are shorter than it thinks
 * (32 bits) would go there, and the wrong one of the targets returns something else.
 */
static int load_gotox(struct maker *m, struct made *p, uint32_t n)
{
	int map = map_create(BPF_MAP_TYPE_INSN_ARRAY, 4, sizeof(struct bpf_insn_array_value), 4), fd;
	const struct bpf_insn prog[] = {
		CALL(BPF_FUNC_get_prandom_u32), ALU64_IMM(BPF_AND, BPF_REG_0, 1), MOV64_REG(BPF_REG_7, BPF_REG_0),
		ALU64_IMM(BPF_LSH, BPF_REG_0, 3), LD_IMM64(BPF_REG_1, BPF_PSEUDO_MAP_VALUE, map, 0),
		ALU64_REG(BPF_ADD, BPF_REG_1, BPF_REG_0), LDX(BPF_DW, BPF_REG_1, BPF_REG_1, 0), GOTOX(BPF_REG_1),
		/* 9: */
		MOV64_IMM(BPF_REG_0, n), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_7), EXIT(),
		/* 12: */
		MOV64_IMM(BPF_REG_0, n - 1), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_7), EXIT(),
	};
	struct bpf_insn_array_value a = { .orig_off = 9 }, b = { .orig_off = 12 };
	union bpf_attr attr;

	(void)m;
	if (map < 0)
		return map;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = map;
	if (map_set(map, 0, &a) || map_set(map, 1, &b) || map_set(map, 2, &a) || map_set(map, 3, &a) ||
	    syscall(SYS_bpf, BPF_MAP_FREEZE, &attr, sizeof(attr))) {
		close(map);
		return -EBADF;
	}
	p->want = n;
	fd = LOAD(prog);
	close(map);
	return fd;
}

/* Targets first: what calls through the shared array must find it filled. */
const struct kind kinds[] = {
	{ "a target of tail calls", load_target, run_skb },
	{ "plain", load_plain, run_skb },
	{ "subprograms", load_subprogs, run_skb },
	{ "atomics", load_atomics, run_skb },
	{ "tail call", load_caller, run_skb },
	{ "tail call in a subprogram", load_caller_below, run_skb },
	{ "33 tail calls", load_chain, run_chain },
	{ "bpf_loop", load_loop, run_skb },
	{ "bpf_for_each_map_elem", load_for_each, run_skb },
	{ "timer", load_timer, run_timer },
	{ "may_goto", load_may_goto, run_skb },
	{ "private stack", load_private_stack, run_raw_tp },
	{ "twelve arguments", load_stack_args, run_skb },
	{ "arena", load_arena, run_arena },
	{ "arena atomics", load_arena_atomics, run_arena },
	{ "exception", load_exception, run_skb },
	{ "gotox", load_gotox, run_skb },
};
const unsigned int nr_kinds = ARRAY_SIZE(kinds);

/* One page; the kernel wants to be told where, so that pointers agree. */
static void open_arena(struct maker *m)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARENA;
	attr.map_flags = BPF_F_MMAPABLE;
	attr.max_entries = 1;
	m->arena = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	if (m->arena < 0) {
		m->arena = -errno;
		return;
	}
	m->page = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, m->arena, 0);
	if (m->page != MAP_FAILED)
		return;
	close(m->arena);
	m->arena = -ENODEV;
}

int maker_init(struct maker *m, int shared)
{
	m->shared = shared >= 0 ? shared : map_create(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, KIND_SLOTS);
	m->own = map_create(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2);
	m->counter = map_create(BPF_MAP_TYPE_ARRAY, 4, 4, 1);
	m->numbers = map_create(BPF_MAP_TYPE_ARRAY, 4, 4, 4);
	if (m->shared < 0 || m->own < 0 || m->counter < 0 || m->numbers < 0)
		return -ENOMEM;
	for (uint32_t i = 0, v = 1; i < 4; i++, v++)
		map_set(m->numbers, i, &v);
	m->throw_id = kernel_func("bpf_throw");
	open_arena(m);
	for (uint32_t i = 0; i < KIND_SLOTS; i++) {
		struct made p = make(m, &kinds[0], i);

		if (p.fd < 0)
			return p.fd;
		unmake(&p);
	}
	return 0;
}

void maker_exit(struct maker *m)
{
	close(m->shared);
	close(m->own);
	close(m->counter);
	close(m->numbers);
	if (m->arena >= 0) {
		munmap(m->page, sysconf(_SC_PAGESIZE));
		close(m->arena);
	}
}

struct made make(struct maker *m, const struct kind *kind, uint32_t n)
{
	struct made p = { .kind = kind, .map = -1 };

	/* small enough for sums and products of 32 bits with a sign */
	p.fd = kind->load(m, &p, n & 0xfffff);
	return p;
}

int made_right(struct maker *m, const struct made *p, uint32_t *got)
{
	int err = p->kind->run(m, p, got);

	return err ? err : *got == p->want;
}

void unmake(struct made *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->map >= 0)
		close(p->map);
	p->kind = NULL;
	p->fd = p->map = -1;
}

enum compiler compiled_by(int fd)
{
	static char list[1 << 20];
	struct bpf_prog_info info;
	uint64_t addr[8] = { 0 };
	union bpf_attr attr;
	unsigned int ours = 0;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	info.nr_jited_ksyms = ARRAY_SIZE(addr);
	info.jited_ksyms = (uintptr_t)addr;
	attr.info.bpf_fd = fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) ||
	    info.nr_jited_ksyms > ARRAY_SIZE(addr))
		return BY_BOTH;
	if (!info.jited_prog_len)
		return BY_NOBODY;
	if (file_read(DEBUGFS "programs", list, sizeof(list)) < 0)
		return BY_STOCK;	/* the module is not loaded */
	for (unsigned int i = 0; i < info.nr_jited_ksyms; i++) {
		char word[40];

		snprintf(word, sizeof(word), " image=0x%llx ", (unsigned long long)addr[i]);
		ours += addr[i] && strstr(list, word);
	}
	return ours == info.nr_jited_ksyms ? BY_US : ours ? BY_BOTH : BY_STOCK;
}
