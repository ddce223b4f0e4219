/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a program keeps its values.
 *
 * The stack frame, laid out by la_frame_begin() from what the program really
 * does. Every part is left out when it is not needed; a program that calls
 * nothing and has no BPF stack has no frame at all.
 *
 *	            | incoming arguments 9...  |
 *	  size   -> +--------------------------+ <- $sp of the caller
 *	            | $ra                      |  program calls something
 *	            | $fp, $s0 ... $s8         |  as far as used; $fp for unwinders
 *	  tcc    -> | tail call count or       |  count that this program was entered
 *	            |   pointer to it          |    with, kept up to date by callees
 *	  tcc_ptr-> | pointer to the count     |  for subprograms
 *	            |   (padding)              |
 *	  fp     -> +--------------------------+ <- R10, 16-byte aligned
 *	            | BPF stack                |  R10 occurs, no private stack
 *	            +--------------------------+
 *	            | outgoing arguments 9...  |
 *	        0 ->+--------------------------+ <- $sp of the program
 *
 * All offsets in struct la_frame are bytes above $sp. R10 needs no register
 * but on a private stack: it is $sp + fp, and la_base() and la_src() are the
 * only places that know.
 *
 * The program that catches exceptions (the boundary) saves every register that
 * the ABI wants preserved, whatever happened to them below, and leaves the top
 * of its frame in LA_BOUNDARY. The exception callback makes its frame there:
 * the same saved registers and counter at the same distance from the top, and
 * a stack of its own below. So it returns to the boundary's caller.
 */
#ifndef BJN_LOONGARCH_FRAME_H
#define BJN_LOONGARCH_FRAME_H

#include "insn.h"

#define LA_MAX_SAVE	11	/* ra, fp, s0-s8 */

/* Words of an inline exit at most; a longer one is shared at the end. */
#define LA_EXIT_WORDS	4

/* So many exits are inline at most: filters may end in thousands of them. */
#define LA_INLINE_EXITS	16

/* From word 0 to where a tail call enters: stock ABI since Linux 7.2. */
#define LA_TAIL_ENTRY	28
#define LA_PATCH_NOPS	5

/*
 * Longest prologue: entry, $sp, saves, tail call counter, boundary, $fp, arena
 * base, private stack; longest epilogue: restores, $sp, return.
 */
#define LA_FRAME_WORDS	((2 + LA_PATCH_NOPS + 1 + LA_MAX_SAVE + 5 + 2 + 4 + 5) + \
			 (LA_MAX_SAVE + 1 + 3))

/* Number of the register that stands for arguments 6 and up, if AX is not. */
#define LA_REG_ARGS	BJN_REG_ARGS
#define LA_ARGS_IN_REGS	3	/* a5, a6, a7 */

/**
 * enum la_tcc_kind - where the tail call counter lives
 * @LA_TCC_UNUSED: the program neither tail-calls nor passes the counter on
 * @LA_TCC_REG: main program without calls: as passed, in LA_TCC
 * @LA_TCC_SLOT: main program with calls: as passed, in slot tcc
 * @LA_TCC_BOTH: main program whose subprograms tail-call: slot tcc as passed
 *	and slot tcc_ptr with the pointer
 * @LA_TCC_PTR_REG: subprogram without calls: pointer in LA_TCC
 * @LA_TCC_PTR_SLOT: subprogram with calls: pointer in slot tcc_ptr
 */
enum la_tcc_kind {
	LA_TCC_UNUSED,
	LA_TCC_REG,
	LA_TCC_SLOT,
	LA_TCC_BOTH,
	LA_TCC_PTR_REG,
	LA_TCC_PTR_SLOT,
};

/**
 * struct la_frame - layout of one program, kept in bjn_ctx.arch
 * @map: machine register of each BPF register, LA_NONE where there is none
 * @arena: machine register with the arena's kernel base, or LA_NONE
 * @nr_save: number of entries in @save
 * @save: machine registers saved, from the top of the frame downwards
 * @tcc_kind: enum la_tcc_kind
 * @args: the program has more than five arguments or passes so many
 * @exits: inline exits so far
 * @exit_used: something falls or branches into the common exit
 * @size: bytes by which $sp is lowered
 * @fp: offset of R10
 * @tcc: offset of slot tcc
 * @tcc_ptr: offset of slot tcc_ptr
 */
struct la_frame {
	u8 map[BJN_MAX_REG];
	u8 arena;
	u8 nr_save;
	u8 save[LA_MAX_SAVE];
	u8 tcc_kind;
	bool args;
	u8 exits;
	bool exit_used;
	s32 size;
	s32 fp;
	s32 tcc;
	s32 tcc_ptr;
};

bjn_static_assert(sizeof(struct la_frame) <= sizeof(((struct bjn_ctx *)0)->arch),
		  "struct la_frame must fit bjn_ctx.arch");

static inline struct la_frame *la_frame(struct bjn_ctx *c)
{
	return (struct la_frame *)c->arch;
}

void la_frame_begin(struct bjn_ctx *c);
void la_prologue(struct bjn_ctx *c);
void la_epilogue(struct bjn_ctx *c);
void la_leave(struct bjn_ctx *c);
void la_exit(struct bjn_ctx *c, const struct bpf_insn *insn);

enum la_reg la_src_slow(struct bjn_ctx *c, u8 reg, enum la_reg tmp);
enum la_reg la_dst_slow(struct bjn_ctx *c, u8 reg);

/**
 * la_src - machine register with the value of a BPF register
 * @c: compilation
 * @reg: BPF register
 * @tmp: scratch register for a value that has no register of its own (R10);
 *	costs one word then
 */
static inline enum la_reg la_src(struct bjn_ctx *c, u8 reg, enum la_reg tmp)
{
	u8 r = la_frame(c)->map[reg];

	return r != LA_NONE ? (enum la_reg)r : la_src_slow(c, reg, tmp);
}

/* Machine register of R0, which instructions name implicitly. */
static inline enum la_reg la_r0(struct bjn_ctx *c)
{
	return (enum la_reg)la_frame(c)->map[BPF_REG_0];
}

/**
 * la_dst - machine register of a BPF register that is written
 * @c: compilation, fails with -EINVAL for R10 or an unknown register
 * @reg: BPF register
 */
static inline enum la_reg la_dst(struct bjn_ctx *c, u8 reg)
{
	u8 r = la_frame(c)->map[reg];

	return r != LA_NONE ? (enum la_reg)r : la_dst_slow(c, reg);
}

/**
 * la_base - base register of a memory access
 * @c: compilation
 * @reg: BPF register with the address
 * @off: in: offset of the access; out: offset from the register returned
 */
static inline enum la_reg la_base(struct bjn_ctx *c, u8 reg, s64 *off)
{
	u8 r = la_frame(c)->map[reg];

	if (r != LA_NONE)
		return (enum la_reg)r;
	if (reg != BPF_REG_10)
		return la_src_slow(c, reg, LA_X0);
	*off += la_frame(c)->fp;
	return LA_SP;
}

#endif
