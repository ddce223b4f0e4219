/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the bench must know about the machine it runs on: one target-NAME.c
 * and one entry-NAME.S for each.
 */
#ifndef BT_TARGET_H
#define BT_TARGET_H

#include "../../module/core/backend.h"

/* What is attached to every function of a program. */
enum bt_attach {
	BT_ATTACH_NOTHING,
	BT_ATTACH_DETOUR,	/* its own body, behind the detour */
	BT_ATTACH_FENTRY,	/* a trampoline that goes on in the body */
	BT_ATTACH_FEXIT,	/* a trampoline that calls the body */
	BT_NR_ATTACH
};

struct bjn_ctx;

/**
 * struct bt_state - what the entry thunk reports
 * @r0: R0, all 64 bits
 * @ret: return value as a C caller sees it
 * @bad: bit n: something that must survive a call did not (bt_target_bad_name)
 * @sp: stack pointer before the call
 */
struct bt_state {
	u64 r0;
	u64 ret;
	u64 bad;
	u64 sp;
};

/**
 * struct bt_target - the machine
 * @name: as in TARGET=
 * @be: the emitter
 * @cpu: CPU capability bits for it
 * @levels: more such sets that this machine can run, @nr_levels of them
 * @nr_levels: their number
 * @emulate: carries out an instruction that the emulator lacks and steps over
 *	it, unless @mapped says no; false: it is another one. May be NULL
 * @per_cpu: what the machine adds to per-CPU addresses while a program runs; NULL:
 *	nobody knows
 * @may_goto: routine for BJN_CALL_MAY_GOTO, that of the module; may be NULL
 * @may_goto_r0: the same, but it destroys R0; for planted bugs
 * @may_goto_r5: the same, but it destroys R5
 * @align_is_fault: the kernel looks for an exception table entry when an address is not aligned; others die
 * @probe_zeroes: the code of a BPF_PROBE_MEM load itself zeroes the register
 * @callee_extends: the C ABI leaves the upper bits of narrow arguments open
 * @code_prot: protection of code beyond reading and executing (PROT_BTI)
 * @facts: fills in further facts for the emitter; may be NULL
 * @redirect: makes a branch from one address to another; false: too far
 * @tramp: writes a trampoline into the code of @c: @how is fentry or fexit, @body where
 *	the original is entered; false: there is none for a main program. Both NULL:
 *	nothing can be attached
 * @tramp_calls: calls trampolines from C; NULL, or what went wrong; may be NULL
 * @wrap: gives C functions what a kernel's have that user space lacks: returns
 *	the address to be called instead; may be NULL
 * @wide: capability bit without which main programs return a C int, the lower half of
 *	R0; 0: there is none, all of R0 can be seen
 * @int_of: that int; NULL without @wide
 */
struct bt_target {
	const char *name;
	const struct bjn_backend *be;
	u64 cpu;
	const u64 *levels;
	u32 nr_levels;
	bool (*emulate)(void *ucontext, bool (*mapped)(u64 addr, u32 size));
	u64 (*per_cpu)(void);
	const void *may_goto;
	const void *may_goto_r0;
	const void *may_goto_r5;
	bool callee_extends;
	bool align_is_fault;
	bool probe_zeroes;
	int code_prot;
	void (*facts)(struct bjn_env *env);
	bool (*redirect)(u32 *word, u64 from, u64 to);
	bool (*tramp)(struct bjn_ctx *c, enum bt_attach how, bool is_main, u64 body);
	const char *(*tramp_calls)(void);
	const void *(*wrap)(const void *fn);
	u64 wide;
	u64 (*int_of)(const struct bt_state *st);
};

extern const struct bt_target bt_target;

/* Capability bits number @n; 0 is bt_target.cpu. */
static inline u64 bt_level(u32 n)
{
	return n ? bt_target.levels[n - 1] : bt_target.cpu;
}

/* Whether programs compiled with @cpu return a C int. */
static inline bool bt_returns_int(u64 cpu)
{
	return bt_target.wide && !(cpu & bt_target.wide);
}

/* What is seen of the result @r0 of a program that was compiled with @cpu. */
static inline u64 bt_seen(u64 cpu, u64 r0)
{
	return bt_returns_int(cpu) ? (u64)(s64)(s32)r0 : r0;
}

/* helpers.c: what a loop asks when its count has run out */
u64 bt_check_may_goto(u64 *slot);

/* arch-X/entry.S: the routine and the function that it asks */
void bjn_la_may_goto(void);
void bjn_a64_may_goto(void);
void bjn_mips_may_goto(void);
extern u64 (*bjn_la_may_goto_check)(u64 *slot);
extern u64 (*bjn_a64_may_goto_check)(u64 *slot);
extern u64 (*bjn_mips_may_goto_check)(u64 *slot);

/* entry-NAME.S */
void bt_enter(const void *fn, const u64 *args, struct bt_state *st);
u64 bt_trash_regs(u64 a, u64 b, u64 c, u64 d, u64 e);

void bt_may_goto_r0(void);
void bt_may_goto_r5(void);

/* target-NAME.c */
const void *bt_target_thread_pointer(void);
bool bt_target_ret_ok(const struct bt_state *st);
const char *bt_target_bad_name(u64 bad);
u64 bt_target_pc(const void *ucontext);
void bt_target_resume(void *ucontext, u64 pc, u8 reg);

/* jit.c: call a subprogram as the kernel calls a callback */
u64 bt_call_native(u64 fn, const u64 *args);

#endif
