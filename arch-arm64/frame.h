/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a program keeps its values.
 *
 * The frame, laid out by a64_frame_begin() from what the program really does.
 * Every part is left out when it is not needed; a program that calls nothing
 * and has no BPF stack has no frame at all.
 *
 * Plain frame:
 *	          | incoming arguments 9...  |
 *	  size -> +--------------------------+ <- SP of the caller, R10
 *	          | BPF stack                |  R10 occurs, no private stack
 *	          +--------------------------+
 *	          |   (padding)              |
 *	          | x19 ... x24              |  program calls something, as far as used
 *	          | x29, x30                 |  program calls something: frame record
 *	 below -> +--------------------------+ <- x29 if there is a record
 *	          | outgoing arguments 9...  |
 *	     0 -> +--------------------------+ <- SP
 *
 * R10 is SP + fp, the upper end of the BPF stack; a register has it on a private
 * stack and in programs that compute with it. a64_base() and a64_src() are the
 * only places that know. A callee finds argument 9 at its SP on entry, as AAPCS64 wants it;
 * arguments 6 to 8 are in x5 to x7.
 *
 * Tail call frame: a program that tail-calls, or whose subprograms may, first
 * builds what the stock JIT builds in front of its tail call entry, because a
 * tail call from either JIT leaves it for the target and takes it as given:
 *
 *	          +--------------------------+ <- SP of the caller
 *	          | x29, x30                 | <- x29
 *	          | count, x26 of the caller | <- x26: pointer to the count
 *	          +--------------------------+ <- SP of a tail call
 *	          | as the plain frame, without a record
 *	          +--------------------------+ <- SP
 *
 * and with TCC_VALUE (Linux 6.1), where x26 is the count itself:
 *
 *	          +--------------------------+ <- SP of the caller
 *	          | x29, x30                 | <- x29
 *	          | x19, x20                 |
 *	          | x21, x22                 |
 *	          | x25, x26                 |
 *	          | x27, x28                 |
 *	          +--------------------------+ <- SP of a tail call, x25, R10
 *	          | BPF stack                |
 *	          +--------------------------+ <- SP
 *
 * A program with a plain frame is tail-called, too: it takes the part above
 * down again before it goes on (frame.c, tail_entry()).
 *
 * The program that catches exceptions (the boundary) has a tail call frame, then
 * saves every register that the ABI wants preserved, whatever happened to them
 * below, has its BPF stack under them, and leaves the SP above them in
 * A64_BOUNDARY. The exception callback makes its frame there: the same saved
 * registers, and a BPF stack of its own below. So it returns to the boundary's
 * caller:
 *
 *	          +--------------------------+
 *	          | tail call frame          |
 *	  size -> +--------------------------+ <- A64_BOUNDARY
 *	          | x19 ... x28              |
 *	 below -> +--------------------------+ <- R10
 *	          | BPF stack                |
 *	          | outgoing arguments 9...  |
 *	     0 -> +--------------------------+ <- SP
 */
#ifndef BJN_ARM64_FRAME_H
#define BJN_ARM64_FRAME_H

#include "insn.h"

#define A64_MAX_SAVE	10	/* x19-x28, or fewer with x29 and x30 */

/* Words of an inline exit at most; a longer one is shared at the end. */
#define A64_EXIT_WORDS	4

/* Largest frame: in reach of one addition. */
#define A64_MAX_FRAME	4080

/*
 * Longest prologue: tail call entry with its landing pads, frame, arena base,
 * private stack; longest leaving: frame, five pairs, authentication, return;
 * patch target with alignment.
 */
#define A64_FRAME_WORDS	((12 + 2 + A64_MAX_SAVE + 3 + 4 + 6) + (A64_MAX_SAVE + 1 + 5 + 3) + 5)

/* So many exits are inline at most: filters may end in thousands of them. */
#define A64_INLINE_EXITS	16

