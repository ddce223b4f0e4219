// SPDX-License-Identifier: GPL-2.0
/*
 * 32-bit CPUs: the opcode table.
 *
 * Each bound is the sum of what the emitter's parts may take at worst; R10 as
 * an operand or as an address costs one word more (o32_src()). Not there, and
 * so declined: arenas, which the kernel has on 64-bit CPUs only, and indirect
 * jumps: the verifier takes the addresses in an instruction array for 8 bytes each
 * (indirect_jump_min_max_index()), where they are longs (bpf_insn_array.ips), so a
 * program would go to another instruction than the one that was verified.
 */
#include "o32.h"

#define JUMP	BJN_OP_JUMP
#define EX	BJN_OP_EXTABLE
#define EX2	(BJN_OP_EXTABLE | BJN_OP_EXTABLE2)
#define OWN	O32_OP_OWN_CALL

#define LI32	MI_LI32_WORDS
#define BR	MI_BRANCH_WORDS
#define MEM	O32_ACCESS_WORDS
#define HILO	MI_HILO_WORDS
#define MASK	MI_MASK_WORDS
#define MUL64	(3 * (1 + HILO) + 1 + 2)
#define CALL	O32_OWN_CALL_WORDS

/* One operation in both widths, from a register and from a constant. */
#define ALU(op, x64, n64, x32, n32)						\
	[BPF_ALU64 | BPF_X | (op)] = { x64, (n64) + 1, 0 },			\
	[BPF_ALU | BPF_X | (op)] = { x32, (n32) + 1, 0 }
#define ALU_K(op, k64, n64, k32, n32)						\
	[BPF_ALU64 | BPF_K | (op)] = { k64, n64, 0 },				\
	[BPF_ALU | BPF_K | (op)] = { k32, n32, 0 }
#define DIV(op)									\
	[BPF_ALU64 | BPF_X | (op)] = { o32_div64_x, CALL, OWN },		\
	[BPF_ALU | BPF_X | (op)] = { o32_div32_x, 1 + 2 + HILO, 0 },			\
	[BPF_ALU64 | BPF_K | (op)] = { o32_div64_k, CALL, OWN },		\
	[BPF_ALU | BPF_K | (op)] = { o32_div32_k, LI32 + 2 + HILO, 0 }

/* 64 bits: low halves, high halves, their combination of at most 5 words */
#define CMP(op)									\
	[BPF_JMP | BPF_X | (op)] = { o32_jmp64_x, 2 + 1 + 5 + BR, JUMP },	\
	[BPF_JMP | BPF_K | (op)] = { o32_jmp64_k, 1 + LI32 + 2 + 5 + BR, JUMP },	\
	[BPF_JMP32 | BPF_X | (op)] = { o32_jmp32_x, 2 + 1 + BR, JUMP },		\
	[BPF_JMP32 | BPF_K | (op)] = { o32_jmp32_k, 1 + LI32 + 1 + BR, JUMP }

/* One emitter for all sizes of memory access. */
#define SIZES(class_mode, fn, n, flags)						\
	[(class_mode) | BPF_B] = { fn, n, flags },				\
	[(class_mode) | BPF_H] = { fn, n, flags },				\
	[(class_mode) | BPF_W] = { fn, n, flags }

