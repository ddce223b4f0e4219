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
 * jmp.c	branches
 * atomic.c	read-modify-write, load-acquire, store-release
 * call.c	calls of helpers, kfuncs and subprograms
 * tail.c	tail calls
 * entry.S	what emitted code calls in the module
 *
 * 32-bit values are kept zero-extended in 64-bit registers, as BPF defines
 * them; the machine's own 32-bit instructions sign-extend.
 */
#ifndef BJN_LOONGARCH_EMIT_H
#define BJN_LOONGARCH_EMIT_H

#include "frame.h"
#include "backend.h"

typedef void la_emit_fn(struct bjn_ctx *c, const struct bpf_insn *insn);

/* imm.c; the bounds are in words */
#define LA_LI32_WORDS	2	/* la_li() of a sign-extended 32-bit value */
#define LA_LI64_WORDS	4	/* la_li() of anything */
#define LA_ADDI_WORDS	3	/* la_addi() of a sign-extended 32-bit value */
void la_li(struct bjn_ctx *c, enum la_reg rd, s64 v);
void la_addi(struct bjn_ctx *c, enum la_reg rd, enum la_reg rj, s64 v, enum la_reg tmp);
bool la_is_run(u64 v, unsigned int *msb, unsigned int *lsb);

/* jmp.c */
void la_jump(struct bjn_ctx *c, u32 target);
void la_patch(struct bjn_ctx *c, const struct bjn_fixup *fix, s32 delta);

/* call.c */
bool la_is_inline(const struct bjn_call *call);

/* mem.c; also used by atomic.c */
enum la_access_kind { LA_LOAD, LA_LOAD_SX, LA_STORE };
#define LA_ACCESS_WORDS	3
void la_access(struct bjn_ctx *c, enum la_access_kind kind, u8 size, enum la_reg rd,
	       enum la_reg base, s64 off, bool fault);

/* emitters of the opcode table */
la_emit_fn la_alu64_x, la_alu32_x, la_div64_x, la_div32_x, la_neg64, la_neg32;
la_emit_fn la_add64_k, la_add32_k, la_and64_k, la_and32_k, la_logic64_k, la_logic32_k;
la_emit_fn la_mul64_k, la_mul32_k, la_div64_k, la_div32_k;
la_emit_fn la_shift64_k, la_shift32_k;
la_emit_fn la_mov64_x, la_mov32_x, la_mov64_k, la_mov32_k, la_end_le, la_end_swap;
la_emit_fn la_ld_imm64;
la_emit_fn la_ldx, la_ldx_sx, la_ldx_probe, la_ldx_probe_sx, la_ldx_arena,
	     la_ldx_arena_sx;
la_emit_fn la_st, la_stx, la_st_arena, la_stx_arena, la_nospec;
la_emit_fn la_atomic;
la_emit_fn la_ja, la_gotol, la_gotox;
la_emit_fn la_jmp64_x, la_jmp64_k, la_jmp32_x, la_jmp32_k;
la_emit_fn la_jset64_x, la_jset64_k, la_jset32_x, la_jset32_k;
la_emit_fn la_call, la_tail_call;

#endif
