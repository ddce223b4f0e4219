/* SPDX-License-Identifier: GPL-2.0 */
/*
 * 32-bit CPUs: registers and stack frame.
 *
 * A BPF register is a pair of machine registers, ordered in memory and in
 * calls as the ABI orders the halves of a 64-bit value: the even register
 * comes first, so it is the low half on a little-endian machine. The stock
 * JIT's pairs are kept, except for BPF_REG_AX: $gp is the kernel's.
 *
 * The frame, laid out by o32_begin() from what the program really does; every
 * part is left out when it is not needed:
 *
 *	            | incoming arguments 6...  |
 *	            | R3, R4, R5               |
 *	            | homes of a1 to a3        |
 *	            | home of a0: tail calls   |  that are left, or pointer to that
 *	  size   -> +--------------------------+ <- $sp of the caller
 *	            | ra                       |  program calls something
 *	            | s0 ... s7, s8            |  as far as used
 *	  tcc_ptr-> | pointer to the count     |  main program whose subprograms
 *	            |                          |    tail-call
 *	  priv   -> | R10                      |  program with a private stack
 *	            |   (padding)              |
 *	  fp     -> +--------------------------+ <- R10, 8-byte aligned
 *	            | BPF stack                |  R10 occurs, no private stack
 *	  spill  -> +--------------------------+
 *	            | R0 ... R5                |  helpers for 64-bit operations
 *	  16     -> +--------------------------+
 *	            | outgoing arguments 6...  |
 *	            | R3, R4, R5 for a callee  |  program calls something
 *	            | homes of a0 to a3        |
 *	  0      -> +--------------------------+ <- $sp of the program
 *
 * All offsets in struct o32_frame are bytes above $sp. R10 has no register: it
 * is $sp + fp or, on a private stack, in a slot, and o32_base() and o32_src()
 * are the only places that know.
 *
 * The program that catches exceptions (the boundary) saves every register that
 * the ABI wants preserved, whatever happens to them below, and leaves the top
 * of its frame in $s8. The exception callback makes its frame there: the same
 * saved registers and counts at the same distance from the top, and a stack of
 * its own below. So it returns to the boundary's caller. A program that has
 * AX in $s8 gives $s8 back before it calls a subprogram or throws: AX does not
 * live so long.
 */
#ifndef BJN_MIPS_O32_H
#define BJN_MIPS_O32_H

#include "common.h"

/* Scratch within one BPF instruction. */
#define O32_X0		MI_AT	/* addresses; far jumps */
#define O32_X1		MI_14	/* first operand, immediates */
#define O32_X2		MI_15
#define O32_X3		MI_T9	/* calls; far jumps */

#define O32_AX_LO	MI_T8
#define O32_AX_HI	MI_S8	/* also top of the frame of the exception boundary */

#define O32_ARG3	MI_8	/* first register of R3, R4, R5 */
#define O32_ARG_WORDS	6	/* registers of R3 to R5 */

#define O32_MAX_SAVE	10	/* ra, s0-s7, s8 */
#define O32_EXIT_WORDS	4	/* an inline exit at most; longer ones are shared */

/* Argument number @n beyond R5, from 1 on, as bytes above $sp of the caller. */
#define O32_STACK_ARG(n)	(16 + O32_ARG_WORDS * 4 + 8 * ((n) - 1))

/*
 * Prologue: entry, R1, $sp, saves, arguments, count, boundary, private stack.
 * Epilogue: restores, R0, exit. Two words at the entry of an attachable program, detour.
 */
#define O32_DETOUR_WORDS	(9 + MI_MASK_WORDS + 2)
#define O32_FRAME_WORDS	(2 + O32_DETOUR_WORDS + (4 + 1 + O32_MAX_SAVE + O32_ARG_WORDS + 6 + 1 + O32_PERCPU_WORDS + 3) + \
			 (O32_MAX_SAVE + 1 + MI_MASK_WORDS + 2))

/* A program calls on its own account (struct bjn_op.flags). */
#define O32_OP_OWN_CALL	0x8000

/**
 * enum o32_tcc_kind - where the count of tail calls that are left lives
 * @O32_TCC_UNUSED: the program neither tail-calls nor passes the count on
 * @O32_TCC_HOME: main program: as passed, in the home of a0
 * @O32_TCC_BOTH: main program whose subprograms tail-call: the same, and the
 *	pointer to the count in slot tcc_ptr
 * @O32_TCC_PTR: subprogram: pointer in the home of a0
 */
enum o32_tcc_kind {
	O32_TCC_UNUSED,
	O32_TCC_HOME,
	O32_TCC_BOTH,
	O32_TCC_PTR,
};

/**
 * struct o32_pair - machine registers of a 64-bit value
 * @lo: low half
 * @hi: high half
 */
struct o32_pair {
	enum mi_reg lo;
	enum mi_reg hi;
};

/**
 * struct o32_frame - layout of one program, kept in bjn_ctx.arch
 * @common: what both widths know
 * @tcc_kind: enum o32_tcc_kind
 * @args: the program has more than five arguments or passes so many
 * @exit_used: something falls or branches into the common exit
 * @nr_save: number of entries in @save
 * @save: machine registers saved, from the top of the frame downwards
 * @lo: low half of each BPF register, MI_NONE where there is none
 * @hi: high half of each BPF register
 * @live: bit n: BPF register n may hold a value that is needed
 * @size: bytes by which $sp is lowered
 * @fp: offset of R10
 * @tcc_ptr: offset of slot tcc_ptr
 * @priv: offset of the slot with R10, or 0
 * @s8: offset of the saved $s8, or 0
 * @spill: offset of the room for R0 to R5
 */
