/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 64-bit CPUs: registers and stack frame.
 *
 * The frame, laid out by n64_begin() from what the program really does. Every
 * part is left out when it is not needed; a program that calls nothing and has
 * no BPF stack has no frame at all.
 *
 *	            | incoming arguments 9...  |
 *	  size   -> +--------------------------+ <- $sp of the caller
 *	            | ra                       |  program calls something
 *	            | s0 ... s7, s8            |  as far as used
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
 * All offsets in struct n64_frame are bytes above $sp. R10 needs no register
 * but on a private stack: it is $sp + fp, and n64_base() and n64_src() are the
 * only places that know.
 *
 * The program that catches exceptions (the boundary) saves every register that
 * the ABI wants preserved, whatever happens to them below, and leaves the top
 * of its frame in N64_BOUNDARY, which no other program writes. The exception
 * callback makes its frame there: the same saved registers and counts at the
 * same distance from the top, and a stack of its own below. So it returns to
 * the boundary's caller.
 */
#ifndef BJN_MIPS_N64_H
#define BJN_MIPS_N64_H

#include "common.h"

/* R0 to R5 and the tail call count are the stock JIT's ABI. */
#define N64_R0		MI_V0
#define N64_R1		MI_A0
#define N64_R2		MI_A1
#define N64_R3		MI_A2
#define N64_TCC		MI_9	/* tail calls that are left, or pointer to that */
#define N64_AX		MI_T8	/* BPF_REG_AX; never live across a call */
#define N64_ARENA	MI_S4	/* kernel base of the arena */
#define N64_FP		MI_S5	/* R10 on a private stack */
#define N64_FP_LEAF	MI_9	/* the same in a program that calls nothing */
#define N64_BOUNDARY	MI_S8	/* top of the frame of the exception boundary */

/* Arguments 6 to 8 are in registers behind those of R1 to R5. */
#define N64_ARG(n)	((enum mi_reg)(MI_A0 + (n)))	/* from 0 on */
#define N64_ARGS_IN_REGS	8

/* Scratch within one BPF instruction; MI_T9 is for calls and far jumps. */
#define N64_X0		MI_AT	/* addresses, large offsets */
#define N64_X1		MI_V1	/* first operand, immediates */
#define N64_X2		MI_12	/* second operand */
#define N64_X3		MI_13

#define N64_MAX_SAVE	10	/* ra, s0-s7, s8 */
#define N64_EXIT_WORDS	4	/* an inline exit at most; longer ones are shared */

/* From word 0 to where a tail call enters: stock ABI. */
#define N64_TAIL_ENTRY	4

/*
 * Prologue: count, $sp, saves, tail call count, boundary, arena, private stack.
 * Epilogue with $sp, jump. Two words at the entry of an attachable program, detour.
 */
#define N64_DETOUR_WORDS	(9 + MI_MASK_WORDS + 2)
#define N64_FRAME_WORDS	(2 + N64_DETOUR_WORDS + (1 + N64_ADDI_WORDS + N64_MAX_SAVE + 5 + N64_ADDI_WORDS) +	\
			 N64_ADDI_WORDS + MI_LI64_WORDS + MI_LI64_WORDS + N64_PERCPU_WORDS +	\
			 (N64_MAX_SAVE + 1 + N64_ADDI_WORDS + MI_MASK_WORDS + 2))

/**
 * enum n64_tcc_kind - where the tail call count lives
 * @N64_TCC_UNUSED: the program neither tail-calls nor passes the count on
 * @N64_TCC_REG: main program without calls: as passed, in N64_TCC
 * @N64_TCC_SLOT: main program with calls: as passed, in slot tcc
 * @N64_TCC_BOTH: main program whose subprograms tail-call: slot tcc as passed
 *	and slot tcc_ptr with the pointer
 * @N64_TCC_PTR_REG: subprogram without calls: pointer in N64_TCC
 * @N64_TCC_PTR_SLOT: subprogram with calls: pointer in slot tcc_ptr
 */
enum n64_tcc_kind {
	N64_TCC_UNUSED,
	N64_TCC_REG,
	N64_TCC_SLOT,
	N64_TCC_BOTH,
	N64_TCC_PTR_REG,
	N64_TCC_PTR_SLOT,
};

/**
 * struct n64_frame - layout of one program, kept in bjn_ctx.arch
 * @common: what both widths know
 * @map: machine register of each BPF register, MI_NONE where there is none
 * @nr_save: number of entries in @save
 * @save: machine registers saved, from the top of the frame downwards
 * @tcc_kind: enum n64_tcc_kind
 * @arena: N64_ARENA holds the base of the arena
 * @args: the program has more than five arguments or passes so many
 * @exit_used: something falls or branches into the common exit
 * @size: bytes by which $sp is lowered
 * @fp: offset of R10
 * @tcc: offset of slot tcc
 * @tcc_ptr: offset of slot tcc_ptr
 */
struct n64_frame {
	struct mi_frame common;
	u8 map[BJN_MAX_REG];
	u8 nr_save;
	u8 save[N64_MAX_SAVE];
	u8 tcc_kind;
	bool arena;
	bool args;
	bool exit_used;
	s32 size;
	s32 fp;
	s32 tcc;
	s32 tcc_ptr;
};

