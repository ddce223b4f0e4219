// SPDX-License-Identifier: GPL-2.0
/*
 * bpf_throw(): needs a kernel with BTF, in which the function is looked up by name. The module bjn_probe calls
 * programs from the kernel and sees which registers come back changed.
 */
#include <fcntl.h>
#include <linux/btf.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guest.h"

#define VMLINUX		"/sys/kernel/btf/vmlinux"
#define MAX_BTF		(32u << 20)
#define PROBE_KO	"/modules/bjn_probe.ko"
#define PROBE		"/sys/module/bjn_probe/parameters/"
#define KFUNC(id)	INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, id)

/* Bytes of a type behind its struct btf_type. */
static size_t type_tail(const struct btf_type *t)
{
	size_t n = BTF_INFO_VLEN(t->info);

	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case BTF_KIND_ENUM64:
		return 12 * n;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return 8 * n;
	}
	return 0;
}

static int find_type(const struct btf_header *h, unsigned int kind, const char *name)
{
	const char *types = (const char *)h + h->hdr_len + h->type_off;
	const char *strings = (const char *)h + h->hdr_len + h->str_off;
	size_t at = 0;
	int id;

	for (id = 1; at < h->type_len; id++) {
		const struct btf_type *t = (const void *)(types + at);

		if (BTF_INFO_KIND(t->info) == kind && !strcmp(strings + t->name_off, name))
			return id;
		at += sizeof(*t) + type_tail(t);
	}
	return -ENOENT;
}

int kernel_type(unsigned int kind, const char *name)
{
	char *buf = malloc(MAX_BTF);
	int fd = open(VMLINUX, O_RDONLY), id = -ENOENT;
	size_t len = 0;
	ssize_t n = -1;

	while (buf && fd >= 0 && len < MAX_BTF && (n = read(fd, buf + len, MAX_BTF - len)) > 0)
		len += (size_t)n;
	if (n == 0)
		id = find_type((const struct btf_header *)buf, kind, name);
	close(fd);
	free(buf);
	return id;
}

int kernel_func(const char *name)
{
	return kernel_type(BTF_KIND_FUNC, name);
}

/* Ours, and @want each time it runs; file descriptor or -errno. */
static int throws(const char *name, const struct bpf_insn *prog, unsigned int count, uint32_t want)
{
	struct counters before = counters_read(), after;
	int i, fd = prog_load(BPF_PROG_TYPE_SCHED_CLS, prog, count);
	bool right = fd >= 0;

	if (fd < 0)
		note("%s; %.400s", strerror(-fd), prog_log());
	for (i = 0; i < 3 && right; i++)
		right = runs_ok(fd, want);
	after = counters_read();
	check(right, "%s", name);
	check(after.compiled > before.compiled && after.declined == before.declined &&
	      after.failed == before.failed, "%s: compiled by " MODULE, name);
	return fd;
}

/* Parameter of the probe that is loaded. */
static long long probe_result(const char *name)
{
	char path[96], text[32];

	snprintf(path, sizeof(path), PROBE "%s", name);
	return file_read(path, text, sizeof(text)) > 0 ? strtoll(text, NULL, 10) : -1;
}

/* Called with a known value in each register that the C ABI wants preserved. */
static void preserves(const char *name, int fd, uint32_t want)
{
	char params[32];
	long long lost;
	int err;

	if (fd < 0)
		return;
	if (!file_exists(PROBE_KO)) {
		skip(name, "there is no probe for this machine");
		return;
	}
	snprintf(params, sizeof(params), "run=%d", fd);
	err = module_load(PROBE_KO, params);
	lost = probe_result("lost");
	if (lost)
		note("%s; registers lost: %llx, result %lld", strerror(-err), lost, probe_result("ret"));
	check(!err && !lost && probe_result("ret") == want,
	      "%s: fp and all saved registers of the caller survive", name);
	module_unload("bjn_probe");
}

/* A walk that meets no program ends at the end of the stack. */
static void walk(void)
{
	const char *name = "a stack walk without a program in it";
	int err;

	if (!file_exists(PROBE_KO)) {
		skip(name, "there is no probe for this machine");
		return;
	}
	err = module_load(PROBE_KO, "walk=1");
	note("%lld frames, %lld programs", probe_result("frames"), probe_result("programs"));
	check(!err && probe_result("frames") > 2 && probe_result("frames") < 100 &&
	      !probe_result("programs"), "%s ends and finds none", name);
	module_unload("bjn_probe");
}

/*
 * A boundary below a boundary: a subprogram goes over into another program, which throws 5 from below itself.
 * Then the outer program throws what it got plus 40; it must still know where its own frame is.
 */
