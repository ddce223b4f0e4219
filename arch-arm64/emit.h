/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the emitter's files share.
 *
 * Code overview
 * -------------
 * backend.c	opcode table: which function emits which BPF opcode
 * frame.[ch]	registers, stack frame, entry and exit
 * imm.c	constants
 * alu.c	arithmetic, moves, byte swaps
 * mem.c	loads and stores, with or without an exception table entry
 * args.c	arguments 6 and up
 * jmp.c	branches
 * atomic.c	read-modify-write, load-acquire, store-release
 * call.c	calls of helpers, kfuncs and subprograms
 * tail.c	tail calls
 *
 * The machine's 32-bit instructions clear the upper half of their result, as
 * BPF wants it: one emitter serves both classes, with the width as a parameter.
 */
#ifndef BJN_ARM64_EMIT_H
#define BJN_ARM64_EMIT_H

#include "backend.h"
#include "frame.h"

typedef void a64_emit_fn(struct bjn_ctx *c, const struct bpf_insn *insn);

/* Width of an arithmetic instruction or a jump. */
static inline enum a64_width a64_width(const struct bpf_insn *insn)
{
	u8 class = BJN_CLASS(insn->code);

	return class == BPF_ALU64 || class == BPF_JMP ? A64_X : A64_W;
}

static inline bool a64_cpu(const struct bjn_ctx *c, u64 bit)
{
	return c->env->cpu & bit;
}

/* Is the tail call count passed by value? */
static inline bool a64_is_value(const struct bjn_ctx *c)
{
	return a64_cpu(c, BJN_A64_CPU_TCC_VALUE);
}

/* imm.c; the bounds are in words */
#define A64_LI32_WORDS		2	/* a64_li() of a 32-bit value, extended in either way */
#define A64_LI64_WORDS		4	/* a64_li() of anything */
#define A64_LI_FIXED_WORDS	3
#define A64_ADDI_WORDS		3	/* a64_addi() */
void a64_li(struct bjn_ctx *c, enum a64_reg rd, u64 v);
void a64_li_fixed(struct bjn_ctx *c, enum a64_reg rd, u64 v);
bool a64_is_addend(u64 v);
void a64_addi(struct bjn_ctx *c, enum a64_width w, enum a64_reg rd, enum a64_reg rn, s64 v,
	      enum a64_reg tmp);

/* jmp.c */
void a64_jump(struct bjn_ctx *c, u32 target);
void a64_patch(struct bjn_ctx *c, const struct bjn_fixup *fix, s32 delta);

/* alu.c */
void a64_percpu_offset(struct bjn_ctx *c, enum a64_reg rd);

/* call.c */
bool a64_is_inline(const struct bjn_call *call);

/* mem.c; also used by other files */
enum a64_access_kind { A64_LOAD, A64_LOAD_SX, A64_STORE };
#define A64_ACCESS_WORDS	2	/* for an offset of 16 bits */
void a64_access(struct bjn_ctx *c, enum a64_access_kind kind, u8 size, enum a64_reg rt,
		enum a64_reg base, s64 off, bool fault);

/* args.c */
enum a64_reg a64_dst_new(struct bjn_ctx *c, const struct bpf_insn *insn);
bool a64_is_args(struct bjn_ctx *c, u8 reg);
void a64_load_arg(struct bjn_ctx *c, const struct bpf_insn *insn);
void a64_stx_arg(struct bjn_ctx *c, const struct bpf_insn *insn);
void a64_st_arg(struct bjn_ctx *c, const struct bpf_insn *insn);

/* emitters of the opcode table */
a64_emit_fn a64_alu_x, a64_div_x, a64_neg_x;
a64_emit_fn a64_add_k, a64_and_k, a64_logic_k, a64_mul_k, a64_div_k, a64_shift_k;
a64_emit_fn a64_mov64_x, a64_mov32_x, a64_mov64_k, a64_mov32_k, a64_end_le, a64_end_swap;
a64_emit_fn a64_ld_imm64;
a64_emit_fn a64_ldx, a64_ldx_sx, a64_ldx_probe, a64_ldx_probe_sx, a64_ldx_arena, a64_ldx_arena_sx;
a64_emit_fn a64_st, a64_stx, a64_st_arena, a64_stx_arena, a64_nospec;
a64_emit_fn a64_atomic;
a64_emit_fn a64_ja, a64_gotol, a64_gotox;
void a64_landing(struct bjn_ctx *c);
a64_emit_fn a64_jmp_x, a64_jmp_k, a64_jset_x, a64_jset_k;
a64_emit_fn a64_call, a64_tail_call;

#endif
