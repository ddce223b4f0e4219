/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the interpreter share. */
#ifndef BI_VM_H
#define BI_VM_H

#include "interp.h"

#define BI_FUNC_TAG	0x00bf000000000000ull	/* | instruction index: a function pointer */

/**
 * struct bi_frame - one activation of a main program or subprogram
 * @r: registers by number, R10 included, r11 and up for the verifier's own use
 * @stack: memory below R10
 * @prog: program that runs here; a tail call replaces it
 * @pc: next instruction
 * @done: an exit was executed
 */
struct bi_frame {
	u64 r[BJN_MAX_REG];
	u8 stack[BI_STACK_SIZE] __attribute__((aligned(16)));
	const struct bi_prog *prog;
	u32 pc;
	bool done;
};

/**
 * struct bi_vm - one run
 * @f: innermost frame
 * @depth: number of frames
 * @tail_calls: tail calls taken so far, in all frames together
 * @steps: instructions left
 * @err: first error
 * @why: its reason
 */
struct bi_vm {
	struct bi_frame *f;
	u32 depth;
	u32 tail_calls;
	u64 steps;
	int err;
	const char *why;
};

typedef void (*bi_fn)(struct bi_vm *vm, const struct bpf_insn *in);

void bi_fail(struct bi_vm *vm, int err, const char *why);
u64 bi_enter(struct bi_vm *vm, const struct bi_prog *prog, u32 pc, const u64 args[5]);

void bi_alu(struct bi_vm *vm, const struct bpf_insn *in);
void bi_end(struct bi_vm *vm, const struct bpf_insn *in);
void bi_jmp(struct bi_vm *vm, const struct bpf_insn *in);
void bi_ja(struct bi_vm *vm, const struct bpf_insn *in);
void bi_gotol(struct bi_vm *vm, const struct bpf_insn *in);
void bi_gotox(struct bi_vm *vm, const struct bpf_insn *in);
void bi_call(struct bi_vm *vm, const struct bpf_insn *in);
void bi_tail_call(struct bi_vm *vm, const struct bpf_insn *in);
void bi_exit(struct bi_vm *vm, const struct bpf_insn *in);
void bi_ld_imm64(struct bi_vm *vm, const struct bpf_insn *in);
void bi_ldx(struct bi_vm *vm, const struct bpf_insn *in);
void bi_st(struct bi_vm *vm, const struct bpf_insn *in);
void bi_stx(struct bi_vm *vm, const struct bpf_insn *in);
void bi_nospec(struct bi_vm *vm, const struct bpf_insn *in);
void bi_atomic(struct bi_vm *vm, const struct bpf_insn *in);

#endif
