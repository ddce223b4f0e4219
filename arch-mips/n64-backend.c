// SPDX-License-Identifier: GPL-2.0
/*
 * 64-bit CPUs: the opcode table.
 *
 * Each bound is the sum of what the emitter's parts may take at worst; R10 as
 * an operand costs up to N64_ADDI_WORDS more (n64_src()).
 */
#include "n64.h"

#define JUMP	BJN_OP_JUMP
#define EX	BJN_OP_EXTABLE
#define ARENA	(BJN_OP_ARENA | BJN_OP_EXTABLE)

#define LI32	MI_LI32_WORDS
#define ZEXT	N64_ZEXT_WORDS
#define ADDI	N64_ADDI_WORDS
#define BR	MI_BRANCH_WORDS
#define MEM	N64_ACCESS_WORDS
#define PAD	MI_PAD_WORDS
#define HILO	MI_HILO_WORDS
#define MASK	MI_MASK_WORDS

/* One operation in both widths, from a register and from a constant. */
#define ALU(op, x64, n64, x32, n32)						\
	[BPF_ALU64 | BPF_X | (op)] = { x64, (n64) + ADDI, 0 },			\
	[BPF_ALU | BPF_X | (op)] = { x32, (n32) + ADDI, 0 }
#define ALU_K(op, k64, n64, k32, n32)						\
	[BPF_ALU64 | BPF_K | (op)] = { k64, n64, 0 },				\
	[BPF_ALU | BPF_K | (op)] = { k32, n32, 0 }

#define CMP(op)									\
	[BPF_JMP | BPF_X | (op)] = { n64_jmp64_x, 2 * ADDI + 1 + BR, JUMP },		\
	[BPF_JMP | BPF_K | (op)] = { n64_jmp64_k, ADDI + LI32 + 1 + BR, JUMP },	\
	[BPF_JMP32 | BPF_X | (op)] = { n64_jmp32_x, 2 * ADDI + 2 + 1 + BR, JUMP },	\
	[BPF_JMP32 | BPF_K | (op)] = { n64_jmp32_k, ADDI + 1 + LI32 + 1 + BR, JUMP }

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

