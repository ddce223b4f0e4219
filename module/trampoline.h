/* SPDX-License-Identifier: GPL-2.0 */
/* Trampolines and text pokes; see arch-mips/kglue-tramp.c. */
#ifndef BJN_TRAMPOLINE_H
#define BJN_TRAMPOLINE_H

#include "compat/tramp.h"

#ifdef BJN_OUR_TRAMPOLINES

int bjn_tramp_allocated(void *image);
void bjn_tramp_freed(void *image);
int bjn_tramp_size(const struct btf_func_model *m, u32 flags, bjn_tramp_list *list,
		   void *func_addr);
int bjn_tramp_prepare(struct bpf_tramp_image *im, void *image, void *image_end,
		      const struct btf_func_model *m, u32 flags, bjn_tramp_list *list,
		      void *func_addr);
int bjn_tramp_poke(void *ip, void *old_addr, void *new_addr, bool is_jump);

#endif
#endif