static void nested(int id)
{
	const struct bpf_insn inner[] = {
		MOV64_IMM(BPF_REG_6, 60), MOV64_IMM(BPF_REG_9, 90), CALL_REL(2),
		MOV64_IMM(BPF_REG_0, 1), EXIT(),
		MOV64_IMM(BPF_REG_7, 70), MOV64_IMM(BPF_REG_8, 80), MOV64_IMM(BPF_REG_1, 5), KFUNC(id),
		MOV64_IMM(BPF_REG_0, 2), EXIT(),
	};
	int map = map_create(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1), fd, out;
	const struct bpf_insn outer[] = {
		MOV64_REG(BPF_REG_6, BPF_REG_1), MOV64_IMM(BPF_REG_7, 40), CALL_REL(5),
		ALU64_REG(BPF_ADD, BPF_REG_7, BPF_REG_0), MOV64_REG(BPF_REG_1, BPF_REG_7), KFUNC(id),
		MOV64_IMM(BPF_REG_0, 3), EXIT(),
		LD_MAP_FD(BPF_REG_2, map), MOV64_IMM(BPF_REG_3, 0), CALL(BPF_FUNC_tail_call),
		MOV64_IMM(BPF_REG_0, 4), EXIT(),
	};

	fd = throws("thrown below, and nothing saved but by the boundary", inner, ARRAY_SIZE(inner), 5);
	check(fd >= 0 && !map_set(map, 0, &fd), "the inner program is where the outer one calls");
	out = prog_load_sub_as(BPF_PROG_TYPE_SCHED_CLS, outer, ARRAY_SIZE(outer), 8);
	check(runs_ok(out, 45), "thrown again after a throw in another program");
	preserves("thrown again after a throw in another program", out, 45);
	close(out);
	close(fd);
	close(map);
}

/* Attach a program to a function of another one; link or -errno. */
static int trace_sub(int target)
{
	static const struct bpf_insn prog[] = { MOV64_IMM(BPF_REG_0, 0), EXIT() };
	union bpf_attr attr;
	int fd, link;

	memset(&attr, 0, sizeof(attr));
	attr.expected_attach_type = BPF_TRACE_FEXIT;
	attr.attach_prog_fd = (uint32_t)target;
	attr.attach_btf_id = BTF_ID_SUB;
	fd = prog_load_attr(&attr, BPF_PROG_TYPE_TRACING, prog, ARRAY_SIZE(prog));
	if (fd < 0)
		return fd;
	memset(&attr, 0, sizeof(attr));
	attr.raw_tracepoint.prog_fd = (uint32_t)fd;
	link = syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
	link = link < 0 ? -errno : link;
	close(fd);
	return link;
}

/* A trampoline between the boundary and the throw: the frame of the kernel's own code is skipped. */
static void through_trampoline(int id)
{
	const struct bpf_insn prog[] = {
		MOV64_IMM(BPF_REG_6, 6), CALL_REL(2), MOV64_IMM(BPF_REG_0, 1), EXIT(),
		MOV64_IMM(BPF_REG_7, 7), CALL(BPF_FUNC_get_prandom_u32), MOV64_IMM(BPF_REG_1, 41), KFUNC(id),
		MOV64_IMM(BPF_REG_0, 2), EXIT(),
	};
	const char *name = "thrown from a function with fexit";
	int fd = prog_load_sub_as(BPF_PROG_TYPE_SCHED_CLS, prog, ARRAY_SIZE(prog), 4);
	int link = fd < 0 ? fd : trace_sub(fd);

	if (fd >= 0 && (link == -EOPNOTSUPP || link == -524)) {
		skip(name, "this kernel has no trampolines");
	} else {
		if (link < 0)
			note("%s; %.400s", strerror(-link), prog_log());
		check(link >= 0 && runs_ok(fd, 41) && runs_ok(fd, 41), "%s", name);
		preserves(name, fd, 41);
	}
	if (link >= 0)
		close(link);
	check(runs_ok(fd, 41), "and after fexit is gone");
	close(fd);
}

void suite_exceptions(void)
{
	int id = kernel_func("bpf_throw"), fd;
	const struct bpf_insn from_main[] = {
		MOV64_IMM(BPF_REG_6, 6), MOV64_IMM(BPF_REG_7, 7), MOV64_IMM(BPF_REG_1, 37), KFUNC(id),
		MOV64_IMM(BPF_REG_0, 1), EXIT(),
	};
	/* registers and stack in use all the way down */
	const struct bpf_insn from_below[] = {
		MOV64_IMM(BPF_REG_6, 6), ST_IMM(BPF_DW, BPF_REG_10, -8, 1), CALL_REL(2),
		MOV64_IMM(BPF_REG_0, 1), EXIT(),
		MOV64_IMM(BPF_REG_7, 7), ST_IMM(BPF_DW, BPF_REG_10, -64, 2), CALL_REL(2),
		MOV64_IMM(BPF_REG_0, 2), EXIT(),
		MOV64_IMM(BPF_REG_8, 8), MOV64_IMM(BPF_REG_9, 9), CALL(BPF_FUNC_get_prandom_u32),
		MOV64_IMM(BPF_REG_1, 38), KFUNC(id), MOV64_IMM(BPF_REG_0, 3), EXIT(),
	};
	/* not taken: the boundary returns as any program does */
	const struct bpf_insn not_taken[] = {
		MOV64_IMM(BPF_REG_6, 5), CALL(BPF_FUNC_get_smp_processor_id),
		JMP_IMM(BPF_JLT, BPF_REG_0, 100, 2), MOV64_IMM(BPF_REG_1, 39), KFUNC(id),
		MOV64_REG(BPF_REG_0, BPF_REG_6), EXIT(),
	};

	walk();
	if (id < 0 || !file_exists(SYSFS "features/exceptions")) {
		skip("exceptions", "no BTF in this kernel, or no such feature");
		return;
	}
	fd = throws("thrown in the main program", from_main, ARRAY_SIZE(from_main), 37);
	preserves("thrown in the main program", fd, 37);
	close(fd);
	fd = throws("thrown two calls below", from_below, ARRAY_SIZE(from_below), 38);
	preserves("thrown two calls below", fd, 38);
	close(fd);
	fd = throws("not thrown", not_taken, ARRAY_SIZE(not_taken), 5);
	preserves("not thrown", fd, 5);
	close(fd);
	nested(id);
	through_trampoline(id);
}
