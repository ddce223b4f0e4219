/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was promised when a program began to be loaded.
 */
#ifndef BJN_LOAD_H
#define BJN_LOAD_H

#include <linux/bpf.h>
#include <linux/list.h>

#include "bjn.h"

struct task_struct;

/**
 * struct bjn_load - one program on its way through verifier and compiler
 * @node: in the list of all
 * @task: who loads it; NULL: the verifier has finished with it
 * @aux: after that, of the program that will be compiled next
 * @switches: as they were in the beginning; they hold to the end
 *
 * With @switches.enabled a reference to the module is held.
 */
struct bjn_load {
	struct list_head node;
	const struct task_struct *task;
	const struct bpf_prog_aux *aux;
	struct bjn_switches switches;
};

void bjn_load_begin(struct bjn_load *load, const struct bpf_prog *prog);
void bjn_load_end(struct bjn_load *load, const struct bpf_prog *prog, bool good);
struct bjn_switches bjn_load_switches(void);
struct bjn_load *bjn_load_take(const struct bpf_prog *prog);
void bjn_load_put(struct bjn_load *load);
void bjn_load_exit(void);

#endif
