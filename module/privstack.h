/* SPDX-License-Identifier: GPL-2.0 */
/* Private stacks: per-CPU memory instead of the kernel's stack. */
#ifndef BJN_PRIVSTACK_H
#define BJN_PRIVSTACK_H

#include <linux/bpf.h>

#include "core/types.h"

/**
 * struct bjn_priv_stack - private stack of one program
 * @mem: per-CPU memory, NULL: the program has none
 * @depth: bytes of BPF stack, rounded up to 16
 */
struct bjn_priv_stack {
	u8 __percpu *mem;
	u32 depth;
};

int bjn_priv_stack_alloc(struct bjn_priv_stack *s, const struct bpf_prog *prog);
void bjn_priv_stack_free(struct bjn_priv_stack *s, const struct bpf_prog *prog);
u64 bjn_priv_stack_fp(const struct bjn_priv_stack *s);

#endif
