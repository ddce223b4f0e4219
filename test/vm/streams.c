// SPDX-License-Identifier: GPL-2.0
/*
 * What a program's stream shows: the stack from where the program asks for it, through all its functions and on
 * into the kernel, and faults of accesses to its arena. Needs a kernel with BTF, where the functions are found.
 */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guest.h"

#define KFUNC(id)	INSN(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_KFUNC_CALL, 0, id)
#define CAST_KERN(r)	INSN(BPF_ALU64 | BPF_MOV | BPF_X, r, r, 1, 1)
#define STDERR		2
#define FAR		0x123456		/* in the arena, and on no page */

static char text[8192];

/* Run a program of type syscall once; 0 or -errno. */
static int run(int fd, uint32_t *ret)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = fd;
	if (fd < 0 || syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)))
		return fd < 0 ? fd : -errno;
	*ret = attr.test.retval;
	return 0;
}

/* What the program has in its stream, as a string; its length or -errno. */
static int stream_read(int fd)
{
	union bpf_attr attr;
	int n;

	memset(&attr, 0, sizeof(attr));
	attr.prog_stream_read.stream_buf = (uintptr_t)text;
	attr.prog_stream_read.stream_buf_len = sizeof(text) - 1;
	attr.prog_stream_read.stream_id = STDERR;
	attr.prog_stream_read.prog_fd = (uint32_t)fd;
	n = syscall(SYS_bpf, BPF_PROG_STREAM_READ_BY_FD, &attr, sizeof(attr));
	text[n < 0 ? 0 : n] = 0;
	return n < 0 ? -errno : n;
}

/* Consecutive frames of BPF functions, and whether the kernel's frames go on behind them. */
static int bpf_frames(bool *kernel_behind)
{
	char copy[sizeof(text)], *line, *save = NULL;
	int n = 0;

	*kernel_behind = false;
	memcpy(copy, text, sizeof(copy));
	for (line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		/* bpf_prog_ and a tag */
		bool is_bpf = !strncmp(line, "bpf_prog_", 9) && strspn(line + 9, "0123456789abcdef") == 16;

		n += is_bpf;
		*kernel_behind |= n && !is_bpf && strstr(line, "sys_bpf+");
	}
	return n;
}

static void note_text(void)
{
	char copy[sizeof(text)], *line, *save = NULL;

	memcpy(copy, text, sizeof(copy));
	for (line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		note("| %s", line);
}

/* main calls a subprogram, which calls another, which prints the stack */
static void print_stack(void)
{
	const struct bpf_insn prog[] = {
		ST_IMM(BPF_DW, BPF_REG_10, -8, 1), MOV64_IMM(BPF_REG_6, 6), CALL_REL(2),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_6), EXIT(),
		ST_IMM(BPF_DW, BPF_REG_10, -64, 1), MOV64_IMM(BPF_REG_7, 7), CALL_REL(2),
		ALU64_REG(BPF_ADD, BPF_REG_0, BPF_REG_7), EXIT(),
		MOV64_IMM(BPF_REG_1, STDERR), KFUNC(kernel_func("bpf_stream_print_stack")), EXIT(),
	};
	union bpf_attr attr;
	uint32_t ret = 0;
	bool behind;
	int fd, frames;

	memset(&attr, 0, sizeof(attr));
	attr.prog_flags = BPF_F_SLEEPABLE;
	fd = prog_load_attr(&attr, BPF_PROG_TYPE_SYSCALL, prog, ARRAY_SIZE(prog));
	if (fd < 0)
		note("%s; %.400s", strerror(-fd), prog_log());
	check(!run(fd, &ret) && ret == 13, "a program prints the stack");
	stream_read(fd);
	frames = bpf_frames(&behind);
	if (frames != 3 || !behind)
		note_text();
	check(frames == 3 && behind, "%d of its functions are there, and the system call behind them", frames);
	close(fd);
}

static void faults(bool write)
{
	const char *want = write ? "Arena WRITE access at unmapped address" :
			   "Arena READ access at unmapped address";
	union bpf_attr attr;
	uint32_t ret = 0;
	char addr[32];
	void *page;
	int map, fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARENA;
	attr.map_flags = BPF_F_MMAPABLE;
	attr.max_entries = 1;
	map = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	page = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (!check(map >= 0 && page != MAP_FAILED, "an arena"))
		return;

	const struct bpf_insn prog[] = {
		LD_MAP_FD(BPF_REG_1, map), LD_IMM64(BPF_REG_2, 0, (uint32_t)(uintptr_t)page, 0),
		CAST_KERN(BPF_REG_2), ALU64_IMM(BPF_ADD, BPF_REG_2, FAR), MOV64_IMM(BPF_REG_0, 3),
		write ? STX(BPF_DW, BPF_REG_2, BPF_REG_0, 8) : LDX(BPF_DW, BPF_REG_0, BPF_REG_2, 8),
		EXIT(),
	};

	memset(&attr, 0, sizeof(attr));
	attr.prog_flags = BPF_F_SLEEPABLE;
	fd = prog_load_attr(&attr, BPF_PROG_TYPE_SYSCALL, prog, ARRAY_SIZE(prog));
	if (fd < 0)
		note("%s; %.400s", strerror(-fd), prog_log());
	check(!run(fd, &ret) && ret == (write ? 3 : 0), "an access that faults is skipped, a load gives 0");
	stream_read(fd);
	snprintf(addr, sizeof(addr), "0x%lx", (unsigned long)page + FAR + 8);
	if (!check(strstr(text, want) && strstr(text, addr), "and reported: %s %s", want, addr))
		note_text();
	close(fd);
	munmap(page, (size_t)sysconf(_SC_PAGESIZE));
	close(map);
}

void suite_streams(void)
{
	if (kernel_func("bpf_stream_print_stack") < 0) {
		skip("streams", "no BTF in this kernel, or no streams");
		return;
	}
	print_stack();
	if (!file_exists(SYSFS "features/arena")) {
		skip("faults in an arena", "this machine has none");
		return;
	}
	faults(false);
	faults(true);
}
