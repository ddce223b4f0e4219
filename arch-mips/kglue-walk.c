// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS: stack walks and faults in an arena, which end in a program's stream
 * (kernel/bpf/stream.c). The kernel has neither for MIPS.
 */
#include <linux/bpf.h>
#include <linux/kallsyms.h>
#include <linux/kdebug.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <asm/inst.h>
#include <asm/pgtable.h>
#include <asm/stacktrace.h>

#include "bjn.h"
#include "compat/compat.h"
#include "kglue.h"
#include "replace.h"

#ifdef BJN_HAS_STREAMS

static typeof(bpf_prog_report_arena_violation) *report_violation;
static typeof(bpf_prog_ksym_find) *find_prog;
static typeof(unwind_stack) *unwind;

/*
 * Code that calls the handler of an exception and has the interrupted state at
 * $sp meanwhile (arch/mips/mm/tlbex-fault.S, arch/mips/kernel/genex.S).
 */
static struct entry_code {
	const char *name;
	bool store;
	unsigned long start, size;
} entries[] = {
	{ "tlb_do_page_fault_0", false },
	{ "tlb_do_page_fault_1", true },
	{ "handle_adel_int", false },
	{ "handle_ades_int", true },
};

/* Frames between an address error and the fault of the access that is made instead. */
#define EMULATION_FRAMES	4

/**
 * struct frame - an active function
 * @pc: where it goes on
 * @sp: its stack pointer
 * @ra: where it returns to if that is still in the register, else 0
 */
struct frame {
	unsigned long pc, sp, ra;
};

/**
 * bjn_mips_walk_init - look up what stack walks and reports of faults need
 *
 * What a kernel lacks it does not get.
 */
void bjn_mips_walk_init(void)
{
	typeof(kallsyms_lookup_size_offset) *find_size;
	unsigned long offset;
	struct entry_code *e;

	find_size = (void *)bjn_ksym_lookup("kallsyms_lookup_size_offset");
	unwind = (void *)bjn_ksym_lookup("unwind_stack");
	find_prog = (void *)bjn_ksym_lookup("bpf_prog_ksym_find");
	report_violation = (void *)bjn_ksym_lookup("bpf_prog_report_arena_violation");
	if (!find_size || !find_prog || !unwind)
		report_violation = NULL;
	for (e = entries; e < entries + ARRAY_SIZE(entries); e++) {
		e->start = bjn_ksym_lookup(e->name);
		if (!e->start || !find_size || !find_size(e->start, &e->size, &offset))
			e->size = 0;
	}
}

static struct frame frame_of(const struct pt_regs *regs)
{
	return (struct frame){ regs->cp0_epc, regs->regs[29], regs->regs[31] };
}

/* The entry code whose frame it is, or NULL. */
static const struct entry_code *entry_of(const struct frame *f)
{
	const struct entry_code *e;

	for (e = entries; e < entries + ARRAY_SIZE(entries); e++) {
		if (f->pc - e->start < e->size)
			return e;
	}
	return NULL;
}

/* What an exception has interrupted: for a frame of entry code. */
static const struct pt_regs *interrupted(const struct frame *f)
{
	return (const struct pt_regs *)f->sp;
}

/* The kernel's unwinder reads prologues, those of programs as well. */
static void to_caller(struct frame *f)
{
	f->pc = unwind(current, &f->sp, f->pc, &f->ra);
}

/* Does a program's word store? A load linked is the first half of a store. */
static bool is_store(const struct pt_regs *regs)
{
	const union mips_instruction *insn = (void *)regs->cp0_epc;

	switch (insn->i_format.opcode) {
	case sb_op:
	case sh_op:
	case sw_op:
	case sd_op:
	case ll_op:
	case lld_op:
		return true;
	case spec3_op:
		return insn->r_format.func == ll6_op || insn->r_format.func == lld6_op;
	default:
		return false;
	}
}

/*
 * True when a program has faulted; an access to its arena is told to its stream.
 * An address error says by its entry code whether it was a store.
 */
static bool report_fault(const struct pt_regs *regs, const struct entry_code *e)
{
	const struct bpf_prog *prog = find_prog(regs->cp0_epc);
	u64 kern = prog ? bjn_arena_kern(prog) : 0;
	u64 off = regs->cp0_badvaddr - kern;

	/* An instruction adds 16 bits with a sign to an address of 32 bits. */
	if (kern && off + SZ_32K < SZ_4G + SZ_64K)
		report_violation(e ? e->store : is_store(regs), off, regs->cp0_epc);
	return prog;
}

/*
 * An access that is not aligned makes most CPUs take an address error, and the
 * fault is that of its emulation, which may have moved on to the next word.
 */
static void report_emulated(struct frame f)
{
	const struct entry_code *e = NULL;
	int i;

	for (i = 0; i < EMULATION_FRAMES && f.pc && !e; i++) {
		to_caller(&f);
		e = entry_of(&f);
	}
	if (e && !user_mode(interrupted(&f)))
		report_fault(interrupted(&f), e);
}

/**
 * bjn_mips_page_fault - a page is missing
 * @regs: state at the fault
 *
 * The exception table sees to a program's access, this to its report.
 */
void bjn_mips_page_fault(const struct pt_regs *regs)
{
	if (user_mode(regs) || regs->cp0_badvaddr < VMALLOC_START || !report_violation)
		return;
	rcu_read_lock();
	if (!report_fault(regs, NULL))
		report_emulated(frame_of(regs));
	rcu_read_unlock();
}

/*
 * Call a function for each frame of the current task that is not this module's,
 * and go on with what an exception has interrupted.
 */
static noinline void walk_stack(bjn_walk_fn *consume, void *cookie)
{
	struct frame f = { .ra = 0 };

	/* _THIS_IP_ may be the start of the function, where there is no frame yet. */
	asm volatile("1:\t" STR_PTR_LA "\t%0, 1b\n\t"
		     "move\t%1, $sp"
		     : "=r" (f.pc), "=r" (f.sp));
	for (; f.pc; to_caller(&f)) {
		if (entry_of(&f)) {
			if (user_mode(interrupted(&f)))
				return;
			f = frame_of(interrupted(&f));
		}
		if (!within_module(f.pc, THIS_MODULE) && !consume(cookie, f.pc, f.sp, 0))
			return;
	}
}

void bjn_replace_arch_bpf_stack_walk(bjn_walk_fn *consume, void *cookie)
{
	bool canary;
	int idx = bjn_hook_enter(BJN_HOOK_arch_bpf_stack_walk, &canary);

	if (unwind)
		walk_stack(consume, cookie);
	bjn_hook_leave(idx);
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

#else

void bjn_mips_walk_init(void)
{
}

void bjn_mips_page_fault(const struct pt_regs *regs)
{
}

#endif
