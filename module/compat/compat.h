/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels, in one place. Nothing here asks for a version
 * number: stable series take patches from newer ones. The BJN_* macros below
 * are set by compat/probe.mk, which looks into the headers.
 *
 * BJN_COMPILE_HAS_ENV		bpf_int_jit_compile(env, prog); the core blinds
 * BJN_HAS_PACK			bpf_jit_binary_pack_alloc() is the allocator
 * BJN_PACK_WAS_CLASSIC		... and takes was_classic
 * BJN_PACK_FINALIZE_PROG	... and its finalize takes the program (6.1)
 * BJN_PROTECTS_IMAGES		the older one, on an architecture that makes kernel memory
 *				read-only and executable on request
 * BJN_HAS_INSN_PTRS		gotox: bpf_prog_update_insn_ptrs()
 * BJN_HAS_INDIRECT_TARGET	gotox: bpf_insn_is_indirect_target()
 * BJN_HAS_MAIN_PROG_AUX	subprograms point to the main program's aux
 * BJN_HAS_ARENA		bpf_arena_get_{kern,user}_vm_start()
 * BJN_HAS_EXCEPTIONS		aux->exception_boundary, aux->exception_cb
 * BJN_HAS_PRIV_STACK		aux->jits_use_priv_stack
 */
#ifndef BJN_COMPAT_H
#define BJN_COMPAT_H

#include <linux/bpf.h>
#include <linux/bpf_verifier.h>
#include <linux/filter.h>
#include <linux/pgtable.h>
#include <linux/sched.h>

#include "../core/backend.h"
#include "../ksym.h"

/* MIPS, before they had the names of other architectures: where modules lie. */
#ifdef MODULE_START
#define MODULES_VADDR	MODULE_START
#define MODULES_END	MODULE_END
#endif

/* 6.1 does not say what of a kfunc is signed, arguments or result. */
#ifdef BTF_FMODEL_SIGNED_ARG
static inline bool bjn_result_is_signed(const struct btf_func_model *m)
{
	return m->ret_flags & BTF_FMODEL_SIGNED_ARG;
}
#else
#define BTF_FMODEL_SIGNED_ARG	0
static inline bool bjn_result_is_signed(const struct btf_func_model *m)
{
	return false;
}
#endif

/* Arena pointers as arguments of kfuncs: 7.3. */
#ifndef BTF_FMODEL_ARENA_ARG
#define BTF_FMODEL_ARENA_ARG	0
#define BTF_FMODEL_NULLABLE_ARG	0
#endif

/**
 * bjn_group_key - what the subprograms of one program have in common
 * @prog: subprogram being compiled
 *
 * Without a pointer to the main program the loading task serves: the core
 * compiles all subprograms of a program in one go (jit_subprogs).
 */
static inline const void *bjn_group_key(const struct bpf_prog *prog)
{
#ifdef BJN_HAS_MAIN_PROG_AUX
	return prog->aux->main_prog_aux;
#else
	return current;
#endif
}

/**
 * bjn_blind - blind the constants of a program where that is the JIT's duty
 * @prog: program as the core gave it
 *
 * Return: @prog, a blinded clone of it, or an ERR_PTR. From 7.x on the core
 * blinds before it calls the JIT.
 */
static inline struct bpf_prog *bjn_blind(struct bpf_prog *prog)
{
#ifdef BJN_COMPILE_HAS_ENV
	return prog;
#else
	return bjn_ksym.bpf_jit_blind_constants(prog);
#endif
}

/**
 * bjn_blind_done - drop the version of a program that is not used
 * @kept: program that goes on
 * @dropped: the other one; nothing happens when they are the same
 */
static inline void bjn_blind_done(struct bpf_prog *kept, struct bpf_prog *dropped)
{
#ifndef BJN_COMPILE_HAS_ENV
	if (kept != dropped)
		bjn_ksym.bpf_jit_prog_release_other(kept, dropped);
#endif
}

/**
 * bjn_disarm - make a program harmless that must not be interpreted
 * @prog: program as the core gave it, writable
 *
 * Where programs are compiled behind bpf_check(), which could still have
 * refused it, the kernel interprets one that was not compiled.
 *
 * Return: false when the load fails instead.
 */
static inline bool bjn_disarm(struct bpf_prog *prog)
{
#ifdef BJN_COMPILE_HAS_ENV
	return false;
#else
	if (prog->is_func || prog->len < 2)
		return false;
	prog->insnsi[0] = BPF_MOV64_IMM(BPF_REG_0, 0);
	prog->insnsi[1] = BPF_EXIT_INSN();
	return true;
#endif
}

/**
 * bjn_publish_insn_ptrs - tell instruction arrays where instructions begin
 * @prog: program, final
 * @starts: byte offset of the start of every instruction
 * @image: final address of the code
 */
static inline void bjn_publish_insn_ptrs(struct bpf_prog *prog, u32 *starts, void *image)
{
#ifdef BJN_HAS_INSN_PTRS
	bjn_ksym.bpf_prog_update_insn_ptrs(prog, starts, image);
#endif
}

/**
 * bjn_indirect_target - may a gotox land on an instruction?
 * @env: verifier's environment, or NULL: not a program that has one
 * @prog: program
 * @idx: number of the instruction
 */
