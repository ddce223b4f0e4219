// SPDX-License-Identifier: GPL-2.0
/*
 * The opcode table.
 *
 * Each bound is the sum of what the emitter's parts may take at worst; R10 as
 * an operand costs one word more (a64_src()).
 */
#include "emit.h"

#define JUMP	BJN_OP_JUMP
#define EX	BJN_OP_EXTABLE
#define ARENA	(BJN_OP_ARENA | BJN_OP_EXTABLE)

/* One emitter for both widths. */
#define ALU(op, fn, n)								\
	[BPF_ALU64 | (op)] = { fn, n, 0 },					\
	[BPF_ALU | (op)] = { fn, n, 0 }
#define JMP(op, fn, n)								\
	[BPF_JMP | (op)] = { fn, n, JUMP },					\
	[BPF_JMP32 | (op)] = { fn, n, JUMP }

/* Comparison and branch: 2 words for a branch that does not reach. */
#define CMP(op)									\
	JMP(BPF_X | (op), a64_jmp_x, 2 + 1 + 2),				\
	JMP(BPF_K | (op), a64_jmp_k, 1 + LI32 + 1 + 2)

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

#define LI32	A64_LI32_WORDS
#define ADDI	A64_ADDI_WORDS
#define MEM	A64_ACCESS_WORDS

