// SPDX-License-Identifier: GPL-2.0
/*
 * Programs of both JITs attached to each other: a function of one is replaced (freplace) or traced (fentry,
 * fexit) by a program of the other, and a chain of tail calls goes through traced functions. Needs trampolines,
 * the kernel's or ours. Where they are ours, the stock JIT has no functions; its programs can trace those of ours,
 * but not replace them.
 */
#include <linux/btf.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guest.h"

#define INFO(kind, vlen)	((uint32_t)(kind) << 24 | (vlen))
#define LIMIT			34	/* runs of a chain: 33 tail calls */

static const char strings[] = "\0int\0a\0main\0sub\0value\0";
enum { S_INT = 1, S_A = 5, S_MAIN = 7, S_SUB = 12, S_VALUE = 16 };
enum { ID_MAIN = 5, ID_VALUE, ID_TAIL };

/* Functions of the programs: main(void *), static sub(void *), and value(int), which may be replaced. */
static const uint32_t types[] = {
	/* 1: int */
	S_INT, INFO(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32,
	/* 2: void * */
	0, INFO(BTF_KIND_PTR, 0), 0,
	/* 3: int (void *) */
	0, INFO(BTF_KIND_FUNC_PROTO, 1), 1, S_A, 2,
	/* 4: int (int) */
	0, INFO(BTF_KIND_FUNC_PROTO, 1), 1, S_A, 1,
	/* ID_MAIN, ID_VALUE, ID_TAIL */
	S_MAIN, INFO(BTF_KIND_FUNC, BTF_FUNC_STATIC), 3,
	S_VALUE, INFO(BTF_KIND_FUNC, BTF_FUNC_GLOBAL), 4,
	S_SUB, INFO(BTF_KIND_FUNC, BTF_FUNC_STATIC), 3,
};

static int btf = -1, seen = -1, progs = -1;
static bool ours_only;

static int sys_bpf(int cmd, union bpf_attr *attr)
{
	int ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : ret;
}

static int btf_load(void)
{
	struct {
		struct btf_header hdr;
		uint32_t types[ARRAY_SIZE(types)];
		char strings[sizeof(strings)];
	} blob;
	union bpf_attr attr;

	memset(&blob, 0, sizeof(blob));
	blob.hdr.magic = BTF_MAGIC;
	blob.hdr.version = BTF_VERSION;
	blob.hdr.hdr_len = sizeof(blob.hdr);
	blob.hdr.type_len = sizeof(types);
	blob.hdr.str_off = sizeof(types);
	blob.hdr.str_len = sizeof(strings);
	memcpy(blob.types, types, sizeof(types));
	memcpy(blob.strings, strings, sizeof(strings));
	memset(&attr, 0, sizeof(attr));
	attr.btf = (uintptr_t)&blob;
	attr.btf_size = sizeof(blob.hdr) + sizeof(types) + sizeof(strings);
	return sys_bpf(BPF_BTF_LOAD, &attr);
}

/*
 * load() - load a program and see that it went to the JIT it should
 * @jit: 'o' ours, 's' stock
 * @main_id: BTF id of its first function
 * @sub: instruction at which the second one starts, 0: there is none; @sub_id its BTF id
 */
static int load(char jit, union bpf_attr *attr, enum bpf_prog_type type, const struct bpf_insn *insn,
		unsigned int count, uint32_t main_id, uint32_t sub, uint32_t sub_id)
{
	struct bpf_func_info info[2] = { { 0, main_id }, { sub, sub_id } };
	long before;
	int fd;

	file_write(SYSFS "enabled", jit == 'o' ? "1" : "0");
	before = counters_read().compiled;
	attr->prog_btf_fd = btf;
	attr->func_info = (uintptr_t)info;
	attr->func_info_rec_size = sizeof(info[0]);
	attr->func_info_cnt = sub ? 2 : 1;
	fd = prog_load_attr(attr, type, insn, count);
	if (fd < 0)
		note("%s; %.600s", strerror(-fd), prog_log());
	else if ((counters_read().compiled > before) != (jit == 'o'))
		note("compiled by the wrong JIT");
	else
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* main returns value(5), which returns 105; a leaf, or one that calls and uses its stack */
static int load_target(char jit, bool leaf)
{
	const struct bpf_insn with_leaf[] = {
		MOV64_IMM(BPF_REG_1, 5), CALL_REL(1), EXIT(),
		MOV64_REG(BPF_REG_0, BPF_REG_1), ALU64_IMM(BPF_ADD, BPF_REG_0, 100), EXIT(),
	};
	const struct bpf_insn with_call[] = {
		MOV64_IMM(BPF_REG_1, 5), CALL_REL(1), EXIT(),
		STX(BPF_DW, BPF_REG_10, BPF_REG_1, -8), MOV64_IMM(BPF_REG_7, 100),
		CALL(BPF_FUNC_get_prandom_u32), LDX(BPF_DW, BPF_REG_0, BPF_REG_10, -8),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_7), EXIT(),
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return load(jit, &attr, BPF_PROG_TYPE_SCHED_CLS, leaf ? with_leaf : with_call,
		    leaf ? ARRAY_SIZE(with_leaf) : ARRAY_SIZE(with_call), ID_MAIN, 3, ID_VALUE);
}

/* value(a) = 3 * a, by way of a helper */
static int load_replacement(char jit, int target)
{
	const struct bpf_insn prog[] = {
		MOV64_REG(BPF_REG_6, BPF_REG_1), CALL(BPF_FUNC_get_prandom_u32),
		MOV64_REG(BPF_REG_0, BPF_REG_6), ALU64_IMM(BPF_MUL, BPF_REG_0, 3), EXIT(),
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.attach_prog_fd = target;
	attr.attach_btf_id = ID_VALUE;
	return load(jit, &attr, BPF_PROG_TYPE_EXT, prog, ARRAY_SIZE(prog), ID_VALUE, 0, 0);
}

#define NOTHING	(-1)

/* seen[at] += 1 << 32 | (u32)context[slot], or only the 1 << 32 when slot is NOTHING */
static int load_tracer(char jit, int target, uint32_t id, enum bpf_attach_type when, int slot, int at)
{
	const struct bpf_insn prog[] = {
		slot == NOTHING ? MOV64_IMM(BPF_REG_6, 0) : LDX(BPF_DW, BPF_REG_6, BPF_REG_1, 8 * slot),
		ALU64_IMM(BPF_LSH, BPF_REG_6, 32), ALU64_IMM(BPF_RSH, BPF_REG_6, 32),
		MOV64_IMM(BPF_REG_7, 1), ALU64_IMM(BPF_LSH, BPF_REG_7, 32),
		ALU64_REG(BPF_ADD, BPF_REG_6, BPF_REG_7),
		LD_IMM64(BPF_REG_8, BPF_PSEUDO_MAP_VALUE, seen, 8 * at),
		ATOMIC(BPF_DW, BPF_ADD, BPF_REG_8, BPF_REG_6, 0),
		MOV64_IMM(BPF_REG_0, 0), EXIT(),
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.attach_prog_fd = target;
	attr.attach_btf_id = id;
	attr.expected_attach_type = when;
	return load(jit, &attr, BPF_PROG_TYPE_TRACING, prog, ARRAY_SIZE(prog), ID_MAIN, 0, 0);
}

/* attach() - link of an extension or tracer with what it was loaded for; closes @prog */
static int attach(int prog)
{
	union bpf_attr attr;
	int link;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = prog;
	link = prog < 0 ? prog : sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
	if (prog >= 0 && link < 0)
		note("the program is not linked: %s", strerror(-link));
	if (prog >= 0)
		close(prog);
	return link;
}

static void forget(void)
{
	const uint64_t none[4] = { 0 };

	map_set(seen, 0, none);
}

/* saw() - whether tracer @at ran @times times and saw @value each time */
static bool saw(int at, uint32_t times, uint32_t value)
{
	uint64_t all[4] = { 0 };

	map_get(seen, 0, all);
	if (all[at] == ((uint64_t)times << 32) + (uint64_t)times * value)
		return true;
	note("wrong counts of tracer %d: %#llx", at, (unsigned long long)all[at]);
	return false;
}

static const char *name_of(char jit)
{
	return jit == 'o' ? "ours" : "stock";
}

static void replaced(char target_jit, char jit, bool leaf)
{
	int target = load_target(target_jit, leaf), link;
	bool before = runs_ok(target, 105), during;

	link = attach(load_replacement(jit, target));
	during = link >= 0 && runs_ok(target, 15);
	if (link >= 0)
		close(link);
	check(before && during && runs_ok(target, 105), "freplace: a function of %s (%s) by %s and back",
	      name_of(target_jit), leaf ? "a leaf" : "not a leaf", name_of(jit));
	close(target);
}

/* A program of the stock JIT is not called as a function of ours is. */
static void not_replaced(bool leaf)
{
	int target = load_target('o', leaf), prog = load_replacement('s', target), link;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = prog;
	link = prog < 0 ? 0 : sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
	check(prog >= 0 && link < 0 && runs_ok(target, 105),
	      "freplace: a function of ours (%s) by stock is refused: %s", leaf ? "a leaf" : "not a leaf",
	      strerror(-link));
	close(prog);
	close(target);
}

static void traced(char target_jit, char jit, bool leaf)
{
	int target = load_target(target_jit, leaf), link[4];
	bool right;

	link[0] = attach(load_tracer(jit, target, ID_VALUE, BPF_TRACE_FENTRY, 0, 0));
	link[1] = attach(load_tracer(jit, target, ID_VALUE, BPF_TRACE_FEXIT, 1, 1));
	/* the verifier does not check the prototype of a main function: tracers see five arguments */
	link[2] = attach(load_tracer(jit, target, ID_MAIN, BPF_TRACE_FEXIT, 5, 2));
	/* the same function traced by the other JIT as well */
	link[3] = attach(load_tracer(jit == 'o' ? 's' : 'o', target, ID_VALUE, BPF_TRACE_FEXIT, 1, 3));
	forget();
	right = runs_ok(target, 105) && runs_ok(target, 105);
	right = saw(0, 2, 5) && saw(1, 2, 105) && saw(2, 2, 105) && saw(3, 2, 105) && right;
	for (int i = 0; i < 4; i++)
		close(link[i]);
	forget();
	right = right && runs_ok(target, 105) && saw(0, 0, 0) && saw(1, 0, 0) && saw(2, 0, 0);
	check(right, "fentry and fexit: functions of %s (%s) by %s and back", name_of(target_jit),
	      leaf ? "a leaf" : "not a leaf", name_of(jit));
	close(target);
}

/* count a run in seen[3], tail-call @next from a subprogram, return the count when that fails */
static int load_link(char jit, int next)
{
	const struct bpf_insn prog[] = {
		LD_IMM64(BPF_REG_7, BPF_PSEUDO_MAP_VALUE, seen, 24),
		LDX(BPF_DW, BPF_REG_2, BPF_REG_7, 0),
		ALU64_IMM(BPF_ADD, BPF_REG_2, 1),
		STX(BPF_DW, BPF_REG_7, BPF_REG_2, 0),
		CALL_REL(2),
		LDX(BPF_DW, BPF_REG_0, BPF_REG_7, 0),
		EXIT(),
		LD_MAP_FD(BPF_REG_2, progs),
		MOV64_IMM(BPF_REG_3, next),
		CALL(BPF_FUNC_tail_call),
		MOV64_IMM(BPF_REG_0, 0),
		EXIT(),
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	return load(jit, &attr, BPF_PROG_TYPE_SCHED_CLS, prog, ARRAY_SIZE(prog), ID_MAIN, 8, ID_TAIL);
}

/*
 * chained() - two programs tail-call each other from subprograms that are traced
 * @who: their JITs
 * @jit: that of the tracers
 */
static void chained(const char *who, char jit)
{
	int fd[2], link[4];
	bool right = true;
	uint32_t ret = 0;
	uint64_t all[4] = { 0 };

	for (int i = 0; i < 2; i++) {
		fd[i] = load_link(who[i], !i);
		right = fd[i] >= 0 && !map_set(progs, i, &fd[i]) && right;
		link[2 * i] = attach(load_tracer(jit, fd[i], ID_TAIL, BPF_TRACE_FENTRY, NOTHING, 0));
		link[2 * i + 1] = attach(load_tracer(jit, fd[i], ID_TAIL, BPF_TRACE_FEXIT, NOTHING, 1));
		right = link[2 * i] >= 0 && (link[2 * i + 1] < 0) == SMALL_STACK && right;
	}
	forget();
	right = right && !prog_run(fd[0], &ret);
	map_get(seen, 0, all);
	/* every run enters the subprogram once; all of them return in the end */
	check(right && all[3] == LIMIT && all[0] >> 32 == LIMIT && all[1] >> 32 == (SMALL_STACK ? 0 : LIMIT),
	      "tail calls of %s and %s from functions traced by %s: %d runs, %d entries, %d exits",
	      name_of(who[0]), name_of(who[1]), name_of(jit), (int)all[3], (int)(all[0] >> 32),
	      (int)(all[1] >> 32));
	for (int i = 0; i < 4; i++)
		close(link[i]);
	for (uint32_t i = 0; i < 2; i++) {
		map_del(progs, i);
		close(fd[i]);
	}
}

void suite_mixed(void)
{
	static const char jits[] = "so";
	static const char *const pairs[] = { "ss", "so", "os", "oo" };

	ours_only = file_exists(SYSFS "features/trampolines");
	if (!ours_only && !file_exists("/sys/kernel/btf/vmlinux")) {
		skip("freplace, fentry, fexit", "this kernel has neither BTF nor trampolines of ours");
		return;
	}
	btf = btf_load();
	seen = map_create(BPF_MAP_TYPE_ARRAY, 4, 32, 1);
	progs = map_create(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2);
	if (!check(btf >= 0 && seen >= 0 && progs >= 0, "BTF and maps are created"))
		return;
	for (int i = 0; i < 8; i++) {
		if (ours_only && jits[i & 1] == 's')
			continue;
		if (ours_only && jits[i >> 1 & 1] == 's')
			not_replaced(i & 4);
		else
			replaced(jits[i & 1], jits[i >> 1 & 1], i & 4);
		traced(jits[i & 1], jits[i >> 1 & 1], i & 4);
	}
	for (size_t i = ours_only ? ARRAY_SIZE(pairs) - 1 : 0; i < ARRAY_SIZE(pairs); i++) {
		chained(pairs[i], 's');
		chained(pairs[i], 'o');
	}
	file_write(SYSFS "enabled", "1");
}
