/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BF_FUZZ_H
#define BF_FUZZ_H

#include "../exec/session.h"
#include "gen.h"

/**
 * struct bf_case - one program and what it has to do
 * @seed: makes program and memory
 * @blind: seed of constant blinding, or 0
 * @cpu: CPU capability bits for the emitter
 * @know_image: the emitter is told the final address at once
 * @arena: the arena is compared as well
 * @is_long: the emitter may decline because of a branch that does not reach
 * @p: the program on its way
 * @before: memory before the run
 * @after: memory that the interpreter left
 * @arena_after: hash of the arena that it left
 * @r0: its result
 * @checks: failed checks
 */
struct bf_case {
	u64 seed;
	u32 blind;
	u64 cpu;
	bool know_image;
	bool arena;
	bool is_long;
	struct bt_program p;
	u8 before[BF_MEM_SIZE];
	u8 after[BF_MEM_SIZE];
	u64 arena_after;
	u64 r0;
	u64 checks;
};

/* How far a case got. */
enum bf_verdict {
	BF_SAME,
	BF_DIFFERENT,
	BF_SKIPPED,	/* the interpreter gave up: it says nothing about the emitter */
	BF_DECLINED,	/* the emitter declined for a good reason */
};

enum bf_verdict bf_expect(struct bf_case *c);
enum bf_verdict bf_verify(struct bf_case *c, char *why, size_t size);
enum bf_verdict bf_one(struct bf_case *c, const struct bpf_insn *insns, u32 len, char *why,
		       size_t size);
u32 bf_minimise(struct bf_case *c, struct bpf_insn *insns, u32 len);
bool bf_defined(const struct bpf_insn *insns, u32 len);

#endif
