/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_FRAMES_H
#define BT_FRAMES_H

#include "fixup.h"

/* Kernel function that throws its first argument. */
#define BT_K_THROW	100

/* off of a reference to a function that makes it the exception callback. */
#define BT_EXCEPTION_CB	1

/**
 * struct bt_exceptions - what a program has to do with exceptions
 * @throws: it throws
 * @custom: first instruction of its own callback, or 0
 * @cb: first instruction of the callback in effect, or 0
 */
struct bt_exceptions {
	bool throws;
	u32 custom;
	u32 cb;
};

#define BT_DEFAULT_CB_LEN	2

void bt_find_exceptions(struct bt_code *c, struct bt_exceptions *e);
u32 bt_find_depth(const struct bpf_insn *insns, u32 len);
bool bt_names_sub(const struct bpf_insn *in);
bool bt_has_may_goto(const struct bt_code *c);
int bt_loops(const struct bt_code *in, u8 reg_ax, struct bt_code *out, const char **why);

#endif
