/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel-facing files of the module share.
 *
 * main.c	order of init and exit, parameters
 * ksym.c	functions of the kernel that are not exported
 * hook.c	overriding functions of the kernel, with proof
 * route.c	ours or stock? once per program
 * load.c	what was promised when a program began to be loaded
 * prog.c	bpf_prog -> bjn_prog -> image; passes; lifetime
 * registry.c	the images we made
 * decline.c	programs we did not compile, and why
 * sysfs.c	/sys/kernel/bpfjit_ng
 * debugfs.c	/sys/kernel/debug/bpfjit_ng
 */
#ifndef BJN_H
#define BJN_H

#include <linux/atomic.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/kernel.h>
#include <linux/module.h>

#include "core/backend.h"

/**
 * struct bjn_switches - the switches at one moment
 * @enabled: programs are compiled by us
 * @disabled: BJN_FEAT() bits switched off by the user
 * @offered: BJN_FEAT() bits that the verifier is told about
 */
struct bjn_switches {
	bool enabled;
	u64 disabled;
	u64 offered;
};

/**
 * struct bjn_state - the module's global state
 * @be: emitter for this CPU; NULL: none is bundled, observe only
 * @env: facts passed to the emitter
 * @now: the switches, see bjn_switches_read()
 * @possible: BJN_FEAT() bits that back end, kernel and CPU can do together
 * @stock: BJN_FEAT() bits that the stock JIT answers by itself, asked at load
 */
struct bjn_state {
	const struct bjn_backend *be;
	struct bjn_env env;
	struct bjn_switches now;
	u64 possible;
	u64 stock;
};

extern struct bjn_state bjn;

/**
 * struct bjn_stats - counters since load
 * @compiled: images made by us (a subprogram counts as one)
 * @declined: programs handed to the stock JIT although we are enabled
 * @failed: programs that need us and that we could not compile
 * @stock: programs compiled by the stock JIT, for whatever reason
 * @bytes: bytes of code made by us
 * @programs: live images of ours, each holding a module reference
 * @ns: ktime nanoseconds spent in successful compile calls of ours
 * @insns: BPF instructions given to them
 * @stock_ns: the same for the stock JIT
 * @stock_insns: the same for the stock JIT
 * @stock_bytes: bytes of code made by the stock JIT
 */
struct bjn_stats {
	atomic64_t compiled;
	atomic64_t declined;
	atomic64_t failed;
	atomic64_t stock;
	atomic64_t bytes;
	atomic64_t programs;
	atomic64_t ns;
	atomic64_t insns;
	atomic64_t stock_ns;
	atomic64_t stock_insns;
	atomic64_t stock_bytes;
};

extern struct bjn_stats bjn_stats;

/* ksym.c */
int bjn_ksym_init(void);
unsigned long bjn_ksym_lookup(const char *name);

/* hook.c */
int bjn_hook_install(void);
void bjn_hook_note_stock(void);
void bjn_hook_remove(void);
unsigned int bjn_hook_count(unsigned int *present);
const char *bjn_hook_method_name(void);
void bjn_replace_drain(void);
int bjn_hook_show(struct seq_file *m, void *v);

/* calls.c */
bool bjn_tails_below_callback(const struct bpf_prog *prog);
u32 bjn_held_stack(const struct bpf_prog *prog);
u32 bjn_deepest_stack(const struct bpf_verifier_env *env, const struct bpf_prog *prog);

/* prog.c: replacements of the hooked kernel functions */
struct bpf_prog *bjn_jit_compile(struct bpf_verifier_env *env, struct bpf_prog *prog);
void bjn_jit_free(struct bpf_prog *prog);
bool bjn_is_may_goto(const struct bpf_insn *insn);
enum bjn_call_kind bjn_inline_kind(s32 id);
bool bjn_is_inlined_helper(const struct bpf_insn *insn);
int bjn_prog_init(void);
void bjn_prog_exit(void);
int bjn_prog_show(struct seq_file *m, void *v);

/*
 * hook.c: the stock functions. With a kernel whose contract has no env
 * parameter (6.x) it is ignored here and NULL above.
 */
struct bpf_prog *bjn_stock_compile(struct bpf_verifier_env *env, struct bpf_prog *prog);
void bjn_stock_free(struct bpf_prog *prog);

/* decline.c */
int bjn_decline_show(struct seq_file *m, void *v);

/* sysfs.c, debugfs.c */
int bjn_sysfs_init(void);
void bjn_sysfs_exit(void);
void bjn_debugfs_init(void);
void bjn_debugfs_exit(void);

/* main.c: switches */
void bjn_switches_read(struct bjn_switches *s);
int bjn_set_enabled(bool on);
void bjn_set_feature(enum bjn_feature f, bool on);
const char *bjn_feature_name(enum bjn_feature f);
const char *bjn_feature_missing(enum bjn_feature f);

/* Injected errors, compiled in with BJN_SABOTAGE=1 only (test builds). */
#ifdef BJN_SABOTAGE
bool bjn_sabotage_alloc(void);
bool bjn_sabotage_symbol(const char *name);
bool bjn_sabotage_canary(const char *hook);
unsigned int bjn_sabotage_shrink(void);
#else
static inline bool bjn_sabotage_alloc(void) { return false; }
static inline bool bjn_sabotage_symbol(const char *name) { return false; }
static inline bool bjn_sabotage_canary(const char *hook) { return false; }
static inline unsigned int bjn_sabotage_shrink(void) { return 0; }
#endif

#endif
