// SPDX-License-Identifier: GPL-2.0
/*
 * What runs instead of the overridden functions.
 *
 * A caller inside a replacement keeps the module's code in use although no
 * reference says so, and it may sleep there. Each replacement therefore is an
 * SRCU read-side section; bjn_replace_drain() waits for them after the hooks
 * have been removed. No replacement may end in a tail call: the section would
 * end too early.
 */
#include <linux/sched.h>
#include <linux/srcu.h>

#include "bjn.h"
#include "load.h"
#include "replace.h"
#include "route.h"

DEFINE_STATIC_SRCU(bjn_hook_srcu);

/* Task that is making a canary call. */
static struct task_struct *canary_task;

/**
 * bjn_hook_enter - enter a replacement
 * @id: which
 * @canary: set: this is the call that proves the hook
 *
 * Return: for bjn_hook_leave().
 */
int bjn_hook_enter(enum bjn_hook_id id, bool *canary)
{
	struct bjn_hook *hook = &bjn_hooks[id];
	int idx = srcu_read_lock(&bjn_hook_srcu);

	atomic64_inc(&hook->hits);
	*canary = READ_ONCE(canary_task) == current;
	if (*canary)
		WRITE_ONCE(hook->proved, true);
	return idx;
}

/**
 * bjn_hook_leave - leave a replacement, other than by a tail call
 * @idx: from bjn_hook_enter()
 */
void bjn_hook_leave(int idx)
{
	srcu_read_unlock(&bjn_hook_srcu, idx);
}

/**
 * bjn_stock_compile - compile with the kernel's own JIT
 * @env: verifier's environment, may be NULL
 * @prog: program
 *
 * Return: what the stock function returned.
 */
struct bpf_prog *bjn_stock_compile(struct bpf_verifier_env *env, struct bpf_prog *prog)
{
	return BJN_STOCK(bpf_int_jit_compile)BJN_COMPILE_ARGS(env, prog);
}

/**
 * bjn_stock_free - free a program that the kernel's own JIT compiled
 * @prog: program
 */
void bjn_stock_free(struct bpf_prog *prog)
{
	BJN_STOCK(bpf_jit_free)(prog);
}

struct bpf_prog *bjn_replace_bpf_int_jit_compile BJN_COMPILE_PARAMS
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_bpf_int_jit_compile, &canary);

	if (canary)
		prog = bjn_stock_compile(BJN_COMPILE_ENV(env), prog);
	else
		prog = bjn_jit_compile(BJN_COMPILE_ENV(env), prog);
	bjn_hook_leave(idx);
	return prog;
}

void bjn_replace_bpf_jit_free(struct bpf_prog *prog)
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_bpf_jit_free, &canary);

	if (canary)
		bjn_stock_free(prog);
	else
		bjn_jit_free(prog);
	bjn_hook_leave(idx);
}

/*
 * No JIT compiled a program that needs one, and not every such program is
 * refused by the kernel: the interpreter would get it. That is so whatever the
 * stock JIT can do, because behind our second pass there is no way back to it.
 */
static bool is_for_nobody(const struct bpf_prog *prog, bool requested)
{
	bool tried = prog->bpf_func || !prog->jit_requested;

	return tried && !prog->jited &&
	       (bjn_route_needs_us(prog) || (requested && bjn_route_needs_jit(prog)));
}

/* Verification of a program: what the switches are now holds until it is compiled. */
long bjn_replace_bpf_check BJN_SIX_WORDS
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_bpf_check, &canary);
	struct bpf_prog **prog = (struct bpf_prog **)a;
	bool requested = (*prog)->jit_requested;
	struct bjn_load load;
	long ret;

	bjn_load_begin(&load, *prog);
	ret = BJN_STOCK(bpf_check)(a, b, c, d, e, f);
	if (!(int)ret && is_for_nobody(*prog, requested))
		ret = -ENOTSUPP;
	bjn_load_end(&load, *prog, (int)ret == 0);
	bjn_hook_leave(idx);
	return ret;
}

static bool feature_on(enum bjn_feature f)
{
	return bjn_load_switches().offered & 1ull << f;
}

/*
 * Add to what the stock JIT can do, never take away: it goes on compiling
 * programs that were verified with its own answer.
 */
static bool answer(enum bjn_hook_id id, enum bjn_feature feature)
{
	bool canary;
	int idx = bjn_hook_enter(id, &canary);
	bool yes = ((bool (*)(void))bjn_hooks[id].stock)() || feature_on(feature);

	bjn_hook_leave(idx);
	return yes;
}

#define BJN_HOOK(symbol, absent, feature, ret, params)
#define BJN_ANSWER(symbol, absent, feature) \
	bool bjn_replace_##symbol(void) \
	{ \
		return answer(BJN_HOOK_##symbol, BJN_F_##feature); \
	}
#include "hooks.def"
#undef BJN_HOOK
#undef BJN_ANSWER

/* Instructions on arena pointers that not every JIT has. */
static bool can_insn_in_arena(const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_STX:
		return BPF_MODE(insn->code) == BPF_ATOMIC &&
		       feature_on(BJN_F_ARENA_ATOMICS);
	case BPF_LDX:
		return BPF_MODE(insn->code) == BPF_MEMSX && feature_on(BJN_F_ARENA);
	default:
		return false;
	}
}

