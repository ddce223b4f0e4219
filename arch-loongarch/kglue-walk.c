// SPDX-License-Identifier: GPL-2.0
/*
 * LoongArch: stack walks and faults in an arena, which end in a program's
 * stream (kernel/bpf/stream.c). The stock JIT of Linux 7.2 answers neither.
 */
#include <linux/bitfield.h>
#include <linux/bpf.h>
#include <linux/extable.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <asm/asm-extable.h>
#include <asm/unwind.h>

#include "bjn.h"
#include "compat/compat.h"
#include "glue.h"
#include "kglue.h"
#include "replace.h"

/*
 * Entries of type EX_TYPE_BPF as the stock JIT writes and reads them
 * (arch/loongarch/net/bpf_jit.c, the same in Linux 7.2 and 7.3): the register
 * to be zeroed, 0 for none, and the distance back to where execution goes on.
 */
#define EX_BPF_REG	GENMASK(31, 27)
#define EX_BPF_BACK	GENMASK(26, 0)

/* What we write into the field that the stock JIT does not use. */
#define EX_ARENA	0x6a1c
#define EX_ARENA_WRITE	0x0001

static typeof(bpf_prog_report_arena_violation) *report_violation;
static typeof(bpf_prog_ksym_find) *find_prog;

/* Does the kernel read an entry as we write it? */
static bool format_known(typeof(ex_handler_bpf) *handler)
{
	struct exception_table_entry ex = {
		.fixup = FIELD_PREP(EX_BPF_REG, 5) | FIELD_PREP(EX_BPF_BACK, 64),
		.type = EX_TYPE_BPF,
	};
	struct pt_regs regs = { .regs = { [1] = 1, [5] = 5 } };

	return handler(&ex, &regs) && !regs.regs[5] && regs.regs[1] == 1 &&
	       regs.csr_era == (unsigned long)&ex.fixup - 64;
}

/**
 * bjn_la_arena_init - look up what reports of arena faults need
 *
 * A kernel that lacks it does not get them.
 */
void bjn_la_arena_init(void)
{
	typeof(ex_handler_bpf) *handler = (void *)bjn_ksym_lookup("ex_handler_bpf");

	find_prog = (void *)bjn_ksym_lookup("bpf_prog_ksym_find");
	report_violation = (void *)bjn_ksym_lookup("bpf_prog_report_arena_violation");
	if (!handler || !find_prog || !format_known(handler))
		report_violation = NULL;
}

/**
 * bjn_la_arena_entry - exception table entry of an access to an arena
 * @at: where the entry is written, with the instruction filled in
 * @final: where the entry will be
 * @resume: address at which execution goes on
 * @e: what the emitter noted
 *
 * The kernel handles the entry even when our handler is not asked, which
 * happens below an ftrace callback.
 *
 * Return: false when an entry of another type must do.
 */
bool bjn_la_arena_entry(struct exception_table_entry *at,
			const struct exception_table_entry *final, const void *resume,
			const struct bjn_extable *e)
{
	unsigned long back = (unsigned long)&final->fixup - (unsigned long)resume;

	if (!report_violation || e->arena == BJN_EX_NO_REG || back > EX_BPF_BACK)
		return false;
	at->type = EX_TYPE_BPF;
	at->data = EX_ARENA | (e->write ? EX_ARENA_WRITE : 0);
	at->fixup = FIELD_PREP(EX_BPF_BACK, back) |
		    FIELD_PREP(EX_BPF_REG, e->reg == BJN_EX_NO_REG ? 0 : e->reg);
	return true;
}

/*
 * A program's access has faulted: one of ours to an arena is reported in the
 * program's stream. The entry may be the stock JIT's.
 */
static void report_fault(const struct exception_table_entry *ex, const struct pt_regs *regs)
{
	const struct bpf_prog *prog;

	if ((ex->data & ~EX_ARENA_WRITE) != EX_ARENA || !report_violation)
		return;
	rcu_read_lock();
	prog = find_prog(regs->csr_era);
	if (prog && prog->aux->arena)
		report_violation(ex->data & EX_ARENA_WRITE,
				 regs->csr_badvaddr - bjn_arena_kern(prog), regs->csr_era);
	rcu_read_unlock();
}

/*
 * Where this is called, so that the unwinder starts with registers that belong
 * together: it takes our caller's $fp from our frame if we have saved it.
 */
static __always_inline void registers_here(struct pt_regs *regs)
{
	memset(regs, 0, sizeof(*regs));
	asm volatile("pcaddi %0, 0\n\t"
		     "move %1, $sp\n\t"
		     "move %2, $fp"
		     : "=r" (regs->csr_era), "=r" (regs->regs[3]), "=r" (regs->regs[22]));
}

/* Call a function for each frame of the current task that is not this module's. */
static noinline void walk_stack(bjn_walk_fn *consume, void *cookie)
{
	struct unwind_state state;
	struct pt_regs regs;
	unsigned long ip;

	registers_here(&regs);
	for (unwind_start(&state, current, &regs); !unwind_done(&state);
	     unwind_next_frame(&state)) {
		ip = unwind_get_return_address(&state);
		if (!ip)
			break;
		if (!within_module(ip, THIS_MODULE) && !consume(cookie, ip, state.sp, state.fp))
			break;
	}
}

struct counted_walk {
	bjn_walk_fn *consume;
	void *cookie;
	bool any;
};

static bool count_frame(void *cookie, u64 ip, u64 sp, u64 fp)
{
	struct counted_walk *w = cookie;

	w->any = true;
	return within_module(ip, THIS_MODULE) || w->consume(w->cookie, ip, sp, fp);
}

/* The kernel's own walk is a good one, if there is one. */
void bjn_replace_arch_bpf_stack_walk(bjn_walk_fn *consume, void *cookie)
{
	struct counted_walk w = { .consume = consume, .cookie = cookie };
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_arch_bpf_stack_walk, &canary);

	BJN_STOCK(arch_bpf_stack_walk)(count_frame, &w);
	if (!w.any)
		walk_stack(consume, cookie);
	bjn_hook_leave(idx);
}

bool bjn_replace_ex_handler_bpf(const struct exception_table_entry *ex, struct pt_regs *regs)
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_ex_handler_bpf, &canary);
	bool handled;

	report_fault(ex, regs);
	handled = BJN_STOCK(ex_handler_bpf)(ex, regs);
	bjn_hook_leave(idx);
	return handled;
}

static bool last_frame(void *cookie, u64 ip, u64 sp, u64 fp)
{
	return false;
}

bool bjn_canary_arch_bpf_stack_walk(unsigned long addr)
{
	BJN_FUNCTION(arch_bpf_stack_walk, addr)(last_frame, NULL);
	return false;
}

/* An entry that is no one's, and registers that are only looked at. */
bool bjn_canary_ex_handler_bpf(unsigned long addr)
{
	const struct exception_table_entry ex = { .type = 0 };
	struct pt_regs regs = { .csr_era = 0 };

	BJN_FUNCTION(ex_handler_bpf, addr)(&ex, &regs);
	return false;
}
