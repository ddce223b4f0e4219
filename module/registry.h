/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The images we made, by program. The program's own jit_data is not used: the
 * stock bpf_jit_free() reads it as a structure of its own.
 */
#ifndef BJN_REGISTRY_H
#define BJN_REGISTRY_H

#include <linux/list.h>
#include <linux/seq_file.h>

#include "compat/image.h"
#include "privstack.h"

/**
 * struct bjn_image - one compiled program of ours
 * @node: in the hash table
 * @pending: in the list of images that wait for their second pass
 * @prog: the program; the key
 * @group: bjn_group_key() of its program
 * @mem: memory of the image
 * @stock_func: bpf_func before we compiled
 * @bytes: length of the code
 * @nr_ex: entries in the exception table
 * @priv: private stack
 * @frame: size of its stack frame, bytes
 * @deep: size of that and of the frames that may come on top of it, as far as known
 * @tramp: size of the frame that a trampoline keeps while it runs, on machines with
 *	bjn_env.level_bytes
 * @entry: how it is redirected; @entry.pointer is 0: it cannot be
 * @word: what its first word is while it is not redirected
 * @redirected: something is attached to it
 * @is_main: called by the kernel, with a context
 * @extension: replaces a function of another program
 * @wide: returns all of R0
 * @many_args: takes or passes more than five arguments
 * @tails: it tail-calls, or what it calls does
 */
struct bjn_image {
	struct hlist_node node;
	struct list_head pending;
	struct bpf_prog *prog;
	const void *group;
	struct bjn_mem mem;
	unsigned int (*stock_func)(const void *ctx, const struct bpf_insn *insn);
	u32 bytes;
	u32 nr_ex;
	struct bjn_priv_stack priv;
	u32 frame;
	u32 deep;
	u32 tramp;
	struct bjn_entry entry;
	u32 word;
	bool redirected;
	bool is_main;
	bool extension;
	bool wide;
	bool many_args;
	bool tails;
};

void bjn_registry_add(struct bjn_image *img, bool is_pending);
struct bjn_image *bjn_registry_find(const struct bpf_prog *prog);
struct bjn_image *bjn_registry_at(unsigned long addr);
struct bjn_image *bjn_registry_take(const struct bpf_prog *prog);
struct bjn_image *bjn_registry_take_group(const void *group);
bool bjn_registry_has_group(const void *group);
bool bjn_registry_any(const void *group, bool (*test)(const struct bpf_prog *prog));
void bjn_registry_final(struct bjn_image *img);
int bjn_registry_show(struct seq_file *m, void *v);

#endif
