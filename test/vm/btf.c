// SPDX-License-Identifier: GPL-2.0
/*
 * The smallest BTF that makes functions out of instruction ranges: the verifier wants it before it allows
 * tail calls in subprograms. It is the program's own, the kernel needs none.
 */
#include <linux/btf.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "guest.h"

#define INFO(kind, vlen)	((uint32_t)(kind) << 24 | (vlen))
#define ID_FUNC			(BTF_ID_SUB - 1)	/* first BTF_KIND_FUNC below */

static const char strings[] = "\0int\0ctx\0main\0sub\0";
enum { S_INT = 1, S_CTX = 5, S_MAIN = 9, S_SUB = 14 };

static const uint32_t types[] = {
	/* 1: int */
	S_INT, INFO(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32,
	/* 2: void * */
	0, INFO(BTF_KIND_PTR, 0), 0,
	/* 3: int (void *ctx) */
	0, INFO(BTF_KIND_FUNC_PROTO, 1), 1, S_CTX, 2,
	/* 4: main, 5: sub */
	S_MAIN, INFO(BTF_KIND_FUNC, BTF_FUNC_STATIC), 3,
	S_SUB, INFO(BTF_KIND_FUNC, BTF_FUNC_STATIC), 3,
};

/* file descriptor or -1 with errno set */
static int btf_load(const uint32_t *types, size_t type_len, const char *strings, size_t str_len)
{
	struct {
		struct btf_header hdr;
		char data[512];
	} blob;
	union bpf_attr attr;

	memset(&blob, 0, sizeof(blob));
	blob.hdr.magic = BTF_MAGIC;
	blob.hdr.version = BTF_VERSION;
	blob.hdr.hdr_len = sizeof(blob.hdr);
	blob.hdr.type_len = type_len;
	blob.hdr.str_off = type_len;
	blob.hdr.str_len = str_len;
	memcpy(blob.data, types, type_len);
	memcpy(blob.data + type_len, strings, str_len);
	memset(&attr, 0, sizeof(attr));
	attr.btf = (uintptr_t)&blob;
	attr.btf_size = sizeof(blob.hdr) + type_len + str_len;
	return syscall(SYS_bpf, BPF_BTF_LOAD, &attr, sizeof(attr));
}

int prog_load_sub_as(enum bpf_prog_type type, const struct bpf_insn *insn, unsigned int count,
		     unsigned int sub)
{
	struct bpf_func_info info[2] = { { 0, ID_FUNC }, { sub, ID_FUNC + 1 } };
	int btf = btf_load(types, sizeof(types), strings, sizeof(strings)), fd;
	union bpf_attr attr;

	if (btf < 0)
		return -errno;
	memset(&attr, 0, sizeof(attr));
	attr.prog_btf_fd = btf;
	attr.func_info = (uintptr_t)info;
	attr.func_info_rec_size = sizeof(info[0]);
	attr.func_info_cnt = ARRAY_SIZE(info);
	fd = prog_load_attr(&attr, type, insn, count);
	close(btf);
	return fd;
}

int prog_load_subprog(const struct bpf_insn *insn, unsigned int count, unsigned int sub)
{
	return prog_load_sub_as(BPF_PROG_TYPE_SOCKET_FILTER, insn, count, sub);
}

int prog_load_globals(const struct bpf_insn *insn, unsigned int count, unsigned int first,
		      unsigned int each, unsigned int nr)
{
	static const uint32_t t[] = {
		/* 1: int, 2: void *, 3: int (void *ctx), 4: int (int) */
		S_INT, INFO(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32,
		0, INFO(BTF_KIND_PTR, 0), 0,
		0, INFO(BTF_KIND_FUNC_PROTO, 1), 1, S_CTX, 2,
		0, INFO(BTF_KIND_FUNC_PROTO, 1), 1, S_INT, 1,
		/* 5: main, 6: sub */
		S_MAIN, INFO(BTF_KIND_FUNC, BTF_FUNC_STATIC), 3,
		S_SUB, INFO(BTF_KIND_FUNC, BTF_FUNC_GLOBAL), 4,
	};
	struct bpf_func_info info[256] = { { 0, 5 } };
	int btf, fd;
	union bpf_attr attr;

	if (nr >= ARRAY_SIZE(info))
		return -E2BIG;
	btf = btf_load(t, sizeof(t), strings, sizeof(strings));
	if (btf < 0)
		return -errno;
	for (unsigned int i = 0; i < nr; i++)
		info[1 + i] = (struct bpf_func_info){ first + i * each, 6 };
	memset(&attr, 0, sizeof(attr));
	attr.prog_btf_fd = btf;
	attr.func_info = (uintptr_t)info;
	attr.func_info_rec_size = sizeof(info[0]);
	attr.func_info_cnt = 1 + nr;
	fd = prog_load_attr(&attr, BPF_PROG_TYPE_SOCKET_FILTER, insn, count);
	close(btf);
	return fd;
}

int map_create_timer(void)
{
	static const char names[] = "\0u32\0u64\0o\0bpf_timer\0value\0timer\0count";
	enum { N_U32 = 1, N_U64 = 5, N_O = 9, N_TIMER = 11, N_VALUE = 21, N_T = 27, N_COUNT = 33 };
	static const uint32_t t[] = {
		/* 1: u32, 2: u64, 3: u64[2] */
		N_U32, INFO(BTF_KIND_INT, 0), 4, 32,
		N_U64, INFO(BTF_KIND_INT, 0), 8, 64,
		0, INFO(BTF_KIND_ARRAY, 0), 0, 2, 1, 2,
		/* 4: struct bpf_timer { u64 o[2]; } */
		N_TIMER, INFO(BTF_KIND_STRUCT, 1), 16, N_O, 3, 0,
		/* 5: struct value { struct bpf_timer timer; u64 count; } */
		N_VALUE, INFO(BTF_KIND_STRUCT, 2), 24, N_T, 4, 0, N_COUNT, 2, 128,
	};
	int btf = btf_load(t, sizeof(t), names, sizeof(names)), fd;
	union bpf_attr attr;

	if (btf < 0)
		return -errno;
	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 24;
	attr.max_entries = 1;
	attr.btf_fd = btf;
	attr.btf_key_type_id = 1;
	attr.btf_value_type_id = 5;
	fd = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
	if (fd < 0)
		fd = -errno;
	close(btf);
	return fd;
}
