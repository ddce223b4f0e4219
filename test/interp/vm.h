/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the interpreter share. */
#ifndef BI_VM_H
#define BI_VM_H

#include "interp.h"

#define BI_FUNC_TAG	0x00bf000000000000ull	/* | instruction index: a function pointer */

/**
 * struct bi_args - what a function is called with
 * @r: R1 to R5
 * @more: arguments 6 and up
 * @given: bit n: @more[n] is there
 */
struct bi_args {
	u64 r[5];
	u64 more[BI_MORE_ARGS];
	u8 given;
};

/**
 * struct bi_frame - one activation of a main program or subprogram
 * @r: registers by number, R10 included, r11 and up for the verifier's own use
 * @stack: memory below R10
 * @prog: program that runs here; a tail call replaces it
 * @pc: next instruction
 * @in: arguments that it was called with
 * @out: arguments 6 and up of the next call
 * @in_gone: the verifier forbids to read arguments 6 and up from now on
 * @loops: tests of may_goto until time is asked for
 * @rounds: how often that was done
 * @catches: exceptions end here
 * @done: an exit was executed
 */
struct bi_frame {
	u64 r[BJN_MAX_REG];
	u8 stack[BI_STACK_SIZE] __attribute__((aligned(16)));
	const struct bi_prog *prog;
	u32 pc;
	const struct bi_args *in;
	struct bi_args out;
	bool in_gone;
	u32 loops;
	u32 rounds;
	bool catches;
	bool done;
};

/**
 * struct bi_vm - one run
 * @f: innermost frame
 * @depth: number of frames
 * @tail_calls: tail calls taken so far, in all frames together
 * @steps: instructions left
 * @thrown: an exception is on its way
 * @cookie: what was thrown
 * @err: first error
 * @why: its reason
 */
struct bi_vm {
	struct bi_frame *f;
	u32 depth;
	u32 tail_calls;
	u64 steps;
	bool thrown;
	u64 cookie;
	int err;
	const char *why;
};

typedef void (*bi_fn)(struct bi_vm *vm, const struct bpf_insn *in);

void bi_fail(struct bi_vm *vm, int err, const char *why);
u64 bi_enter(struct bi_vm *vm, const struct bi_prog *prog, u32 pc, const struct bi_args *args);
void bi_start(struct bi_frame *f, const struct bi_prog *prog, u32 pc);

/* frames.c */
void bi_throw(struct bi_vm *vm, u64 cookie);
u64 bi_catch(struct bi_vm *vm, const struct bi_prog *prog);
void bi_may_goto(struct bi_vm *vm, const struct bpf_insn *in);
void bi_load_arg(struct bi_vm *vm, const struct bpf_insn *in);
void bi_store_arg(struct bi_vm *vm, const struct bpf_insn *in, u64 v);

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
