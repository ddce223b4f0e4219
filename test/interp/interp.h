/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Interpreter of the BPF instruction set, written from RFC 9669.
 *
 * It is the yardstick of the emitters and therefore shares nothing with them
 * but the names of module/core/isa.h. Beyond the RFC it knows the forms that
 * only the verifier produces, with the meaning that a JIT has to give them, and
 * what the verifier lets programs do with arguments, exceptions and loops.
 * Plain memory accesses are carried out at the address given: whoever runs a
 * program answers for its correctness, as the verifier does in the kernel.
 */
#ifndef BI_INTERP_H
#define BI_INTERP_H

#include "../../module/core/isa.h"

#define BI_STACK_SIZE	512	/* bytes below R10 in each frame */
#define BI_MAX_DEPTH	128	/* nested calls of subprograms and callbacks */
#define BI_REG_ARGS	11	/* names the arguments 6 and up */
#define BI_MORE_ARGS	(BJN_MAX_ARGS - 5)

/* A conditional jump that is taken when a loop has used up its time. */
#ifndef BPF_JCOND
#define BPF_JCOND	0xe0
#endif
#define BI_MAY_GOTO	(BPF_JMP | BPF_JCOND)

/*
 * Time here is the number of tests: a loop asks for more time after each
 * BI_LOOPS of them and gets it BI_ROUNDS - 1 times.
 */
#define BI_LOOPS	3
#define BI_ROUNDS	3

struct bi_vm;
struct bi_prog;

/**
 * struct bi_host - the world outside a program
 * @helper: call helper @id with five arguments; 0 or a negative errno
 * @kfunc: call kernel function @id with the first @given arguments, five at
 *	least; 0 or a negative errno
 * @throw_id: kernel function that throws its first argument
 * @mapped: may @size bytes at @addr be accessed without a fault?
 * @tail_target: program in slot @index of a prog_array, or NULL
 */
struct bi_host {
	int (*helper)(struct bi_vm *vm, s32 id, const u64 *arg, u64 *ret);
	int (*kfunc)(struct bi_vm *vm, s32 id, const u64 *arg, u32 given, u64 *ret);
	s32 throw_id;
	bool (*mapped)(u64 addr, u32 size);
	const struct bi_prog *(*tail_target)(u64 array, u32 index);
};

/**
 * struct bi_prog - a program with all of its subprograms
 * @insns: instructions, @len of them; map references are resolved already
 * @len: number of instruction slots
 * @arena_kern: where the arena really is
 * @arena_user: where user space believes it to be
 * @per_cpu: what this CPU adds to per-CPU addresses
 * @exception_cb: first instruction of the subprogram that gets what was thrown
 *	and whose result is the program's; 0: what was thrown is the result
 * @host: the world outside
 */
struct bi_prog {
	const struct bpf_insn *insns;
	u32 len;
	u64 arena_kern;
	u64 arena_user;
	u64 per_cpu;
	u32 exception_cb;
	const struct bi_host *host;
};

/**
 * bi_run - run a program
 * @prog: the program
 * @args: R1 to R5
 * @max_steps: give up after that many instructions
 * @r0: result
 * @why: on error one phrase that names the reason
 *
 * Return: 0; -ETIME when @max_steps ran out; -EOPNOTSUPP for an unknown
 * instruction; -EFAULT when the program runs off its end; what a helper returned.
 */
int bi_run(const struct bi_prog *prog, const u64 args[5], u64 max_steps, u64 *r0,
	   const char **why);

/* If set, called for every instruction that is about to be executed. */
extern void (*bi_trace)(const struct bpf_insn *in);

/**
 * bi_callback - call a subprogram from within a helper
 * @vm: what the helper was given
 * @func: value that an ld_imm64 of a function produced
 * @args: R1 to R5
 *
 * Return: R0 of the subprogram; an error shows in bi_run().
 */
u64 bi_callback(struct bi_vm *vm, u64 func, const u64 args[5]);

#endif
