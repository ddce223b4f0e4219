// SPDX-License-Identifier: GPL-2.0
/*
 * Branches and jumps.
 *
 * A branch reaches 32767 words from its delay slot. Beyond, it is inverted and
 * skips a jump: Release 6 has one of 26 bits, relative to itself; the older one
 * is absolute, within a segment of 256 MB, so that the address of the code must
 * be known. While it is not, the distance is added to the address that a
 * branch-and-link leaves in $ra, which works wherever the code will lie.
 */
#include "common.h"

#define INT_MIN_32	(-0x7fffffff - 1)
#define INT_MAX_32	0x7fffffff

/* Kinds of branches that are completed at the end. */
enum { FIX_BRANCH, FIX_BC, FIX_J, FIX_FAR };

/* The opposite of a conditional branch. */
static u32 invert(u32 op)
{
	return op ^ (op >> 26 == 1 ? 1u << 16 : 1u << 26);
}

/*
 * Is the target in reach of a branch that is the next word? One word is to
 * spare: a word may move behind the branch, or the branch go behind the first
 * word of its target.
 */
static bool is_near(const struct bjn_ctx *c, u32 target)
{
	s64 distance = bjn_distance(c, target);

	return bjn_is_s(distance, 16) && bjn_is_s(distance - 1, 16);
}

static void near_branch(struct bjn_ctx *c, u32 op, enum mi_reg rs, enum mi_reg rt, u32 target)
{
	u32 word = mi_take(c, 1u << rs | 1u << rt, 0);

	bjn_forward(c, target, FIX_BRANCH);
	mi_dst(c, op, MI_ZERO, rs, rt);
	mi_slot(c, word);
}

/* Constants of a far jump: words @at and @at + 1, $ra is that of @at + 1. */
static void set_far(struct bjn_ctx *c, u32 at, s64 delta)
{
	s64 bytes = (delta - 1) * 4;

	if (!bjn_is_s(bytes + 0x8000, 32)) {
		bjn_fail(c, -ERANGE, "jump is too far");
		return;
	}
	c->code[at] |= (u32)((bytes + 0x8000) >> 16) & 0xffff;
	c->code[at + 1] |= (u32)bytes & 0xffff;
}

static void far_jump(struct bjn_ctx *c, u32 target)
{
	u32 at;

	c->far = true;
	mi_move(c, MI_JUMP_RA, MI_RA);
	mi_bal(c, 8);
	at = c->pos;
	if (!bjn_is_known(c, target))
		bjn_forward(c, target, FIX_FAR);
	mi_lui(c, MI_JUMP_ADDR, 0);
	mi_addiu(c, MI_JUMP_ADDR, MI_JUMP_ADDR, 0);
	/* The upper half is at most the sign on a 64-bit CPU. */
	if (mi_is_wide(c))
		mi_daddu(c, MI_JUMP_ADDR, MI_JUMP_ADDR, MI_RA);
	else
		mi_addu(c, MI_JUMP_ADDR, MI_JUMP_ADDR, MI_RA);
	mi_jump_reg(c, MI_JUMP_ADDR);
	mi_move(c, MI_RA, MI_JUMP_RA);
	if (!c->err && bjn_is_known(c, target))
		set_far(c, at, (s64)c->off[target] - at);
}

static void compact_jump(struct bjn_ctx *c, u32 target)
{
	if (bjn_is_known(c, target)) {
		mi_bc(c, bjn_distance(c, target) * 4);
		return;
	}
	bjn_forward(c, target, FIX_BC);
	bjn_put(c, MI_OP_bc);
}

/* Is all of the code in one segment for absolute jumps? */
static bool has_absolute(const struct bjn_ctx *c)
{
	u64 first = c->prog->image;

	return first && first >> 28 == (first + 4ull * c->cap) >> 28;
}

/* Operand of a jump to a word of the code. */
static u64 absolute(const struct bjn_ctx *c, u32 pos)
{
	return (c->prog->image + 4ull * pos) & 0xfffffff;
}

static void absolute_jump(struct bjn_ctx *c, u32 target)
{
	u32 word = mi_take(c, 0, 0);

	bjn_forward(c, target, FIX_J);
	mi_j(c, 0);
	mi_slot(c, word);
}

/**
 * mi_jump - go to a BPF instruction
 * @c: compilation
 * @target: BPF instruction; the program's length means the epilogue
 *
 * At most MI_JUMP_WORDS; uses the scratch registers of a far jump.
 */
void mi_jump(struct bjn_ctx *c, u32 target)
{
	if (mi_is_r6(c))
		compact_jump(c, target);
	else if (is_near(c, target))
		near_branch(c, MI_OP_beq, MI_ZERO, MI_ZERO, target);
	else if (has_absolute(c))
		absolute_jump(c, target);
	else
		far_jump(c, target);
}

/**
 * mi_branch - go to a BPF instruction under a condition
 * @c: compilation
 * @op: conditional branch: beq, bne, blez, bgtz, bltz or bgez
 * @rs: first operand
 * @rt: second operand, $zero for all but beq and bne
 * @target: BPF instruction
 *
 * At most MI_BRANCH_WORDS; a far jump uses its scratch registers.
 */
