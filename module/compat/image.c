// SPDX-License-Identifier: GPL-2.0
/*
 * Image memory. Two allocators exist: the pack allocator (read-only memory
 * shared by many programs, written through a copy) and the older one that
 * gives a program pages of its own. Which one a kernel's bpf_jit_free()
 * expects is decided by its headers (compat/probe.mk).
 */
#include "compat.h"
#include "image.h"
#include "../bjn.h"
#include "../glue.h"

#ifdef BJN_HAS_PACK

/**
 * bjn_mem_alloc - allocate an image
 * @mem: result
 * @prog: program it is for
 * @bytes: size of code and exception table
 *
 * Return: 0 or -ENOMEM.
 */
int bjn_mem_alloc(struct bjn_mem *mem, const struct bpf_prog *prog, u32 bytes)
{
	if (bjn_sabotage_alloc())
		return -ENOMEM;
	mem->ro_hdr = bjn_ksym.bpf_jit_binary_pack_alloc(bytes, &mem->ro, sizeof(u32),
							 &mem->rw_hdr, &mem->rw, bjn_glue_fill
#ifdef BJN_PACK_WAS_CLASSIC
							 , bpf_prog_was_classic(prog)
#endif
							 );
	return mem->ro_hdr ? 0 : -ENOMEM;
}

/**
 * bjn_mem_finalize - move the written code to where it runs
 * @mem: memory from bjn_mem_alloc(); gone when this fails
 * @prog: program it is for
 *
 * Return: 0 or a negative errno.
 */
int bjn_mem_finalize(struct bjn_mem *mem, struct bpf_prog *prog)
{
	int err;

#ifdef BJN_PACK_FINALIZE_PROG
	err = bjn_ksym.bpf_jit_binary_pack_finalize(prog, mem->ro_hdr, mem->rw_hdr);
#else
	err = bjn_ksym.bpf_jit_binary_pack_finalize(mem->ro_hdr, mem->rw_hdr);
#endif
	mem->rw_hdr = NULL;
	mem->rw = NULL;
	return err;
}

/**
 * bjn_mem_free - free an image that the kernel's bpf_jit_free() will not see
 * @mem: memory from bjn_mem_alloc()
 * @prog: program it is for
 *
 * The size in the read-only header is only valid after finalizing.
 */
void bjn_mem_free(struct bjn_mem *mem, struct bpf_prog *prog)
{
	if (mem->rw_hdr && bjn_mem_finalize(mem, prog))
		return;
	bjn_ksym.bpf_jit_binary_pack_free(mem->ro_hdr, NULL);
}

#else /* !BJN_HAS_PACK */

int bjn_mem_alloc(struct bjn_mem *mem, const struct bpf_prog *prog, u32 bytes)
{
	if (bjn_sabotage_alloc())
		return -ENOMEM;
	mem->ro_hdr = bjn_ksym.bpf_jit_binary_alloc(bytes, &mem->ro, sizeof(u32), bjn_glue_fill);
	mem->rw_hdr = mem->ro_hdr;
	mem->rw = mem->ro;
	return mem->ro_hdr ? 0 : -ENOMEM;
}

int bjn_mem_finalize(struct bjn_mem *mem, struct bpf_prog *prog)
{
	mem->rw_hdr = NULL;
	mem->rw = NULL;
	return 0;
}

void bjn_mem_free(struct bjn_mem *mem, struct bpf_prog *prog)
{
	bjn_ksym.bpf_jit_binary_free(mem->ro_hdr);
}

#endif