static inline bool bjn_indirect_target(const struct bpf_verifier_env *env,
				       const struct bpf_prog *prog, u32 idx)
{
#ifdef BJN_HAS_INDIRECT_TARGET
	return bjn_ksym.bpf_insn_is_indirect_target(env, prog, (int)idx);
#else
	return true;
#endif
}

/**
 * bjn_require_jit - keep a program from the interpreter
 * @env: verifier's environment, not NULL
 */
static inline void bjn_require_jit(struct bpf_verifier_env *env)
{
#if defined(BJN_COMPILE_HAS_ENV) && defined(BJN_HAS_JIT_REQUIRED)
	env->prog->jit_required = true;
#endif
}

/**
 * bjn_is_async - does a callback run on a stack of its own?
 * @env: verifier's environment, not NULL
 * @func: number of the function
 *
 * That of a timer does, for one, and not on that of the function that names it.
 */
static inline bool bjn_is_async(const struct bpf_verifier_env *env, u32 func)
{
#ifdef BJN_COMPILE_HAS_ENV
	return env->subprog_info[func].is_async_cb;
#else
	return false;
#endif
}

static inline u64 bjn_arena_kern(const struct bpf_prog *prog)
{
#ifdef BJN_HAS_ARENA
	if (prog->aux->arena)
		return bjn_ksym.bpf_arena_get_kern_vm_start(prog->aux->arena);
#endif
	return 0;
}

static inline u64 bjn_arena_user(const struct bpf_prog *prog)
{
#ifdef BJN_HAS_ARENA
	if (prog->aux->arena)
		return bjn_ksym.bpf_arena_get_user_vm_start(prog->aux->arena);
#endif
	return 0;
}

/**
 * bjn_prog_name - name that the user gave to a program
 * @prog: program or subprogram; a subprogram has none of its own
 */
static inline const char *bjn_prog_name(const struct bpf_prog *prog)
{
#ifdef BJN_HAS_MAIN_PROG_AUX
	return prog->aux->main_prog_aux->name;
#else
	return prog->aux->name;
#endif
}

/**
 * bjn_aux_features - features that a program uses by what the verifier noted
 * @aux: of the program
 *
 * Return: BJN_FEAT() bits.
 */
static inline u64 bjn_aux_features(const struct bpf_prog_aux *aux)
{
	u64 bits = 0;

#ifdef BJN_HAS_EXCEPTIONS
	if (aux->exception_boundary || aux->exception_cb)
		bits |= BJN_FEAT(EXCEPTIONS);
#endif
#ifdef BJN_HAS_PRIV_STACK
	if (aux->jits_use_priv_stack)
		bits |= BJN_FEAT(PRIVATE_STACK);
#endif
	return bits;
}

/**
 * bjn_says_uprobe - a program of type KPROBE says that it is for user space
 * @prog: as it was given to the verifier
 *
 * Such a program runs preemptible or even sleeps, so the next task may enter it
 * on the same CPU (kernel/trace/bpf_trace.c, uprobe_prog_run()).
 *
 * Return: false does not mean that it is for kernel functions: one that is attached
 * to a perf event says nothing.
 */
static inline bool bjn_says_uprobe(const struct bpf_prog *prog)
{
#ifdef BJN_HAS_PRIV_STACK
	return prog->type == BPF_PROG_TYPE_KPROBE &&
	       (prog->sleepable || prog->expected_attach_type == BPF_TRACE_UPROBE_MULTI ||
		prog->expected_attach_type == BPF_TRACE_UPROBE_SESSION);
#else
	return false;
#endif
}

/**
 * bjn_aux_exceptions - copy what the verifier noted about exceptions
 * @aux: of the program
 * @p: the program as the emitter sees it
 */
static inline void bjn_aux_exceptions(const struct bpf_prog_aux *aux, struct bjn_prog *p)
{
#ifdef BJN_HAS_EXCEPTIONS
	p->exception_boundary = aux->exception_boundary;
	p->exception_cb = aux->exception_cb;
#endif
}

/**
 * bjn_is_unreliable - is the BTF type of a subprogram not to be trusted?
 * @prog: subprogram
 */
static inline bool bjn_is_unreliable(const struct bpf_prog *prog)
{
#ifdef BJN_HAS_MAIN_PROG_AUX
	const struct bpf_prog_aux *aux = prog->aux->main_prog_aux;

	return aux->func_info_aux && prog->aux->func_idx < aux->func_info_cnt &&
	       aux->func_info_aux[prog->aux->func_idx].unreliable;
#else
	return false;
#endif
}

/**
 * bjn_exception_cb - where the address of a program's exception callback is
 * @prog: program or subprogram
 *
 * Return: address of the pointer, or 0 when this kernel does not tell. The core
 * sets the pointer when all subprograms have been compiled.
 */
static inline unsigned long bjn_exception_cb(const struct bpf_prog *prog)
{
#if defined(BJN_HAS_EXCEPTIONS) && defined(BJN_HAS_MAIN_PROG_AUX)
	return (unsigned long)&prog->aux->main_prog_aux->bpf_exception_cb;
#else
	return 0;
#endif
}

#endif