/* Number of the register that stands for arguments 6 and up, if AX is not. */
#define A64_REG_ARGS	BJN_REG_ARGS
#define A64_ARGS_IN_REGS	3	/* x5, x6, x7 */

/*
 * Instructions looked at in search of jumps between where an argument is made
 * and where it is stored: so many, and so many for each of the program.
 */
#define A64_LOOKS	(1u << 20)
#define A64_LOOKS_EACH	32

/* Words of the image behind what jited_len covers: the patch target. */
#define A64_TAIL_WORDS	2

/**
 * struct a64_frame - layout of one program, kept in bjn_ctx.arch
 * @map: machine register of each BPF register, A64_NONE where there is none
 * @arena: machine register with the arena's kernel base, or A64_NONE
 * @t4: scratch register for atomics
 * @args: the program has more than five arguments or passes so many
 * @tail: the tail call frame is there
 * @record: there is a frame record: return address signed and on the stack
 * @exit_used: something falls or branches into the common exit
 * @exits: inline exits so far
 * @nr_save: number of entries in @save
 * @save: machine registers saved, from @below upwards
 * @home: what @map had for the BPF register that x5, x6 or x7 has for now
 * @looks: instructions that may still be looked at
 * @size: bytes by which the plain frame lowers SP
 * @below: offset of the saved registers
 * @fp: offset of R10
 */
struct a64_frame {
	u8 map[BJN_MAX_REG];
	u8 arena;
	u8 t4;
	bool args;
	bool tail;
	bool record;
	bool exit_used;
	u8 exits;
	u8 nr_save;
	u8 save[A64_MAX_SAVE];
	u8 home[A64_ARGS_IN_REGS];
	u32 looks;
	u32 size;
	u32 below;
	u32 fp;
};

bjn_static_assert(sizeof(struct a64_frame) <= sizeof(((struct bjn_ctx *)0)->arch),
		  "struct a64_frame must fit bjn_ctx.arch");

static inline struct a64_frame *a64_frame(struct bjn_ctx *c)
{
	return (struct a64_frame *)c->arch;
}

void a64_frame_begin(struct bjn_ctx *c);
void a64_prologue(struct bjn_ctx *c);
void a64_epilogue(struct bjn_ctx *c);
void a64_leave(struct bjn_ctx *c);
void a64_exit(struct bjn_ctx *c, const struct bpf_insn *insn);

enum a64_reg a64_src_slow(struct bjn_ctx *c, u8 reg, enum a64_reg tmp);
enum a64_reg a64_dst_slow(struct bjn_ctx *c, u8 reg);

/**
 * a64_src - machine register with the value of a BPF register
 * @c: compilation
 * @reg: BPF register
 * @tmp: scratch register for a value that has no register of its own (R10);
 *	costs one word then
 */
static inline enum a64_reg a64_src(struct bjn_ctx *c, u8 reg, enum a64_reg tmp)
{
	u8 r = a64_frame(c)->map[reg];

	return r != A64_NONE ? (enum a64_reg)r : a64_src_slow(c, reg, tmp);
}

/**
 * a64_dst - machine register of a BPF register that is written
 * @c: compilation, fails with -EINVAL for R10 or an unknown register
 * @reg: BPF register
 */
static inline enum a64_reg a64_dst(struct bjn_ctx *c, u8 reg)
{
	u8 r = a64_frame(c)->map[reg];

	return r != A64_NONE ? (enum a64_reg)r : a64_dst_slow(c, reg);
}

/**
 * a64_base - base register of a memory access
 * @c: compilation
 * @reg: BPF register with the address
 * @off: in: offset of the access; out: offset from the register returned
 */
static inline enum a64_reg a64_base(struct bjn_ctx *c, u8 reg, s64 *off)
{
	if (reg != BPF_REG_10 || c->prog->priv_stack)
		return a64_src(c, reg, A64_T0);
	*off += a64_frame(c)->fp;
	return A64_SP;
}

#endif
