// SPDX-License-Identifier: GPL-2.0
/*
 * bpf_throw(): needs a kernel with BTF, in which the function is looked up by name.
 */
#include <fcntl.h>
#include <linux/btf.h>
#include <unistd.h>
#include "guest.h"

#define VMLINUX		"/sys/kernel/btf/vmlinux"
#define MAX_BTF		(32u << 20)
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

static int find_func(const struct btf_header *h, const char *name)
{
	const char *types = (const char *)h + h->hdr_len + h->type_off;
	const char *strings = (const char *)h + h->hdr_len + h->str_off;
	size_t at = 0;
	int id;

	for (id = 1; at < h->type_len; id++) {
		const struct btf_type *t = (const void *)(types + at);

		if (BTF_INFO_KIND(t->info) == BTF_KIND_FUNC && !strcmp(strings + t->name_off, name))
			return id;
		at += sizeof(*t) + type_tail(t);
	}
	return -ENOENT;
}

int kernel_func(const char *name)
{
	char *buf = malloc(MAX_BTF);
	int fd = open(VMLINUX, O_RDONLY), id = -ENOENT;
	size_t len = 0;
	ssize_t n = -1;

	while (buf && fd >= 0 && len < MAX_BTF && (n = read(fd, buf + len, MAX_BTF - len)) > 0)
		len += (size_t)n;
	if (n == 0)
		id = find_func((const struct btf_header *)buf, name);
	close(fd);
	free(buf);
	return id;
}

static void throws(const char *name, const struct bpf_insn *prog, unsigned int count, uint32_t want)
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
	close(fd);
}

void suite_exceptions(void)
{
	int id = kernel_func("bpf_throw");
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

	if (id < 0 || !file_exists(SYSFS "features/exceptions")) {
		skip("exceptions", "no BTF in this kernel, or no such feature");
		return;
	}
	throws("thrown in the main program", from_main, ARRAY_SIZE(from_main), 37);
	throws("thrown two calls below", from_below, ARRAY_SIZE(from_below), 38);
	throws("not thrown", not_taken, ARRAY_SIZE(not_taken), 5);
}