struct o32_frame {
	struct mi_frame common;
	u8 tcc_kind;
	bool args;
	bool exit_used;
	u8 nr_save;
	u8 save[O32_MAX_SAVE];
	u8 lo[BJN_MAX_REG];
	u8 hi[BJN_MAX_REG];
	u32 live;
	s32 size;
	s32 fp;
	s32 tcc_ptr;
	s32 priv;
	s32 s8;
	s32 spill;
};

bjn_static_assert(sizeof(struct o32_frame) <= sizeof(((struct bjn_ctx *)0)->arch),
		  "struct o32_frame must fit bjn_ctx.arch");

static inline struct o32_frame *o32_frame(struct bjn_ctx *c)
{
	return (struct o32_frame *)c->arch;
}

/* o32-frame.c */
void o32_begin(struct bjn_ctx *c);
void o32_prologue(struct bjn_ctx *c);
void o32_epilogue(struct bjn_ctx *c);
void o32_restore(struct bjn_ctx *c);
void o32_release(struct bjn_ctx *c);
u32 o32_tail_entry(const struct bjn_ctx *c);
void o32_give_s8_back(struct bjn_ctx *c);
struct o32_pair o32_src(struct bjn_ctx *c, u8 reg, enum mi_reg tmp);
struct o32_pair o32_dst(struct bjn_ctx *c, u8 reg);
enum mi_reg o32_base(struct bjn_ctx *c, u8 reg, s64 *off);

/* o32-alu.c; also used elsewhere */
void o32_zero(struct bjn_ctx *c, enum mi_reg rd);
void o32_finish32(struct bjn_ctx *c, const struct bpf_insn *insn);
bool o32_low_is_all(struct bjn_ctx *c, const struct bpf_insn *insn);
void o32_sign(struct bjn_ctx *c, enum mi_reg rd, s64 v);
void o32_addi(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, s32 v, enum mi_reg tmp);
void o32_cmov(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, enum mi_reg cond);
void o32_sext(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs, unsigned int bits);

/* o32-mem.c */
enum o32_access_kind { O32_LOAD, O32_LOAD_SX, O32_STORE };
#define O32_ACCESS_WORDS	(MI_LI32_WORDS + 1 + 2)
void o32_access(struct bjn_ctx *c, enum o32_access_kind kind, u8 size, struct o32_pair rd,
		enum mi_reg base, s64 off, bool fault);

/* address; test and branch for each window; 0 */
#define O32_PROBE_WORDS	(MI_LI32_WORDS + 1 + BJN_MIPS_NR_WINDOWS * (2 * MI_LI32_WORDS + 4) + 1 + \
			 2 + 2 * MI_PAD_WORDS)

/* o32-call.c */
enum o32_arg_kind { O32_REG, O32_CONST, O32_ADDR };

/**
 * struct o32_arg - argument of a call that an instruction makes on its own
 * @kind: O32_REG: BPF register, 64 bits; O32_CONST: constant, 64 bits;
 *	O32_ADDR: address, 32 bits
 * @reg: BPF register, or base of the address
 * @v: constant, or offset of the address
 */
struct o32_arg {
	u8 kind;
	u8 reg;
	s32 v;
};

/* spill, arguments, call, result, restore */
#define O32_OWN_CALL_WORDS	(12 + 10 + 2 + MI_MASK_WORDS + 2 + 2 + 12)
#define O32_NO_RESULT		0xff
void o32_own_call(struct bjn_ctx *c, enum bjn_mips_helper helper, u8 dst,
		  const struct o32_arg *args, u32 nr);
#define O32_PERCPU_WORDS	(O32_ACCESS_WORDS + 6)
void o32_add_percpu(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs);
void o32_percpu(struct bjn_ctx *c, struct o32_pair rd, struct o32_pair rs);

/* emitters of the opcode table */
mi_emit_fn o32_add64_x, o32_sub64_x, o32_logic64_x, o32_shift64_x, o32_alu32_x, o32_shift32_x;
mi_emit_fn o32_add64_k, o32_add32_k, o32_logic64_k, o32_logic32_k;
mi_emit_fn o32_shift64_k, o32_shift32_k, o32_neg64, o32_neg32;
mi_emit_fn o32_mul64_x, o32_mul32_x, o32_mul64_k, o32_mul32_k;
mi_emit_fn o32_div64_x, o32_div32_x, o32_div64_k, o32_div32_k;
mi_emit_fn o32_mov64_x, o32_mov32_x, o32_mov64_k, o32_mov32_k;
mi_emit_fn o32_end_le, o32_end_be, o32_bswap, o32_ld_imm64;
mi_emit_fn o32_ldx, o32_ldx_sx, o32_ldx_probe, o32_ldx_probe_sx, o32_st, o32_stx;
mi_emit_fn o32_atomic, o32_atomic64;
mi_emit_fn o32_jmp64_x, o32_jmp64_k, o32_jmp32_x, o32_jmp32_k;
mi_emit_fn o32_jset64_x, o32_jset64_k, o32_jset32_x, o32_jset32_k;
mi_emit_fn o32_call, o32_tail_call, o32_exit;

#endif
