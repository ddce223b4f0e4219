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
#define ID_FUNC			4	/* first BTF_KIND_FUNC below */

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
	return syscall(SYS_bpf, BPF_BTF_LOAD, &attr, sizeof(attr));
}

int prog_load_subprog(const struct bpf_insn *insn, unsigned int count, unsigned int sub)
{
	struct bpf_func_info info[2] = { { 0, ID_FUNC }, { sub, ID_FUNC + 1 } };
	int btf = btf_load(), fd;
	union bpf_attr attr;

	if (btf < 0)
		return -errno;
	memset(&attr, 0, sizeof(attr));
	attr.prog_btf_fd = btf;
	attr.func_info = (uintptr_t)info;
	attr.func_info_rec_size = sizeof(info[0]);
	attr.func_info_cnt = ARRAY_SIZE(info);
	fd = prog_load_attr(&attr, BPF_PROG_TYPE_SOCKET_FILTER, insn, count);
	close(btf);
	return fd;
}
