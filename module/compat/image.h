/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory of an image, from the allocator that the running kernel's own
 * bpf_jit_free() expects, so that a finished image of ours can be freed by it.
 */
#ifndef BJN_COMPAT_IMAGE_H
#define BJN_COMPAT_IMAGE_H

#include <linux/bpf.h>
#include <linux/filter.h>

/**
 * struct bjn_mem - memory of one image
 * @ro: where the code will run
 * @rw: where it is written
 * @ro_hdr: header of the allocation
 * @rw_hdr: header of the writable copy; NULL once the image is final
 */
struct bjn_mem {
	u8 *ro;
	u8 *rw;
	struct bpf_binary_header *ro_hdr;
	struct bpf_binary_header *rw_hdr;
};

int bjn_mem_alloc(struct bjn_mem *mem, const struct bpf_prog *prog, u32 bytes);
int bjn_mem_finalize(struct bjn_mem *mem, struct bpf_prog *prog);
void bjn_mem_free(struct bjn_mem *mem, struct bpf_prog *prog);

#endif
