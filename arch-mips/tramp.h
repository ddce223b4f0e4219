/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trampolines, and how a program in use is redirected to one.
 *
 * MIPS kernels have neither of their own, so all of this is ours.
 *
 * The entry of a program
 * ----------------------
 * A program to which something may be attached (bjn_prog.attachable) has a
 * detour behind its code and a pointer behind that. Its first word either is
 * what it would be anyway or a branch to the detour; that one word is all that
 * changes while other CPUs run the program. The word behind it is in the delay
 * slot then, and was chosen so that the detour can undo it:
 *
 *	            main program            subprogram
 *	  word 0    n = 33                  nothing       <-> b detour
 *	  word 1    n64: $sp -= size        $sp -= size, or nothing
 *	            o32: store n
 *	  body  ->  (n64: word 1; o32: where tail calls enter or word 1)
 *	            ...
 *	  detour -> undo word 1; count of tail calls, argument of a main program
 *	            as a subprogram has it; go where it says
 *	  pointer   a trampoline, or the program that replaces this one
 *
 * Whoever is reached that way finds everything as the caller of a subprogram
 * leaves it: arguments in all their 64 bits, $ra of the caller, count of tail
 * calls. Going on at the body with the same gives the original. Tail calls
 * enter behind the first word and are not redirected.
 *
 * The trampoline
 * --------------
 * It runs programs that get an array of its arguments as their context. What
 * is below the context belongs to it as well: bpf_get_func_ip() and others
 * read there. The frame, from the top:
 *
 *	            | arguments on the stack       |
 *	  size   -> +------------------------------+ <- $sp of the caller
 *	            | ra, s0 to s1 (s2)            |
 *	  extra  -> | registers beyond arguments   |  more arguments; n64: count of tail calls
 *	  ret    -> | result                       |  just behind the arguments
 *	  args   -> | arguments, 8 bytes each      | <- context of the programs
 *	            | number of arguments, flags   |
 *	            | address of the function      |  BPF_TRAMP_F_IP_ARG
 *	  cookies-> | one word for each session    |
 *	  run    -> | struct bpf_tramp_run_ctx     |
 *	            | outgoing arguments           |  o32: homes, count of tail calls
 *	  0      -> +------------------------------+ <- $sp of the trampoline
 */
#ifndef BJN_MIPS_TRAMP_H
#define BJN_MIPS_TRAMP_H

#include "common.h"

/**
 * enum mi_tramp_caller - who calls a trampoline, and what it stands for
 * @MI_TRAMP_C: the kernel, by the C ABI (struct_ops)
 * @MI_TRAMP_MAIN: the detour of a main program, whose result is a C int
 * @MI_TRAMP_SUB: the detour of a subprogram or of a program that replaces one
 */
enum mi_tramp_caller {
	MI_TRAMP_C,
	MI_TRAMP_MAIN,
	MI_TRAMP_SUB,
};

/**
 * struct mi_tramp_prog - a program that a trampoline runs
 * @prog: its struct bpf_prog
 * @func: where it is entered, with the context as argument
 * @insns: second argument for the interpreter, or 0
 * @enter: u64 enter(prog, run): start time, or 0: do not run it
 * @exit: void exit(prog, start, run)
 * @cookie: stored in the run-time data before each run
 * @session: it has a word of its own in the frame
 * @wide: it returns all of R0, not a C int
 * @skip_at: set to the word that becomes a branch to @skip_to when the program
 *	goes away under a running trampoline; its delay slot is free
 * @skip_to: set to the word behind
 */
struct mi_tramp_prog {
	u64 prog;
	u64 func;
	u64 insns;
	u64 enter;
	u64 exit;
	u64 cookie;
	bool session;
	bool wide;
	u32 skip_at;
	u32 skip_to;
};

