// SPDX-License-Identifier: GPL-2.0
/*
 * The opcode table.
 *
 * Each bound is the sum of what the emitter's parts may take at worst; R10 as
 * an operand costs one word more (la_src()).
 */
#include "emit.h"

#define JUMP	BJN_OP_JUMP
#define EX	BJN_OP_EXTABLE
#define ARENA	(BJN_OP_ARENA | BJN_OP_EXTABLE)

/* One operation in both widths, from a register and from a constant. */
#define ALU(op, x64, n64, x32, n32)						\
	[BPF_ALU64 | BPF_X | (op)] = { x64, (n64) + 1, 0 },			\
	[BPF_ALU | BPF_X | (op)] = { x32, (n32) + 1, 0 }
#define ALU_K(op, k64, n64, k32, n32)						\
	[BPF_ALU64 | BPF_K | (op)] = { k64, n64, 0 },				\
	[BPF_ALU | BPF_K | (op)] = { k32, n32, 0 }

#define LI32	LA_LI32_WORDS

/* Comparison and branch: 2 words for a branch that does not reach. */
#define CMP(op)									\
	[BPF_JMP | BPF_X | (op)] = { la_jmp64_x, 2 + 2, JUMP },			\
	[BPF_JMP | BPF_K | (op)] = { la_jmp64_k, 1 + LI32 + 2, JUMP },		\
	[BPF_JMP32 | BPF_X | (op)] = { la_jmp32_x, 2 + 2 + 2, JUMP },		\
	[BPF_JMP32 | BPF_K | (op)] = { la_jmp32_k, 1 + 1 + LI32 + 2, JUMP }

/* One emitter for all sizes of memory access. */
#define SIZES(class_mode, fn, n, flags)						\
	[(class_mode) | BPF_B] = { fn, n, flags },				\
	[(class_mode) | BPF_H] = { fn, n, flags },				\
	[(class_mode) | BPF_W] = { fn, n, flags },				\
	[(class_mode) | BPF_DW] = { fn, n, flags }
#define SIZES_SX(class_mode, fn, n, flags)					\
	[(class_mode) | BPF_B] = { fn, n, flags },				\
	[(class_mode) | BPF_H] = { fn, n, flags },				\
	[(class_mode) | BPF_W] = { fn, n, flags }

#define MEM	LA_ACCESS_WORDS