void mi_branch(struct bjn_ctx *c, u32 op, enum mi_reg rs, enum mi_reg rt, u32 target)
{
	u32 at, word;

	if (is_near(c, target)) {
		near_branch(c, op, rs, rt, target);
		return;
	}
	c->far = true;
	word = mi_take(c, 1u << rs | 1u << rt, 0);
	at = c->pos;
	mi_dst(c, invert(op), MI_ZERO, rs, rt);
	mi_slot(c, word);
	mi_jump(c, target);
	if (!c->err)
		c->code[at] |= bjn_s(c, (s64)c->pos - at - 1, 16, 0);
	mi_entry(c);
}

/* What is known about a condition when the code is written. */
enum outcome { OPEN, ALWAYS, NEVER };

/* Is a comparison true for equal operands? */
static enum outcome equal_operands(u8 op)
{
	switch (op) {
	case BPF_JEQ:
	case BPF_JGE:
	case BPF_JLE:
	case BPF_JSGE:
	case BPF_JSLE:
		return ALWAYS;
	case BPF_JSET:
		return OPEN;
	}
	return NEVER;
}

/* Comparison with the least or the greatest of all values. */
static enum outcome extreme_operand(u8 op, s32 imm, bool is_short)
{
	switch (op) {
	case BPF_JSET:
	case BPF_JLT:
		return imm ? OPEN : NEVER;
	case BPF_JGE:
		return imm ? OPEN : ALWAYS;
	case BPF_JGT:
		return imm != -1 ? OPEN : NEVER;
	case BPF_JLE:
		return imm != -1 ? OPEN : ALWAYS;
	case BPF_JSLT:
		return !is_short || imm != INT_MIN_32 ? OPEN : NEVER;
	case BPF_JSGE:
		return !is_short || imm != INT_MIN_32 ? OPEN : ALWAYS;
	case BPF_JSGT:
		return !is_short || imm != INT_MAX_32 ? OPEN : NEVER;
	case BPF_JSLE:
		return !is_short || imm != INT_MAX_32 ? OPEN : ALWAYS;
	}
	return OPEN;
}

/* Does a conditional jump need its operands? */
static enum outcome find_outcome(const struct bpf_insn *insn)
{
	u8 op = BPF_OP(insn->code);

	if (BPF_SRC(insn->code) == BPF_K)
		return extreme_operand(op, insn->imm, BPF_CLASS(insn->code) == BPF_JMP32);
	return insn->dst_reg == insn->src_reg ? equal_operands(op) : OPEN;
}

/**
 * mi_is_decided - write the code of a conditional jump that is none
 * @c: compilation
 * @insn: conditional jump: its operands are the same register, or one is the
 *	least or the greatest value, or it goes to the next instruction
 *
 * Return: false when the condition matters; then nothing is written.
 */
bool mi_is_decided(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum outcome outcome = insn->off ? find_outcome(insn) : NEVER;

	if (outcome == ALWAYS)
		mi_jump(c, bjn_target(c, insn->off));
	return outcome != OPEN;
}

/**
 * mi_patch - complete a forward branch
 * @c: compilation
 * @fix: the branch
 * @delta: words from it to its target
 */
void mi_patch(struct bjn_ctx *c, const struct bjn_fixup *fix, s32 delta)
{
	switch (fix->kind) {
	case FIX_BRANCH:
		delta = mi_fill_from_target(c, fix->at, delta);
		c->code[fix->at] |= bjn_s(c, (s64)delta - 1, 16, 0);
		break;
	case FIX_BC:
		c->code[fix->at] |= bjn_s(c, (s64)delta - 1, 26, 0);
		break;
	case FIX_J:
		delta = mi_fill_from_target(c, fix->at, delta);
		c->code[fix->at] |= (u32)(absolute(c, fix->at + (u32)delta) >> 2);
		break;
	default:
		set_far(c, fix->at, delta);
	}
}

/**
 * mi_out - branch forward within the code of one BPF instruction
 * @c: compilation
 * @o: note of the branch for mi_land()
 * @op: conditional branch
 * @rs: first operand
 * @rt: second operand
 *
 * The delay slot is up to the caller.
 */
void mi_out(struct bjn_ctx *c, struct mi_outs *o, u32 op, enum mi_reg rs, enum mi_reg rt)
{
	if (o->nr >= MI_MAX_OUTS) {
		bjn_fail(c, -E2BIG, "too many branches in one instruction");
		return;
	}
	o->at[o->nr++] = c->pos;
	mi_dst(c, op, MI_ZERO, rs, rt);
}

/**
 * mi_land - the next word is where the noted branches go
 * @c: compilation
 * @o: notes of mi_out()
 */
void mi_land(struct bjn_ctx *c, const struct mi_outs *o)
{
	u32 i;

	for (i = 0; i < o->nr && !c->err; i++)
		c->code[o->at[i]] |= bjn_s(c, (s64)c->pos - o->at[i] - 1, 16, 0);
	if (o->nr)
		mi_entry(c);
}

/**
 * mi_back - branch backwards within the code of one BPF instruction
 * @c: compilation
 * @op: conditional branch
 * @rs: first operand
 * @rt: second operand
 * @to: word offset of the target
 *
 * The delay slot is up to the caller.
 */
void mi_back(struct bjn_ctx *c, u32 op, enum mi_reg rs, enum mi_reg rt, u32 to)
{
	mi_sto(c, op, rs, rt, ((s64)to - c->pos) * 4);
}
