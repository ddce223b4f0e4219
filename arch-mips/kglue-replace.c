// SPDX-License-Identifier: GPL-2.0
/* What runs instead of the functions in kglue-hooks.def; see module/hook-replace.c. */
#include <linux/bpf.h>
#include <linux/filter.h>

#include "replace.h"
#include "trampoline.h"

#ifdef BJN_OUR_TRAMPOLINES

int bjn_replace_bpf_arch_text_poke BJN_POKE_PARAMS
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_bpf_arch_text_poke, &canary);
	int err = -EOPNOTSUPP;

	if (!canary)
		err = bjn_tramp_poke(ip, old_addr, new_addr, BJN_POKE_IS_JUMP);
	if (err == -EOPNOTSUPP)
		err = BJN_STOCK(bpf_arch_text_poke)BJN_POKE_ARGS;
	bjn_hook_leave(idx);
	return err;
}

void bjn_replace_arch_free_bpf_trampoline(void *image, unsigned int size)
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_arch_free_bpf_trampoline, &canary);

	/* Once it is free, a program may lie there, which is poked in another way. */
	if (!canary) {
		bjn_tramp_freed(image);
		BJN_STOCK(arch_free_bpf_trampoline)(image, size);
	}
	bjn_hook_leave(idx);
}

void *bjn_replace_arch_alloc_bpf_trampoline(unsigned int size)
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_arch_alloc_bpf_trampoline, &canary);
	void *image = canary ? NULL : BJN_STOCK(arch_alloc_bpf_trampoline)(size);

	if (image && bjn_tramp_allocated(image)) {
		BJN_STOCK(arch_free_bpf_trampoline)(image, size);
		image = NULL;
	}
	bjn_hook_leave(idx);
	return image;
}

int bjn_replace_arch_prepare_bpf_trampoline BJN_TRAMP_PREPARE_PARAMS
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_arch_prepare_bpf_trampoline, &canary);
	int size = canary ? 0 : bjn_tramp_prepare(im, image, image_end, m, flags, list, func_addr);

	bjn_hook_leave(idx);
	return size;
}

int bjn_replace_arch_bpf_trampoline_size BJN_TRAMP_SIZE_PARAMS
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_arch_bpf_trampoline_size, &canary);
	int size = canary ? 0 : bjn_tramp_size(m, flags, list, func_addr);

	bjn_hook_leave(idx);
	return size;
}

/* Nothing is poked, allocated or written; whoever is not redirected refuses. */
bool bjn_canary_bpf_arch_text_poke(unsigned long addr)
{
	BJN_FUNCTION(bpf_arch_text_poke, addr)BJN_POKE_NOTHING;
	return false;
}

bool bjn_canary_arch_free_bpf_trampoline(unsigned long addr)
{
	BJN_FUNCTION(arch_free_bpf_trampoline, addr)(NULL, 0);
	return false;
}

bool bjn_canary_arch_alloc_bpf_trampoline(unsigned long addr)
{
	void *image = BJN_FUNCTION(arch_alloc_bpf_trampoline, addr)(0);

	if (image)
		BJN_STOCK(arch_free_bpf_trampoline)(image, 0);
	return false;
}

bool bjn_canary_arch_prepare_bpf_trampoline(unsigned long addr)
{
	static const struct btf_func_model model;

	BJN_FUNCTION(arch_prepare_bpf_trampoline, addr)(NULL, NULL, NULL, &model, 0, NULL, NULL);
	return false;
}

bool bjn_canary_arch_bpf_trampoline_size(unsigned long addr)
{
	static const struct btf_func_model model;

	BJN_FUNCTION(arch_bpf_trampoline_size, addr)(&model, 0, NULL, NULL);
	return false;
}

#endif