bool bjn_replace_bpf_jit_supports_insn(struct bpf_insn *insn, bool in_arena)
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_bpf_jit_supports_insn, &canary);
	bool yes = BJN_STOCK(bpf_jit_supports_insn)(insn, in_arena) ||
		   (in_arena && can_insn_in_arena(insn));

	bjn_hook_leave(idx);
	return yes;
}

static bool can_inline(s32 imm)
{
	return bjn_inline_kind(imm) != BJN_CALL_HELPER && feature_on(BJN_F_INLINE_HELPERS);
}

bool bjn_replace_bpf_jit_inlines_helper_call(s32 imm)
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_bpf_jit_inlines_helper_call, &canary);
	bool yes = BJN_STOCK(bpf_jit_inlines_helper_call)(imm) || can_inline(imm);

	bjn_hook_leave(idx);
	return yes;
}

/*
 * A program that is not to be compiled comes back as it is, and one that was
 * never compiled is just freed. Without memory there is no call and no proof.
 */
static struct bpf_prog *canary_prog(void)
{
	struct bpf_prog *prog = bpf_prog_alloc(bpf_prog_size(1), 0);

	if (prog)
		prog->jit_requested = 0;
	return prog;
}

bool bjn_canary_bpf_int_jit_compile(unsigned long addr)
{
	struct bpf_prog *prog = canary_prog();

	if (prog) {
		BJN_FUNCTION(bpf_int_jit_compile, addr)BJN_COMPILE_ARGS(NULL, prog);
		bpf_prog_free(prog);
	}
	return false;
}

bool bjn_canary_bpf_jit_free(unsigned long addr)
{
	struct bpf_prog *prog = canary_prog();

	if (prog)
		BJN_FUNCTION(bpf_jit_free, addr)(prog);
	return false;
}

/*
 * Not called directly, because its parameters differ between kernels: a program
 * that returns nothing is loaded, and refused.
 */
bool bjn_canary_bpf_check(unsigned long addr)
{
	static const struct bpf_insn insn[] = { BPF_EXIT_INSN() };
	static const char license[] = "GPL";
	int (*sys_bpf)(int cmd, union bpf_attr *attr, unsigned int size);
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (unsigned long)insn,
		.insn_cnt = ARRAY_SIZE(insn),
		.license = (unsigned long)license,
	};

	sys_bpf = (void *)bjn_ksym_lookup("kern_sys_bpf");
	if (sys_bpf)
		sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	return false;
}

static bool canary_answer(unsigned long addr)
{
	return ((bool (*)(void))addr)();
}

bool bjn_canary_bpf_jit_supports_insn(unsigned long addr)
{
	struct bpf_insn insn = BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_1, BPF_REG_2, 0);

	return BJN_FUNCTION(bpf_jit_supports_insn, addr)(&insn, true);
}

bool bjn_canary_bpf_jit_inlines_helper_call(unsigned long addr)
{
	return BJN_FUNCTION(bpf_jit_inlines_helper_call, addr)(BPF_FUNC_get_smp_processor_id);
}

#define REQUIRED BJN_HOOK_REQUIRED
#define OPTIONAL BJN_HOOK_OPTIONAL
#define EXTRA BJN_HOOK_EXTRA

struct bjn_hook bjn_hooks[BJN_NR_HOOKS] = {
#define BJN_ROW(symbol, absent, probe, bit) \
	[BJN_HOOK_##symbol] = { \
		.name = #symbol, \
		.replacement = bjn_replace_##symbol, \
		.canary = probe, \
		.feature = bit, \
		.need = absent, \
	},
#define BJN_HOOK(symbol, absent, bits, ret, params) \
	BJN_ROW(symbol, absent, bjn_canary_##symbol, bits)
#define BJN_ANSWER(symbol, absent, bit) \
	BJN_ROW(symbol, absent, canary_answer, BJN_FEAT(bit))
#include "hooks.def"
#undef BJN_HOOK
#undef BJN_ANSWER
#undef BJN_ROW
};

/**
 * bjn_hook_prove - make a canary call
 * @hook: an installed hook
 *
 * Nothing is offered by us yet, so a yes is the stock JIT's own; it is kept.
 *
 * Return: the call has arrived at the replacement.
 */
bool bjn_hook_prove(struct bjn_hook *hook)
{
	WRITE_ONCE(canary_task, current);
	hook->yes = hook->canary(hook->addr);
	WRITE_ONCE(canary_task, NULL);
	return hook->proved && !bjn_sabotage_canary(hook->name);
}

/**
 * bjn_replace_drain - wait until nobody is inside a replacement
 *
 * To be called after the redirection has ended. The grace periods before and
 * after cover the few instructions that a task runs in a replacement before it
 * enters and after it leaves the SRCU section.
 */
void bjn_replace_drain(void)
{
	synchronize_rcu_tasks();
	synchronize_rcu();
	synchronize_srcu(&bjn_hook_srcu);
	synchronize_rcu_tasks();
	synchronize_rcu();
}
