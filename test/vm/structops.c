// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that the kernel calls with the arguments of a C function (struct_ops). The kernel has one such structure
 * that nobody but bpf(BPF_PROG_TEST_RUN) calls, bpf_dummy_ops.
 */
#include <linux/btf.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guest.h"

enum { TEST_1, TEST_2, TEST_SLEEPABLE };	/* members of struct bpf_dummy_ops */

static int load(int id, int member, const struct bpf_insn *insn, unsigned int count)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.attach_btf_id = id;
	attr.expected_attach_type = member;
	if (member == TEST_SLEEPABLE)
		attr.prog_flags = BPF_F_SLEEPABLE;
	return prog_load_attr(&attr, BPF_PROG_TYPE_STRUCT_OPS, insn, count);
}

/* Result, or what bpf() says; *@state is an argument and comes back changed. */
static int call(int fd, int32_t *state, const uint64_t *more, unsigned int nr, uint32_t *ret)
{
	uint64_t args[5] = { (uintptr_t)state };
	union bpf_attr attr;
	int err;

	memcpy(args + 1, more, nr * sizeof(*more));
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	attr.test.ctx_in = (uintptr_t)args;
	attr.test.ctx_size_in = (1 + nr) * sizeof(args[0]);
	err = syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)) ? -errno : 0;
	*ret = attr.test.retval;
	return err;
}

/* val = cb->val = cb->val + 1 */
static void one_argument(int id, int member, const char *name)
{
	const struct bpf_insn prog[] = {
		LDX(BPF_DW, BPF_REG_6, BPF_REG_1, 0), JMP_IMM(BPF_JNE, BPF_REG_6, 0, 2),
		MOV64_IMM(BPF_REG_0, 0), EXIT(), LDX(BPF_W, BPF_REG_0, BPF_REG_6, 0),
		ALU64_IMM(BPF_ADD, BPF_REG_0, 1), STX(BPF_W, BPF_REG_6, BPF_REG_0, 0), EXIT(),
	};
	int fd = load(id, member, prog, ARRAY_SIZE(prog)), err = fd;
	int32_t state = 4711;
	uint32_t ret = 0;

	if (fd < 0)
		note("%s; %.600s", strerror(-fd), prog_log());
	for (int i = 0; i < 3 && err >= 0; i++)
		err = call(fd, &state, NULL, 0, &ret);
	if (err)
		note("%s", strerror(-err));
	check(!err && state == 4714 && ret == 4714, "%s: one argument, %d %d", name, state, (int)ret);
	close(fd);
}

/* cb->val = result = cb->val + a1 + 3 * a2 + 5 * a3 + 7 * a4, each in its size and sign */
static void five_arguments(int id)
{
	const struct bpf_insn prog[] = {
		LDX(BPF_DW, BPF_REG_6, BPF_REG_1, 0), LDX(BPF_DW, BPF_REG_2, BPF_REG_1, 8),
		LDX(BPF_DW, BPF_REG_3, BPF_REG_1, 16), LDX(BPF_DW, BPF_REG_4, BPF_REG_1, 24),
		LDX(BPF_DW, BPF_REG_5, BPF_REG_1, 32), LDX(BPF_W, BPF_REG_0, BPF_REG_6, 0),
		ALU64_IMM(BPF_LSH, BPF_REG_2, 32), ALU64_IMM(BPF_ARSH, BPF_REG_2, 32),
		ALU64_IMM(BPF_AND, BPF_REG_3, 0xffff),
		ALU64_IMM(BPF_LSH, BPF_REG_4, 56), ALU64_IMM(BPF_ARSH, BPF_REG_4, 56),
		ALU64_IMM(BPF_MUL, BPF_REG_3, 3), ALU64_IMM(BPF_MUL, BPF_REG_4, 5),
		ALU64_IMM(BPF_MUL, BPF_REG_5, 7),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_2), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_3),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_4), ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_5),
		STX(BPF_W, BPF_REG_6, BPF_REG_0, 0), EXIT(),
	};
	const uint64_t more[] = { (uint32_t)-100, 65535, 0x85, 123456789 };
	const int32_t want = 10 - 100 + 3 * 65535 + 5 * (signed char)0x85 + 7 * 123456789;
	int fd = load(id, TEST_2, prog, ARRAY_SIZE(prog)), err = fd;
	int32_t state = 10;
	uint32_t ret = 0;

	if (fd < 0)
		note("%s; %.600s", strerror(-fd), prog_log());
	else
		err = call(fd, &state, more, 4, &ret);
	if (err)
		note("%s", strerror(-err));
	check(!err && state == want && ret == (uint32_t)want, "five arguments: %d %d instead of %d", state,
	      (int)ret, want);
	close(fd);
}

void suite_structops(void)
{
	int id = kernel_type(BTF_KIND_STRUCT, "bpf_dummy_ops");
	struct counters before = counters_read(), after;
	bool wide = sizeof(long) == 8;

	if (id < 0) {
		skip("struct_ops", "no BTF in this kernel, or no bpf_dummy_ops");
		return;
	}
	one_argument(id, TEST_1, "struct_ops");
	one_argument(id, TEST_SLEEPABLE, "struct_ops that may sleep");
	/* its caller there passes each as 64 bits of variable arguments, and the callee has C types */
	if (wide)
		five_arguments(id);
	else
		skip("struct_ops: five arguments", "the kernel's own test passes them wrongly on 32-bit machines");
	after = counters_read();
	if (before.compiled >= 0)
		check(after.compiled >= before.compiled + 2 + wide && after.failed == before.failed,
		      "compiled by " MODULE);
}
