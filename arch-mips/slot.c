// SPDX-License-Identifier: GPL-2.0
/*
 * Delay slots.
 *
 * The word behind a branch is executed before the branch takes effect. Instead
 * of doing nothing it can do something that
 *
 * - stands before the branch and that neither the branch nor what lies between
 *   depends on: it moves there (mi_take()), or
 * - is the first thing at the branch's target: it is copied and the branch goes
 *   behind it (fill_from_target()). Unless the branch is always taken, what
 *   comes next otherwise must overwrite the result.
 *
 * Only plain calculations, loads and stores move, never an access that may
 * fault, and never across a place at which code is entered from elsewhere.
 */
#include "common.h"

#define MAX_DISTANCE	8	/* words to look back */

/**
 * struct effects - what a word does
 * @reads: registers it depends on, one bit each; $zero is none
 * @writes: registers it changes
 * @memory: it is a load or a store
 */
struct effects {
	u32 reads, writes;
	bool memory;
};

static u32 rs_of(u32 word)
{
	return 1u << (word >> 21 & 31);
}

static u32 rt_of(u32 word)
{
	return 1u << (word >> 16 & 31);
}

static u32 rd_of(u32 word)
{
	return 1u << (word >> 11 & 31);
}

/* Functions of opcode 0 that only calculate rd from rs and rt. */
#define CALCULATES	(1ull << 0x00 | 1ull << 0x02 | 1ull << 0x03 |	/* sll srl sra */ \
			 1ull << 0x04 | 1ull << 0x06 | 1ull << 0x07 |	/* sllv srlv srav */ \
			 1ull << 0x14 | 1ull << 0x16 | 1ull << 0x17 |	/* dsllv dsrlv dsrav */ \
			 1ull << 0x21 | 1ull << 0x23 |			/* addu subu */ \
			 0xfull << 0x24 |				/* and or xor nor */ \
			 1ull << 0x2a | 1ull << 0x2b |			/* slt sltu */ \
			 1ull << 0x2d | 1ull << 0x2f |			/* daddu dsubu */ \
			 1ull << 0x38 | 1ull << 0x3a | 1ull << 0x3b |	/* dsll dsrl dsra */ \
			 1ull << 0x3c | 1ull << 0x3e | 1ull << 0x3f)	/* dsll32 dsrl32 dsra32 */

/* Opcodes that calculate rt from rs and a constant. */
#define IMMEDIATE	(0x7full << 0x09 |	/* addiu slti sltiu andi ori xori lui */ \
			 1ull << 0x19)		/* daddiu */

/* lb lh lw lbu lhu lwu ld; sb sh sw sd */
#define LOADS		(1ull << 0x20 | 1ull << 0x21 | 1ull << 0x23 | 1ull << 0x24 |	\
			 1ull << 0x25 | 1ull << 0x27 | 1ull << 0x37)
#define STORES		(1ull << 0x28 | 1ull << 0x29 | 1ull << 0x2b | 1ull << 0x3f)

/* dextm dextu dext dinsm dinsu dins of opcode 0x1f */
static bool is_field(u32 function)
{
	return function >= 1 && function <= 7 && function != 4;
}

/*
 * What a word does; false: it is none of those that can move. One that does
 * nothing stays where it is, because somebody needs the distance.
 */
static bool find_effects(u32 word, struct effects *e)
{
	u32 op = word >> 26;
	u64 bit = 1ull << op;

	e->memory = false;
	e->reads = rs_of(word);
	e->writes = rt_of(word);
	if (!op && CALCULATES >> (word & 63) & 1) {
		e->reads |= rt_of(word);
		e->writes = rd_of(word);
	} else if (op == 0x1f && is_field(word & 63)) {
		e->reads |= rt_of(word);	/* an insertion does */
	} else if (STORES & bit) {
		e->memory = true;
		e->reads |= rt_of(word);
		e->writes = 0;
	} else if (LOADS & bit) {
		e->memory = true;
	} else if (!(IMMEDIATE & bit)) {
		return false;
	}
	e->reads &= ~1u;
	e->writes &= ~1u;
	return word != 0;
}

/* May two words change places? */
static bool are_independent(const struct effects *a, const struct effects *b)
{
	return !(a->writes & (b->reads | b->writes)) && !(a->reads & b->writes) &&
	       !(a->memory && b->memory);
}

