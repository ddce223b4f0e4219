/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the kernel asks for trampolines. BJN_OUR_TRAMPOLINES is set by probe.mk
 * where it has none of its own and asks for the size first.
 */
#ifndef BJN_COMPAT_TRAMP_H
#define BJN_COMPAT_TRAMP_H

#include <linux/bpf.h>

#ifdef BJN_OUR_TRAMPOLINES

#ifdef BJN_TRAMP_NODES
#define bjn_tramp_list struct bpf_tramp_nodes

static inline int bjn_tramp_count(const bjn_tramp_list *list)
{
	return list->nr_nodes;
}

static inline struct bpf_prog *bjn_tramp_prog(const bjn_tramp_list *list, int i)
{
	return list->nodes[i]->link->prog;
}

static inline u64 bjn_tramp_cookie(const bjn_tramp_list *list, int i)
{
	return list->nodes[i]->cookie;
}
#else
#define bjn_tramp_list struct bpf_tramp_links

static inline int bjn_tramp_count(const bjn_tramp_list *list)
{
	return list->nr_links;
}

static inline struct bpf_prog *bjn_tramp_prog(const bjn_tramp_list *list, int i)
{
	return list->links[i]->link.prog;
}

static inline u64 bjn_tramp_cookie(const bjn_tramp_list *list, int i)
{
	return list->links[i]->cookie;
}
#endif

#define BJN_TRAMP_SIZE_PARAMS \
	(const struct btf_func_model *m, u32 flags, bjn_tramp_list *list, void *func_addr)
#define BJN_TRAMP_PREPARE_PARAMS \
	(struct bpf_tramp_image *im, void *image, void *image_end, \
	 const struct btf_func_model *m, u32 flags, bjn_tramp_list *list, void *func_addr)

/* What is poked: a kernel with one type gives no new or no old address instead. */
#ifdef BJN_POKE_HAS_TWO_TYPES
#define BJN_POKE_PARAMS \
	(void *ip, enum bpf_text_poke_type old_t, enum bpf_text_poke_type new_t, \
	 void *old_addr, void *new_addr)
#define BJN_POKE_ARGS	(ip, old_t, new_t, old_addr, new_addr)
#define BJN_POKE_IS_JUMP	(new_t == BPF_MOD_JUMP)
#define BJN_POKE_NOTHING	(NULL, BPF_MOD_NOP, BPF_MOD_NOP, NULL, NULL)
#else
#define BJN_POKE_PARAMS \
	(void *ip, enum bpf_text_poke_type t, void *old_addr, void *new_addr)
#define BJN_POKE_ARGS	(ip, t, old_addr, new_addr)
#define BJN_POKE_IS_JUMP	(t == BPF_MOD_JUMP)
#define BJN_POKE_NOTHING	(NULL, BPF_MOD_CALL, NULL, NULL)
#endif

/* Is an argument a structure that is passed by value? */
static inline bool bjn_arg_is_struct(const struct btf_func_model *m, int i)
{
#ifdef BTF_FMODEL_STRUCT_ARG
	return m->arg_flags[i] & BTF_FMODEL_STRUCT_ARG;
#else
	return m->arg_size[i] > sizeof(u64);
#endif
}

/* What may be patched when the program goes away under a running trampoline. */
static inline void bjn_tramp_add_skip(struct bpf_tramp_image *im, struct bpf_prog *prog,
				      void *at, void *to)
{
#ifdef BJN_TRAMP_SKIPS
	bpf_tramp_image_add_skip(im, prog, at, to);
#endif
}

/*
 * The same on kernels that patch out all programs behind the function at once;
 * without it they are freed while somebody is still going to call them.
 */
static inline void bjn_tramp_set_fexit(struct bpf_tramp_image *im, void *first, void *behind)
{
#ifndef BJN_TRAMP_SKIPS
	im->ip_after_call = first;
	im->ip_epilogue = behind;
#endif
}

/* Sessions: one program before and after the function, with memory in between. */
static inline bool bjn_tramp_has_sessions(bjn_tramp_list *lists)
{
#ifdef BJN_HAS_FSESSION
	return bpf_fsession_cnt(lists) > 0;
#else
	return false;
#endif
}

static inline bool bjn_tramp_wants_cookie(const bjn_tramp_list *list, int i)
{
#ifdef BJN_HAS_FSESSION
	return bpf_prog_calls_session_cookie(list->nodes[i]);
#else
	return false;
#endif
}

#endif /* BJN_OUR_TRAMPOLINES */

/**
 * bjn_replaced - address of the function that an extension was loaded for
 * @prog: first function of a program of type BPF_PROG_TYPE_EXT
 *
 * Return: address, or 0 when this kernel does not tell.
 */
static inline unsigned long bjn_replaced(const struct bpf_prog *prog)
{
	const struct bpf_prog_aux *aux = prog->aux;

#ifdef BJN_HAS_MAIN_PROG_AUX
	aux = aux->main_prog_aux;
#endif
	return aux->dst_trampoline ? (unsigned long)aux->dst_trampoline->func.addr : 0;
}

#endif
