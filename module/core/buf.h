/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writing machine words. A value that does not fit its field never gets
 * truncated: the first misfit is remembered, later ones are ignored, and the
 * driver declines the program.
 */
#ifndef BJN_CORE_BUF_H
#define BJN_CORE_BUF_H

#include "backend.h"

/**
 * bjn_fail - remember the first error of a compilation
 * @c: compilation
 * @err: negative errno
 * @why: phrase that completes "program declined: "
 */
static inline void bjn_fail(struct bjn_ctx *c, int err, const char *why)
{
	if (c->err)
		return;
	c->err = err;
	c->err_idx = c->idx;
	c->err_why = why;
}

/**
 * bjn_put - append one machine word
 * @c: compilation
 * @word: the word, in the byte order of the running CPU
 */
static inline void bjn_put(struct bjn_ctx *c, u32 word)
{
	if (c->pos < c->cap)
		c->code[c->pos++] = word;
	else
		bjn_fail(c, -ENOSPC, "code is larger than planned");
}

/**
 * bjn_is_s - does a value fit a signed field?
 * @v: value
 * @bits: width of the field
 */
static inline bool bjn_is_s(s64 v, unsigned int bits)
{
	return v >= -(1ll << (bits - 1)) && v < (1ll << (bits - 1));
}

/**
 * bjn_is_u - does a value fit an unsigned field?
 * @v: value
 * @bits: width of the field
 */
static inline bool bjn_is_u(u64 v, unsigned int bits)
{
	return v < (1ull << bits);
}

/**
 * bjn_s - place a signed operand
 * @c: compilation, fails with -ERANGE when the operand does not fit
 * @v: operand
 * @bits: width of the field
 * @shift: position of the field
 */
static inline u32 bjn_s(struct bjn_ctx *c, s64 v, unsigned int bits, unsigned int shift)
{
	if (!bjn_is_s(v, bits))
		bjn_fail(c, -ERANGE, "signed operand out of range");
	return ((u32)v & ((1u << bits) - 1)) << shift;
}

/**
 * bjn_u - place an unsigned operand
 * @c: compilation, fails with -ERANGE when the operand does not fit
 * @v: operand
 * @bits: width of the field
 * @shift: position of the field
 */
static inline u32 bjn_u(struct bjn_ctx *c, u64 v, unsigned int bits, unsigned int shift)
{
	if (!bjn_is_u(v, bits))
		bjn_fail(c, -ERANGE, "unsigned operand out of range");
	return ((u32)v & ((1u << bits) - 1)) << shift;
}

/**
 * bjn_target - BPF instruction that a jump goes to
 * @c: compilation, fails with -EINVAL when it lies outside the program
 * @off: distance from the instruction behind the jump
 *
 * Return: index of an instruction of the program.
 */
static inline u32 bjn_target(struct bjn_ctx *c, s64 off)
{
	s64 t = (s64)c->idx + 1 + off;

	if (t < 0 || t >= c->prog->len) {
		bjn_fail(c, -EINVAL, "jump out of the program");
		return 0;
	}
	return (u32)t;
}

/* Mark in bjn_ctx.off[] of an instruction yet to be emitted: a jump leads to it. */
#define BJN_JOINED	0x80000000u

/**
 * bjn_distance - distance from the next word to a BPF instruction
 * @c: compilation
 * @target: BPF instruction; the program's length means the epilogue
 *
 * Return: words; exact backwards, an upper bound forwards.
 */
static inline s64 bjn_distance(const struct bjn_ctx *c, u32 target)
{
	if (target <= c->idx)
		return (s64)c->off[target] - c->pos;
	return (s64)(c->off[target] & ~BJN_JOINED) - c->bound;
}

/**
 * bjn_is_landing - may an indirect jump lead to a BPF instruction?
 * @c: compilation of a program with such jumps
 * @i: BPF instruction
 */
static inline bool bjn_is_landing(const struct bjn_ctx *c, u32 i)
{
	const struct bjn_prog_ops *ops = c->prog->ops;

	return !ops->indirect_target || ops->indirect_target(c->prog, i);
}

/**
 * bjn_is_joined - does a jump lead to a later BPF instruction?
 * @c: compilation by a back end that has bjn_backend.learn
 * @i: BPF instruction behind the one being emitted
 */
static inline bool bjn_is_joined(const struct bjn_ctx *c, u32 i)
{
	return c->off[i] & BJN_JOINED;
}

/**
 * bjn_is_known - has the target already been emitted?
 * @c: compilation
 * @target: BPF instruction
 */
static inline bool bjn_is_known(const struct bjn_ctx *c, u32 target)
{
	return target <= c->idx;
}

/**
 * bjn_forward - note that the next word is a branch to be completed at the end
 * @c: compilation
 * @target: BPF instruction; the program's length means the epilogue
 * @kind: form of the branch, given back to the back end's patch function
 */
static inline void bjn_forward(struct bjn_ctx *c, u32 target, u32 kind)
{
	struct bjn_fixup *f;

	if (c->nr_fix >= c->facts.jumps) {
		bjn_fail(c, -ENOSPC, "more branches than planned");
		return;
	}
	f = &c->fix[c->nr_fix++];
	f->at = c->pos;
	f->target = target;
	f->kind = kind;
}

/**
 * bjn_may_fault - note that the next word may fault
 * @c: compilation
 * @resume: words from the faulting one to where execution goes on
 * @reg: machine register to be zeroed, or BJN_EX_NO_REG
 */
static inline void bjn_may_fault(struct bjn_ctx *c, u32 resume, u8 reg)
{
	struct bjn_extable *e;

	if (c->nr_ex >= c->facts.extable) {
		bjn_fail(c, -ENOSPC, "more faulting instructions than planned");
		return;
	}
	e = &c->ex[c->nr_ex++];
	e->at = c->pos;
	e->resume = c->pos + resume;
	e->reg = reg;
	e->arena = BJN_EX_NO_REG;
}

/**
 * bjn_is_arena - the instruction that bjn_may_fault() noted accesses the arena
 * @c: compilation
 * @arena: machine register with the 32-bit arena pointer
 * @off: offset from it
 * @write: the access writes
 *
 * A kernel that has streams reports such a fault in that of the program.
 */
static inline void bjn_is_arena(struct bjn_ctx *c, u8 arena, s16 off, bool write)
{
	if (c->err || !c->nr_ex)
		return;
	c->ex[c->nr_ex - 1].arena = arena;
	c->ex[c->nr_ex - 1].off = off;
	c->ex[c->nr_ex - 1].write = write;
}

#endif