static const struct bjn_op a64_ops[256] = {
	ALU(BPF_X | BPF_ADD, a64_alu_x, 1 + 1),
	ALU(BPF_X | BPF_SUB, a64_alu_x, 1 + 1),
	ALU(BPF_X | BPF_MUL, a64_alu_x, 1 + 1),
	ALU(BPF_X | BPF_OR, a64_alu_x, 1 + 1),
	ALU(BPF_X | BPF_AND, a64_alu_x, 1 + 1),
	ALU(BPF_X | BPF_XOR, a64_alu_x, 1 + 1),
	ALU(BPF_X | BPF_LSH, a64_alu_x, 1 + 1),
	ALU(BPF_X | BPF_RSH, a64_alu_x, 1 + 1),
	ALU(BPF_X | BPF_ARSH, a64_alu_x, 1 + 1),
	ALU(BPF_X | BPF_DIV, a64_div_x, 1 + 1),
	ALU(BPF_X | BPF_MOD, a64_div_x, 1 + 2),
	[BPF_ALU64 | BPF_X | BPF_MOV] = { a64_mov64_x, 1 + 4, 0 },
	[BPF_ALU | BPF_X | BPF_MOV] = { a64_mov32_x, 1 + 1, 0 },

	ALU(BPF_K | BPF_ADD, a64_add_k, ADDI),
	ALU(BPF_K | BPF_SUB, a64_add_k, ADDI),
	ALU(BPF_K | BPF_MUL, a64_mul_k, LI32 + 1),
	ALU(BPF_K | BPF_OR, a64_logic_k, LI32 + 1),
	ALU(BPF_K | BPF_AND, a64_and_k, LI32 + 1),
	ALU(BPF_K | BPF_XOR, a64_logic_k, LI32 + 1),
	ALU(BPF_K | BPF_LSH, a64_shift_k, 1),
	ALU(BPF_K | BPF_RSH, a64_shift_k, 1),
	ALU(BPF_K | BPF_ARSH, a64_shift_k, 1),
	ALU(BPF_K | BPF_DIV, a64_div_k, LI32 + 1),
	ALU(BPF_K | BPF_MOD, a64_div_k, LI32 + 2),
	ALU(BPF_K | BPF_NEG, a64_neg_x, 1),
	[BPF_ALU64 | BPF_K | BPF_MOV] = { a64_mov64_k, LI32, 0 },
	[BPF_ALU | BPF_K | BPF_MOV] = { a64_mov32_k, LI32, 0 },

	[BPF_ALU | BPF_END | BPF_TO_LE] = { a64_end_le, 1, 0 },
	[BPF_ALU | BPF_END | BPF_TO_BE] = { a64_end_swap, 2, 0 },
	[BPF_ALU64 | BPF_END | BPF_TO_LE] = { a64_end_swap, 2, 0 },

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
	JMP(BPF_X | BPF_JSET, a64_jset_x, 2 + 1 + 2),
	JMP(BPF_K | BPF_JSET, a64_jset_k, 1 + LI32 + 1 + 2),
	[BPF_JMP | BPF_JA] = { a64_ja, 1, JUMP },
	[BJN_GOTOL] = { a64_gotol, 1, JUMP },
	[BJN_GOTOX] = { a64_gotox, 2, BJN_OP_INDIRECT },

	/* arena arguments, address, jump, and result or the stack of the timed may_goto */
	[BPF_JMP | BPF_CALL] = { a64_call, 5 * 3 + A64_LI64_WORDS + A64_LI64_WORDS + 1 + 2,
				 BJN_OP_CALL },
	[BJN_TAIL_CALL] = { a64_tail_call, 20 + A64_MAX_SAVE, BJN_OP_TAIL },
	[BPF_JMP | BPF_EXIT] = { a64_exit, A64_EXIT_WORDS, BJN_OP_EXIT },

	[BJN_LD_IMM64] = { a64_ld_imm64, A64_LI64_WORDS, BJN_OP_TWO },

	SIZES(BPF_LDX | BPF_MEM, a64_ldx, MEM, 0),
	SIZES_SX(BPF_LDX | BPF_MEMSX, a64_ldx_sx, MEM, 0),
	SIZES(BPF_LDX | BJN_PROBE_MEM, a64_ldx_probe, MEM, EX),
	SIZES_SX(BPF_LDX | BJN_PROBE_MEMSX, a64_ldx_probe_sx, MEM, EX),
	SIZES(BPF_LDX | BJN_PROBE_MEM32, a64_ldx_arena, 2 + MEM, ARENA),
	SIZES_SX(BPF_LDX | BJN_PROBE_MEM32SX, a64_ldx_arena_sx, 2 + MEM, ARENA),
	SIZES(BPF_ST | BPF_MEM, a64_st, LI32 + MEM, 0),
	SIZES(BPF_STX | BPF_MEM, a64_stx, 1 + MEM, 0),
	SIZES(BPF_ST | BJN_PROBE_MEM32, a64_st_arena, 2 + LI32 + MEM, ARENA),
	SIZES(BPF_STX | BJN_PROBE_MEM32, a64_stx_arena, 3 + MEM, ARENA),
	[BPF_ST | BJN_NOSPEC] = { a64_nospec, 2, 0 },

	/* address, source, and the longest: a compare-and-exchange loop */
	SIZES(BPF_STX | BPF_ATOMIC, a64_atomic, ADDI + 2 + 7, 0),
	SIZES(BPF_STX | BJN_PROBE_ATOMIC, a64_atomic, 2 + ADDI + 2 + 7, ARENA | BJN_OP_EXTABLE2),
};

const struct bjn_backend bjn_arm64 = {
	.name = "arm64",
	.features = BJN_FEAT(SUBPROG_CALLS) | BJN_FEAT(SUBPROG_TAIL_CALLS) |
		    BJN_FEAT(KFUNC_CALL) | BJN_FEAT(CPUV4) | BJN_FEAT(ACQ_REL) |
		    BJN_FEAT(GOTOX) | BJN_FEAT(ARENA) | BJN_FEAT(ARENA_ATOMICS) |
		    BJN_FEAT(INLINE_HELPERS) | BJN_FEAT(PERCPU_INSN) | BJN_FEAT(PTR_XCHG) | BJN_FEAT(EXCEPTIONS) |
		    BJN_FEAT(PRIVATE_STACK) | BJN_FEAT(STACK_ARGS) | BJN_FEAT(TIMED_MAY_GOTO),
	.ops = a64_ops,
	.max_frame_words = A64_FRAME_WORDS,
	.landing_words = 1,
	.tail_words = A64_TAIL_WORDS,
	.image_align = 8,
	.stock_classic = true,
	.begin = a64_frame_begin,
	.prologue = a64_prologue,
	.epilogue = a64_epilogue,
	.landing = a64_landing,
	.patch = a64_patch,
};
