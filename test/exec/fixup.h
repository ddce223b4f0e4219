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

#define BT_MAX_PATCH	10	/* instructions that one can become */

/**
 * struct bt_patch - what one instruction becomes
 * @insn: replacement; the last one inherits the jump target of the original
 * @n: number of replacements
 */
struct bt_patch {
	struct bpf_insn insn[BT_MAX_PATCH];
	u32 n;
};

static inline void bt_patch_put(struct bt_patch *p, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	p->insn[p->n++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm,
	};
}

/**
 * struct bt_rewrite - parameters of a rewriting function
 * @ax: number of the auxiliary register
 * @seed: of the random numbers
 * @code: the program
 * @front: number of instructions put in front of instruction @i which only
 *	calls execute; may be NULL
 * @slot: for each instruction the stack slot of its function's may_goto, or 0
 */
struct bt_rewrite {
	u8 ax;
	u32 seed;
	const struct bt_code *code;
	u32 (*front)(const struct bt_rewrite *rw, u32 i);
	const s16 *slot;
};

typedef void (*bt_rewrite_fn)(struct bt_rewrite *rw, const struct bpf_insn *in,
			      struct bt_patch *p);

/* Jump that is taken when a loop has used up its time; the verifier takes it apart. */
#define BT_MAY_GOTO	(BPF_JMP | 0xe0)

/* Helper that it becomes a call of. */
#define BT_H_MAY_GOTO	250

int bt_expand(const struct bt_code *in, bt_rewrite_fn fn, struct bt_rewrite *rw,
	      struct bt_code *out, const char **why);
int bt_guard(const struct bt_code *in, u8 reg_ax, struct bt_code *out, const char **why);
int bt_blind(const struct bt_code *in, u8 reg_ax, u32 *seed, struct bt_code *out,
	     const char **why);
bool bt_is_jump(const struct bpf_insn *in);
s32 bt_jump_off(const struct bpf_insn *in);
bool bt_code_reserve(struct bt_code *c, u32 len);

#endif