static const struct bjn_op n64_ops[256] = {
	ALU(BPF_ADD, n64_alu64_x, 1, n64_alu32_x, 1 + ZEXT),
	ALU(BPF_SUB, n64_alu64_x, 1, n64_alu32_x, 1 + ZEXT),
	ALU(BPF_MUL, n64_mul64_x, 1 + HILO, n64_mul32_x, 1 + HILO + ZEXT),
	ALU(BPF_OR, n64_alu64_x, 1, n64_alu32_x, 1 + ZEXT),
	ALU(BPF_AND, n64_alu64_x, 1, n64_alu32_x, 1 + ZEXT),
	ALU(BPF_XOR, n64_alu64_x, 1, n64_alu32_x, 1 + ZEXT),
	ALU(BPF_LSH, n64_alu64_x, 1, n64_shift32_x, 2 + ZEXT),
	ALU(BPF_RSH, n64_alu64_x, 1, n64_shift32_x, 2 + ZEXT),
	ALU(BPF_ARSH, n64_alu64_x, 1, n64_shift32_x, 2 + ZEXT),
	ALU(BPF_DIV, n64_div64_x, 1 + HILO, n64_div32_x, 3 + HILO + ZEXT),
	ALU(BPF_MOD, n64_div64_x, 1 + HILO, n64_div32_x, 3 + HILO + ZEXT),
	/* the longest: a per-CPU address */
	ALU(BPF_MOV, n64_mov64_x, N64_PERCPU_WORDS, n64_mov32_x, 2 + ZEXT),

	ALU_K(BPF_ADD, n64_add64_k, ADDI, n64_add32_k, ADDI + ZEXT),
	ALU_K(BPF_SUB, n64_add64_k, ADDI, n64_add32_k, ADDI + ZEXT),
	ALU_K(BPF_MUL, n64_mul64_k, LI32 + 1 + HILO, n64_mul32_k, LI32 + 1 + HILO + ZEXT),
	ALU_K(BPF_OR, n64_logic64_k, LI32 + 1, n64_logic32_k, LI32 + 1 + ZEXT),
	ALU_K(BPF_AND, n64_and64_k, LI32 + 1, n64_and32_k, LI32 + 1 + ZEXT),
	ALU_K(BPF_XOR, n64_logic64_k, LI32 + 1, n64_logic32_k, LI32 + 1 + ZEXT),
	ALU_K(BPF_LSH, n64_shift64_k, 1, n64_shift32_k, 2),
	ALU_K(BPF_RSH, n64_shift64_k, 1, n64_shift32_k, ZEXT),
	ALU_K(BPF_ARSH, n64_shift64_k, 1, n64_shift32_k, 2 + ZEXT),
	ALU_K(BPF_DIV, n64_div64_k, LI32 + 1 + HILO, n64_div32_k, LI32 + 2 + HILO + ZEXT),
	ALU_K(BPF_MOD, n64_div64_k, LI32 + 1 + HILO, n64_div32_k, LI32 + 2 + HILO + ZEXT),
	ALU_K(BPF_MOV, n64_mov64_k, LI32, n64_mov32_k, LI32 + 1),
	ALU_K(BPF_NEG, n64_neg64, 1, n64_neg32, 1 + ZEXT),

	/* the longest: all bytes without the instructions for it, a shift */
	[BPF_ALU | BPF_END | BPF_TO_LE] = { n64_end_le, 23, 0 },
	[BPF_ALU | BPF_END | BPF_TO_BE] = { n64_end_be, 23, 0 },
	[BPF_ALU64 | BPF_END | BPF_TO_LE] = { n64_bswap, 23, 0 },

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
	[BPF_JMP | BPF_X | BPF_JSET] = { n64_jset64_x, 2 * ADDI + 1 + BR, JUMP },
	[BPF_JMP | BPF_K | BPF_JSET] = { n64_jset64_k, ADDI + LI32 + 1 + BR, JUMP },
	[BPF_JMP32 | BPF_X | BPF_JSET] = { n64_jset32_x, 2 * ADDI + 2 + BR, JUMP },
	[BPF_JMP32 | BPF_K | BPF_JSET] = { n64_jset32_k, ADDI + LI32 + 2 + BR, JUMP },
	[BPF_JMP | BPF_JA] = { mi_ja, MI_JUMP_WORDS, JUMP },
	[BJN_GOTOL] = { mi_gotol, MI_JUMP_WORDS, JUMP },
	[BJN_GOTOX] = { n64_gotox, ADDI + MASK + 2, 0 },

	/* extended arguments, four of them on the stack, address, jump and slot */
	[BPF_JMP | BPF_CALL] = { n64_call, 8 * 2 + 4 * 4 + MI_LI64_WORDS + MASK + 2, BJN_OP_CALL },
	[BJN_TAIL_CALL] = { n64_tail_call, 7 + 17 + N64_MAX_SAVE + 2 * ADDI + MASK + 2,
			    BJN_OP_TAIL },
	[BPF_JMP | BPF_EXIT] = { n64_exit, 1 + MI_JUMP_WORDS, BJN_OP_EXIT },

	[BJN_LD_IMM64] = { n64_ld_imm64, MI_LI64_WORDS, BJN_OP_TWO },

	SIZES(BPF_LDX | BPF_MEM, n64_ldx, MEM, 0),
	SIZES_SX(BPF_LDX | BPF_MEMSX, n64_ldx_sx, MEM, 0),
	SIZES(BPF_LDX | BJN_PROBE_MEM, n64_ldx_probe, N64_PROBE_WORDS, EX),
	SIZES_SX(BPF_LDX | BJN_PROBE_MEMSX, n64_ldx_probe_sx, N64_PROBE_WORDS, EX),
	SIZES(BPF_LDX | BJN_PROBE_MEM32, n64_ldx_arena, 2 + MEM + PAD, ARENA),
	SIZES_SX(BPF_LDX | BJN_PROBE_MEM32SX, n64_ldx_arena_sx, 2 + MEM + PAD, ARENA),
	SIZES(BPF_ST | BPF_MEM, n64_st, LI32 + MEM, 0),
	SIZES(BPF_STX | BPF_MEM, n64_stx, ADDI + MEM, 0),
	SIZES(BPF_ST | BJN_PROBE_MEM32, n64_st_arena, 2 + LI32 + MEM, ARENA),
	SIZES(BPF_STX | BJN_PROBE_MEM32, n64_stx_arena, 2 + ADDI + MEM, ARENA),
	[BPF_ST | BJN_NOSPEC] = { mi_nospec, 0, 0 },

	/* address, source, and the longest: a compare-and-exchange of 4 bytes */
	SIZES(BPF_STX | BPF_ATOMIC, n64_atomic, 2 * ADDI + 2 + 9 + ZEXT, 0),
	SIZES(BPF_STX | BJN_PROBE_ATOMIC, n64_atomic, 2 * ADDI + 2 + 9 + ZEXT + 3 + 2 * PAD,
	      ARENA | BJN_OP_EXTABLE2),
};

const struct bjn_backend bjn_mips64 = {
	.name = "mips64",
	.features = BJN_FEAT(SUBPROG_CALLS) | BJN_FEAT(SUBPROG_TAIL_CALLS) |
		    BJN_FEAT(KFUNC_CALL) | BJN_FEAT(CPUV4) | BJN_FEAT(ACQ_REL) |
		    BJN_FEAT(GOTOX) | BJN_FEAT(ARENA) | BJN_FEAT(ARENA_ATOMICS) |
		    BJN_FEAT(INLINE_HELPERS) | BJN_FEAT(PERCPU_INSN) | BJN_FEAT(PTR_XCHG) |
		    BJN_FEAT(EXCEPTIONS) | BJN_FEAT(PRIVATE_STACK) | BJN_FEAT(STACK_ARGS) |
		    BJN_FEAT(TIMED_MAY_GOTO) | BJN_FEAT(TRAMPOLINES),
	.ops = n64_ops,
	.max_frame_words = N64_FRAME_WORDS,
	.image_align = 8,	/* pointer of a detour */
	.begin = n64_begin,
	.prologue = n64_prologue,
	.epilogue = n64_epilogue,
	.patch = mi_patch,
	.learn = mi_learn,
};