static const struct bjn_op o32_ops[256] = {
	ALU(BPF_ADD, o32_add64_x, 4, o32_alu32_x, 2),
	ALU(BPF_SUB, o32_sub64_x, 4, o32_alu32_x, 2),
	/* three products, two sums */
	ALU(BPF_MUL, o32_mul64_x, MUL64, o32_mul32_x, 2 + HILO),
	ALU(BPF_OR, o32_logic64_x, 2, o32_alu32_x, 2),
	ALU(BPF_AND, o32_logic64_x, 2, o32_alu32_x, 2),
	ALU(BPF_XOR, o32_logic64_x, 2, o32_alu32_x, 2),
	/* two conditional moves of three words */
	ALU(BPF_LSH, o32_shift64_x, 7 + 1 + 6, o32_shift32_x, 2),
	ALU(BPF_RSH, o32_shift64_x, 7 + 1 + 6, o32_shift32_x, 2),
	ALU(BPF_ARSH, o32_shift64_x, 7 + 1 + 7, o32_shift32_x, 2),
	DIV(BPF_DIV),
	DIV(BPF_MOD),
	ALU(BPF_MOV, o32_mov64_x, MEM + 7, o32_mov32_x, 3),

	ALU_K(BPF_ADD, o32_add64_k, LI32 + 4, o32_add32_k, LI32 + 2),
	ALU_K(BPF_SUB, o32_add64_k, LI32 + 4, o32_add32_k, LI32 + 2),
	ALU_K(BPF_MUL, o32_mul64_k, LI32 + 1 + MUL64, o32_mul32_k, LI32 + 2 + HILO),
	ALU_K(BPF_OR, o32_logic64_k, LI32 + 2, o32_logic32_k, LI32 + 2),
	ALU_K(BPF_AND, o32_logic64_k, LI32 + 2, o32_logic32_k, LI32 + 2),
	ALU_K(BPF_XOR, o32_logic64_k, LI32 + 2, o32_logic32_k, LI32 + 2),
	ALU_K(BPF_LSH, o32_shift64_k, 4, o32_shift32_k, 2),
	ALU_K(BPF_RSH, o32_shift64_k, 4, o32_shift32_k, 2),
	ALU_K(BPF_ARSH, o32_shift64_k, 4, o32_shift32_k, 2),
	ALU_K(BPF_MOV, o32_mov64_k, LI32 + 1, o32_mov32_k, LI32 + 1),
	ALU_K(BPF_NEG, o32_neg64, 4, o32_neg32, 2),

	/* the longest: both halves without the instructions for it */
	[BPF_ALU | BPF_END | BPF_TO_LE] = { o32_end_le, 19, 0 },
	[BPF_ALU | BPF_END | BPF_TO_BE] = { o32_end_be, 19, 0 },
	[BPF_ALU64 | BPF_END | BPF_TO_LE] = { o32_bswap, 19, 0 },

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
	[BPF_JMP | BPF_X | BPF_JSET] = { o32_jset64_x, 2 + 3 + BR, JUMP },
	[BPF_JMP | BPF_K | BPF_JSET] = { o32_jset64_k, 1 + LI32 + 2 + BR, JUMP },
	[BPF_JMP32 | BPF_X | BPF_JSET] = { o32_jset32_x, 2 + 1 + BR, JUMP },
	[BPF_JMP32 | BPF_K | BPF_JSET] = { o32_jset32_k, 1 + LI32 + 1 + BR, JUMP },
	[BPF_JMP | BPF_JA] = { mi_ja, MI_JUMP_WORDS, JUMP },
	[BJN_GOTOL] = { mi_gotol, MI_JUMP_WORDS, JUMP },

	/* arguments of two words each, some fetched; address, jump and slot; result */
	[BPF_JMP | BPF_CALL] = { o32_call, 5 * 3 + (BJN_MAX_ARGS - 5) * 4 + 1 + LI32 + MASK + 4,
				 BJN_OP_CALL },
	[BJN_TAIL_CALL] = { o32_tail_call, 8 + 12 + O32_MAX_SAVE + MASK + 3, BJN_OP_TAIL },
	[BPF_JMP | BPF_EXIT] = { o32_exit, MI_JUMP_WORDS, BJN_OP_EXIT },

	[BJN_LD_IMM64] = { o32_ld_imm64, 2 * LI32, BJN_OP_TWO },

	SIZES(BPF_LDX | BPF_MEM, o32_ldx, 1 + MEM, 0),
	[BPF_LDX | BPF_MEM | BPF_DW] = { o32_ldx, 1 + MEM, 0 },
	SIZES(BPF_LDX | BPF_MEMSX, o32_ldx_sx, 1 + MEM, 0),
	SIZES(BPF_LDX | BJN_PROBE_MEM, o32_ldx_probe, 1 + O32_PROBE_WORDS, EX),
	[BPF_LDX | BJN_PROBE_MEM | BPF_DW] = { o32_ldx_probe, 1 + O32_PROBE_WORDS, EX2 },
	SIZES(BPF_LDX | BJN_PROBE_MEMSX, o32_ldx_probe_sx, 1 + O32_PROBE_WORDS, EX),
	SIZES(BPF_ST | BPF_MEM, o32_st, LI32 + 1 + MEM, 0),
	[BPF_ST | BPF_MEM | BPF_DW] = { o32_st, LI32 + 1 + 1 + MEM, 0 },
	SIZES(BPF_STX | BPF_MEM, o32_stx, 2 + MEM, 0),
	[BPF_STX | BPF_MEM | BPF_DW] = { o32_stx, 2 + MEM, 0 },
	[BPF_ST | BJN_NOSPEC] = { mi_nospec, 0, 0 },

	/* address, source, and the longest: a compare-and-exchange */
	SIZES(BPF_STX | BPF_ATOMIC, o32_atomic, LI32 + 1 + 2 + 10, 0),
	[BPF_STX | BPF_ATOMIC | BPF_DW] = { o32_atomic64, CALL, OWN },
};

const struct bjn_backend bjn_mips32 = {
	.name = "mips32",
	.features = BJN_FEAT(SUBPROG_CALLS) | BJN_FEAT(SUBPROG_TAIL_CALLS) |
		    BJN_FEAT(KFUNC_CALL) | BJN_FEAT(CPUV4) | BJN_FEAT(ACQ_REL) |
		    BJN_FEAT(INLINE_HELPERS) | BJN_FEAT(PERCPU_INSN) |
		    BJN_FEAT(EXCEPTIONS) | BJN_FEAT(PRIVATE_STACK) | BJN_FEAT(STACK_ARGS) |
		    BJN_FEAT(TIMED_MAY_GOTO) | BJN_FEAT(TRAMPOLINES),
	.ops = o32_ops,
	.max_frame_words = O32_FRAME_WORDS,
	.begin = o32_begin,
	.prologue = o32_prologue,
	.epilogue = o32_epilogue,
	.patch = mi_patch,
	.learn = mi_learn,
};