/**
 * struct mi_tramp - what a trampoline does
 * @caller: enum mi_tramp_caller
 * @nr_args: arguments in the context; a subprogram may read more, whatever its prototype says
 * @nr_passed: arguments that may really be there, 5 if that is all that is known
 * @arg_size: MI_TRAMP_C: size of each in bytes: 1, 2, 4 or 8
 * @arg_flags: MI_TRAMP_C: BJN_ARG_SIGNED
 * @ret_size: MI_TRAMP_C: size of the result in bytes
 * @ret_signed: MI_TRAMP_C: it is signed
 * @returns: the result of the first program is that of the trampoline
 * @call_orig: call the original between @fentry and @fexit
 * @go_on: leave into the original
 * @has_ip: the context is preceded by @ip
 * @ip: address of the traced function
 * @body: address at which the original is entered
 * @image: argument of @enter and @exit
 * @enter: called before anything else, if @call_orig
 * @exit: the same at the end
 * @run_size: size of struct bpf_tramp_run_ctx, and offset of the cookie in it
 * @run_cookie: offset of the cookie in it
 * @sessions: there are sessions: their words start as 0, as does the result
 * @fentry: programs to be run first, @nr_fentry of them
 * @fexit: programs to be run afterwards
 */
struct mi_tramp {
	enum mi_tramp_caller caller;
	u8 nr_args;
	u8 nr_passed;
	u8 arg_size[BJN_MAX_ARGS];
	u8 arg_flags[BJN_MAX_ARGS];
	u8 ret_size;
	bool ret_signed;
	bool returns;
	bool call_orig;
	bool go_on;
	bool has_ip;
	bool sessions;
	u64 ip;
	u64 body;
	u64 image;
	u64 enter;
	u64 exit;
	u32 run_size;
	u32 run_cookie;
	struct mi_tramp_prog *fentry;
	struct mi_tramp_prog *fexit;
	u32 nr_fentry;
	u32 nr_fexit;
};

/**
 * struct mi_tramp_frame - bytes above $sp; see the picture
 */
struct mi_tramp_frame {
	s32 run;
	s32 cookies;
	s32 ip;
	s32 meta;
	s32 args;
	s32 ret;
	s32 extra;
	s32 saves;
	s32 size;
};

/**
 * struct mi_tramp_ops - what depends on the width of the CPU
 * @store_const: store 64 bits at an offset from $sp
 * @enter: make the frame, save registers and arguments in it
 * @call_image: call a function of the kernel with the address of the image
 * @run_prog: run a program, if the kernel lets it, and keep its result if that matters
 * @call_original: call the original and keep its result
 * @leave: take the frame down, go back or on
 */
struct mi_tramp_ops {
	void (*store_const)(struct bjn_ctx *c, s32 at, u64 v);
	void (*enter)(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f);
	void (*call_image)(struct bjn_ctx *c, const struct mi_tramp *t, u64 addr);
	void (*run_prog)(struct bjn_ctx *c, const struct mi_tramp *t,
			 const struct mi_tramp_frame *f, struct mi_tramp_prog *p,
			 bool keep_result);
	void (*call_original)(struct bjn_ctx *c, const struct mi_tramp *t,
			      const struct mi_tramp_frame *f);
	void (*leave)(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f);
};

/* Meaning of the word in front of the context (linux/bpf.h). */
#define MI_TRAMP_COOKIE_SHIFT	8
#define MI_TRAMP_IS_RETURN	(1ull << 63)

/* tramp.c */
void mi_tramp_write(struct bjn_ctx *c, struct mi_tramp *t, const struct mi_tramp_ops *ops,
		    s32 out, s32 saves);
bool mi_redirect(u32 *word, u64 from, u64 to);

/* tramp-n64.c, tramp-o32.c */
void n64_tramp(struct bjn_ctx *c, struct mi_tramp *t);
void n64_detour(struct bjn_ctx *c);
void o32_tramp(struct bjn_ctx *c, struct mi_tramp *t);
void o32_detour(struct bjn_ctx *c);

#endif