bjn_static_assert(sizeof(struct n64_frame) <= sizeof(((struct bjn_ctx *)0)->arch),
		  "struct n64_frame must fit bjn_ctx.arch");

static inline struct n64_frame *n64_frame(struct bjn_ctx *c)
{
	return (struct n64_frame *)c->arch;
}

/* n64-frame.c */
void n64_begin(struct bjn_ctx *c);
void n64_prologue(struct bjn_ctx *c);
void n64_epilogue(struct bjn_ctx *c);
void n64_restore(struct bjn_ctx *c);
void n64_leave_to(struct bjn_ctx *c, enum mi_reg rs);
bool n64_lowers_sp_first(struct bjn_ctx *c);
enum mi_reg n64_src_slow(struct bjn_ctx *c, u8 reg, enum mi_reg tmp);
enum mi_reg n64_dst_slow(struct bjn_ctx *c, u8 reg);

/**
 * n64_src - machine register with the value of a BPF register
 * @c: compilation
 * @reg: BPF register
 * @tmp: scratch register for a value that has no register of its own (R10);
 *	costs one word then
 */
static inline enum mi_reg n64_src(struct bjn_ctx *c, u8 reg, enum mi_reg tmp)
{
	u8 r = n64_frame(c)->map[reg];

	return r != MI_NONE ? (enum mi_reg)r : n64_src_slow(c, reg, tmp);
}

/**
 * n64_dst - machine register of a BPF register that is written
 * @c: compilation, fails with -EINVAL for R10 or an unknown register
 * @reg: BPF register
 */
static inline enum mi_reg n64_dst(struct bjn_ctx *c, u8 reg)
{
	u8 r = n64_frame(c)->map[reg];

	return r != MI_NONE ? (enum mi_reg)r : n64_dst_slow(c, reg);
}

/**
 * n64_base - base register of a memory access
 * @c: compilation
 * @reg: BPF register with the address
 * @off: in: offset of the access; out: offset from the register returned
 */
static inline enum mi_reg n64_base(struct bjn_ctx *c, u8 reg, s64 *off)
{
	u8 r = n64_frame(c)->map[reg];

	if (r != MI_NONE)
		return (enum mi_reg)r;
	if (reg != BPF_REG_10)
		return n64_src_slow(c, reg, N64_X0);
	*off += n64_frame(c)->fp;
	return MI_SP;
}

/* n64-alu.c; also used elsewhere */
#define N64_ZEXT_WORDS	2
#define N64_ADDI_WORDS	3
void n64_zext(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs);
void n64_sext(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs);
void n64_finish32(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg rd);
void n64_finish_sext(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg rd);
enum mi_reg n64_sext_src(struct bjn_ctx *c, u8 reg, enum mi_reg tmp);
void n64_field(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, unsigned int pos,
	       unsigned int size);
void n64_addi(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, s64 v, enum mi_reg tmp);
void n64_extend(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, unsigned int bits);

/* n64-mem.c */
enum n64_access_kind { N64_LOAD, N64_LOAD_SX, N64_STORE };
#define N64_ACCESS_WORDS	(N64_ADDI_WORDS + 1)
void n64_access(struct bjn_ctx *c, enum n64_access_kind kind, u8 size, enum mi_reg rd,
		enum mi_reg base, s64 off, bool fault);

/* address; test and branch for each window; 0 */
#define N64_PROBE_WORDS	(N64_ADDI_WORDS + BJN_MIPS_NR_WINDOWS * (2 * MI_LI64_WORDS + 4) + 1 + \
			 MI_PAD_WORDS)

/* n64-call.c */
#define N64_PERCPU_WORDS	(N64_ACCESS_WORDS + MI_LI64_WORDS + 4)
void n64_add_percpu(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs);
void n64_percpu(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs);

/* emitters of the opcode table */
mi_emit_fn n64_alu64_x, n64_alu32_x, n64_mul64_x, n64_mul32_x, n64_shift32_x;
mi_emit_fn n64_div64_x, n64_div32_x, n64_neg64, n64_neg32;
mi_emit_fn n64_add64_k, n64_add32_k, n64_and64_k, n64_and32_k, n64_logic64_k, n64_logic32_k;
mi_emit_fn n64_mul64_k, n64_mul32_k, n64_div64_k, n64_div32_k, n64_shift64_k, n64_shift32_k;
mi_emit_fn n64_mov64_x, n64_mov32_x, n64_mov64_k, n64_mov32_k;
mi_emit_fn n64_end_le, n64_end_be, n64_bswap, n64_ld_imm64;
mi_emit_fn n64_ldx, n64_ldx_sx, n64_ldx_probe, n64_ldx_probe_sx, n64_ldx_arena, n64_ldx_arena_sx;
mi_emit_fn n64_st, n64_stx, n64_st_arena, n64_stx_arena;
mi_emit_fn n64_atomic, n64_gotox;
mi_emit_fn n64_jmp64_x, n64_jmp64_k, n64_jmp32_x, n64_jmp32_k;
mi_emit_fn n64_jset64_x, n64_jset64_k, n64_jset32_x, n64_jset32_k;
mi_emit_fn n64_call, n64_tail_call, n64_exit;

#endif
