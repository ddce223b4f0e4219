/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_FIXUP_H
#define BT_FIXUP_H

#include "../../module/core/isa.h"

/**
 * struct bt_code - a program and where its instructions came from
 * @insns: instructions, @len of them
 * @len: number of slots
 * @cap: capacity of @insns and @map
 * @map: position of each instruction of the program it was made from
 */
struct bt_code {
	struct bpf_insn *insns;
	u32 len;
	u32 cap;
	u32 *map;
};

int bt_guard(const struct bt_code *in, u8 reg_ax, struct bt_code *out, const char **why);
int bt_blind(const struct bt_code *in, u8 reg_ax, u32 *seed, struct bt_code *out,
	     const char **why);
bool bt_is_jump(const struct bpf_insn *in);
s32 bt_jump_off(const struct bpf_insn *in);
bool bt_code_reserve(struct bt_code *c, u32 len);

#endif
