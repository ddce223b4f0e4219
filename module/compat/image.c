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

static unsigned int image_align(void)
{
	return bjn.be->image_align ?: sizeof(u32);
}

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
	mem->ro_hdr = bjn_ksym.bpf_jit_binary_pack_alloc(bytes, &mem->ro, image_align(),
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
	mem->ro_hdr = bjn_ksym.bpf_jit_binary_alloc(bytes, &mem->ro, image_align(),
						     bjn_glue_fill);
	mem->rw_hdr = mem->ro_hdr;
	mem->rw = mem->ro;
	return mem->ro_hdr ? 0 : -ENOMEM;
}

/*
 * Where the kernel can protect its memory, an image becomes read-only and
 * executable; the flag makes freeing it undo that.
 */
static int protect(struct bpf_binary_header *hdr)
{
#ifdef BJN_PROTECTS_IMAGES
	struct vm_struct *vm = bjn_ksym.find_vm_area(hdr);
	unsigned long addr = (unsigned long)hdr;
	int pages = hdr->size >> PAGE_SHIFT;
	int err;

	if (!vm)
		return -EINVAL;
	vm->flags |= VM_FLUSH_RESET_PERMS;
	err = bjn_ksym.set_memory_ro(addr, pages);
	return err ?: bjn_ksym.set_memory_x(addr, pages);
#else
	return 0;
#endif
}

int bjn_mem_finalize(struct bjn_mem *mem, struct bpf_prog *prog)
{
	int err;

	bjn_glue_sync(mem->ro_hdr, (u8 *)mem->ro_hdr + mem->ro_hdr->size);
	err = protect(mem->ro_hdr);
	if (err)
		bjn_ksym.bpf_jit_binary_free(mem->ro_hdr);
	mem->rw_hdr = NULL;
	mem->rw = NULL;
	return err;
}

void bjn_mem_free(struct bjn_mem *mem, struct bpf_prog *prog)
{
	bjn_ksym.bpf_jit_binary_free(mem->ro_hdr);
}

#endif