/* Is a word a branch or a jump, so that the next one is in its delay slot? */
static bool is_branch(u32 word)
{
	u32 op = word >> 26;

	if (!op)
		return (word & 63) == 8 || (word & 63) == 9;	/* jr, jalr */
	return op <= 7 || op == MI_OP_beql >> 26 || op == MI_OP_bc >> 26;
}

/* First word that may move: there is no entry behind it. */
static u32 first_movable(const struct bjn_ctx *c)
{
	u32 first = mi_frame(c)->entry, i;

	/* The last accesses that may fault go on behind themselves. */
	for (i = c->nr_ex; i && i + 2 > c->nr_ex; i--)
		if (c->ex[i - 1].resume > first)
			first = c->ex[i - 1].resume;
	return first;
}

/* Take out a word; what comes behind moves up, and so do the starts of instructions. */
static u32 take_out(struct bjn_ctx *c, u32 at)
{
	u32 word = c->code[at], i;

	for (i = at + 1; i < c->pos; i++)
		c->code[i - 1] = c->code[i];
	c->pos--;
	for (i = c->idx; c->off[i] > at; i--)
		c->off[i]--;
	return word;
}

/**
 * mi_take - take out a word before the branch that is about to be written
 * @c: compilation
 * @reads: registers that the branch reads, one bit each
 * @writes: registers that change between here and the branch, or by it
 *
 * Return: the word for the delay slot; one that does nothing if there is none.
 */
u32 mi_take(struct bjn_ctx *c, u32 reads, u32 writes)
{
	struct effects between = { reads & ~1u, writes & ~1u, false }, e;
	u32 first = first_movable(c), i;

	if (c->err || mi_cpu(c, BJN_MIPS_CPU_2F))
		return mi_idle_word(c);
	for (i = c->pos; i > first && c->pos - i < MAX_DISTANCE; i--) {
		if (!find_effects(c->code[i - 1], &e))
			break;
		if (i - 1 && is_branch(c->code[i - 2]))
			break;
		if (are_independent(&e, &between))
			return take_out(c, i - 1);
		between.reads |= e.reads;
		between.writes |= e.writes;
		between.memory |= e.memory;
	}
	return mi_idle_word(c);
}

/**
 * mi_slot - write the word in a delay slot
 * @c: compilation
 * @word: the word, see mi_take()
 */
void mi_slot(struct bjn_ctx *c, u32 word)
{
	bjn_put(c, word);
	mi_entry(c);
}

/**
 * mi_entry - the code may be entered at the next word
 * @c: compilation
 */
void mi_entry(struct bjn_ctx *c)
{
	mi_frame(c)->entry = c->pos;
}

/* beq $zero, $zero and j */
static bool is_always_taken(u32 word)
{
	return word >> 16 == MI_OP_beq >> 16 || word >> 26 == MI_OP_j >> 26;
}

/* Does the word behind the slot make up for the target's first word? */
static bool is_overwritten(const struct bjn_ctx *c, const struct effects *e, u32 word)
{
	struct effects other;

	/* On a 64-bit CPU a 32-bit operation must not see just any operand. */
	if (e->memory || !e->writes || (e->reads && mi_is_wide(c)))
		return false;
	if (!find_effects(word, &other) || (other.memory && c->nr_ex))
		return false;
	return other.writes == e->writes && !(other.reads & e->writes);
}

/**
 * mi_fill_from_target - use the delay slot of a branch that has nothing in it
 * @c: compilation, all of its code has been written
 * @at: the branch
 * @delta: words from it to its target
 *
 * Return: @delta, or one more when the first word of the target is in the slot.
 */
s32 mi_fill_from_target(struct bjn_ctx *c, u32 at, s32 delta)
{
	u32 word = c->code[at + (u32)delta];
	struct effects e;

	if (c->code[at + 1] != mi_idle_word(c) || mi_cpu(c, BJN_MIPS_CPU_2F))
		return delta;
	if (!find_effects(word, &e) || (e.memory && c->nr_ex))
		return delta;
	if (!is_always_taken(c->code[at]) && !is_overwritten(c, &e, c->code[at + 2]))
		return delta;
	c->code[at + 1] = word;
	return delta + 1;
}