static const struct bjn_op la_ops[256] = {
	ALU(BPF_ADD, la_alu64_x, 1, la_alu32_x, 2),
	ALU(BPF_SUB, la_alu64_x, 1, la_alu32_x, 2),
	ALU(BPF_MUL, la_alu64_x, 1, la_alu32_x, 2),
	ALU(BPF_OR, la_alu64_x, 1, la_alu32_x, 2),
	ALU(BPF_AND, la_alu64_x, 1, la_alu32_x, 2),
	ALU(BPF_XOR, la_alu64_x, 1, la_alu32_x, 2),
	ALU(BPF_LSH, la_alu64_x, 1, la_alu32_x, 2),
	ALU(BPF_RSH, la_alu64_x, 1, la_alu32_x, 2),
	ALU(BPF_ARSH, la_alu64_x, 1, la_alu32_x, 2),
	ALU(BPF_DIV, la_div64_x, 1, la_div32_x, 4),
	ALU(BPF_MOD, la_div64_x, 1, la_div32_x, 4),
	ALU(BPF_MOV, la_mov64_x, 4, la_mov32_x, 2),

	ALU_K(BPF_ADD, la_add64_k, LA_ADDI_WORDS, la_add32_k, LA_ADDI_WORDS + 1),
	ALU_K(BPF_SUB, la_add64_k, LA_ADDI_WORDS, la_add32_k, LA_ADDI_WORDS + 1),
	ALU_K(BPF_MUL, la_mul64_k, LI32 + 1, la_mul32_k, LI32 + 2),
	ALU_K(BPF_OR, la_logic64_k, LI32 + 1, la_logic32_k, LI32 + 2),
	ALU_K(BPF_AND, la_and64_k, LI32 + 1, la_and32_k, LI32 + 2),
	ALU_K(BPF_XOR, la_logic64_k, LI32 + 1, la_logic32_k, LI32 + 2),
	ALU_K(BPF_LSH, la_shift64_k, 1, la_shift32_k, 2),
	ALU_K(BPF_RSH, la_shift64_k, 1, la_shift32_k, 1),
	ALU_K(BPF_ARSH, la_shift64_k, 1, la_shift32_k, 2),
	ALU_K(BPF_DIV, la_div64_k, LI32 + 1, la_div32_k, LI32 + 3),
	ALU_K(BPF_MOD, la_div64_k, LI32 + 1, la_div32_k, LI32 + 3),
	ALU_K(BPF_MOV, la_mov64_k, LI32, la_mov32_k, LI32 + 1),
	ALU_K(BPF_NEG, la_neg64, 1, la_neg32, 2),

	[BPF_ALU | BPF_END | BPF_TO_LE] = { la_end_le, 1, 0 },
	[BPF_ALU | BPF_END | BPF_TO_BE] = { la_end_swap, 2, 0 },
	[BPF_ALU64 | BPF_END | BPF_TO_LE] = { la_end_swap, 2, 0 },

	CMP(BPF_JEQ),
	CMP(BPF_JNE),
	CMP(BPF_JGT),
	CMP(BPF_JGE),
	CMP(BPF_JLT),
	CMP(BPF_JLE),
	CMP(BPF_JSGT),
	CMP(BPF_JSGE),
	CMP(BPF_JSLT),
	CMP(BPF_JSLE),
	[BPF_JMP | BPF_X | BPF_JSET] = { la_jset64_x, 2 + 1 + 2, JUMP },
	[BPF_JMP | BPF_K | BPF_JSET] = { la_jset64_k, 1 + LI32 + 1 + 2, JUMP },
	[BPF_JMP32 | BPF_X | BPF_JSET] = { la_jset32_x, 2 + 2 + 2, JUMP },
	[BPF_JMP32 | BPF_K | BPF_JSET] = { la_jset32_k, 1 + LI32 + 1 + 1 + 2, JUMP },
	[BPF_JMP | BPF_JA] = { la_ja, 1, JUMP },
	[BJN_GOTOL] = { la_gotol, 1, JUMP },
	[BJN_GOTOX] = { la_gotox, 2, 0 },

	/* eight extended arguments, address, jump, result */
	[BPF_JMP | BPF_CALL] = { la_call, 8 + LA_LI64_WORDS + 1 + 1, BJN_OP_CALL },
	[BJN_TAIL_CALL] = { la_tail_call, 22 + LA_MAX_SAVE + 1 + 1, BJN_OP_TAIL },
	[BPF_JMP | BPF_EXIT] = { la_exit, LA_EXIT_WORDS, BJN_OP_EXIT },

	[BJN_LD_IMM64] = { la_ld_imm64, LA_LI64_WORDS, BJN_OP_TWO },

	SIZES(BPF_LDX | BPF_MEM, la_ldx, MEM, 0),
	SIZES_SX(BPF_LDX | BPF_MEMSX, la_ldx_sx, MEM, 0),
	SIZES(BPF_LDX | BJN_PROBE_MEM, la_ldx_probe, MEM, EX),
	SIZES_SX(BPF_LDX | BJN_PROBE_MEMSX, la_ldx_probe_sx, MEM, EX),
	SIZES(BPF_LDX | BJN_PROBE_MEM32, la_ldx_arena, 2 + MEM, ARENA),
	SIZES_SX(BPF_LDX | BJN_PROBE_MEM32SX, la_ldx_arena_sx, 2 + MEM, ARENA),
	SIZES(BPF_ST | BPF_MEM, la_st, LI32 + MEM, 0),
	SIZES(BPF_STX | BPF_MEM, la_stx, 1 + MEM, 0),
	SIZES(BPF_ST | BJN_PROBE_MEM32, la_st_arena, 2 + LI32 + MEM, ARENA),
	SIZES(BPF_STX | BJN_PROBE_MEM32, la_stx_arena, 3 + MEM, ARENA),
	[BPF_ST | BJN_NOSPEC] = { la_nospec, 0, 0 },

	/* address, source, and the longest: a compare-and-exchange of 4 bytes */
	SIZES(BPF_STX | BPF_ATOMIC, la_atomic, LA_ADDI_WORDS + 1 + 8, 0),
	/* the same, but arena and alignment come first */
	SIZES(BPF_STX | BJN_PROBE_ATOMIC, la_atomic, 2 + 3 + LA_ADDI_WORDS + 1 + 8,
	      ARENA | BJN_OP_EXTABLE2),
};

const struct bjn_backend bjn_loongarch = {
	.name = "loongarch64",
	.features = BJN_FEAT(SUBPROG_CALLS) | BJN_FEAT(SUBPROG_TAIL_CALLS) |
		    BJN_FEAT(KFUNC_CALL) | BJN_FEAT(CPUV4) | BJN_FEAT(ACQ_REL) |
		    BJN_FEAT(GOTOX) | BJN_FEAT(ARENA) | BJN_FEAT(ARENA_ATOMICS) |
		    BJN_FEAT(INLINE_HELPERS) | BJN_FEAT(PERCPU_INSN) | BJN_FEAT(PTR_XCHG) |
		    BJN_FEAT(EXCEPTIONS) | BJN_FEAT(PRIVATE_STACK) | BJN_FEAT(STACK_ARGS) |
		    BJN_FEAT(TIMED_MAY_GOTO),
	.ops = la_ops,
	.max_frame_words = LA_FRAME_WORDS,
	.begin = la_frame_begin,
	.prologue = la_prologue,
	.epilogue = la_epilogue,
	.patch = la_patch,
};
