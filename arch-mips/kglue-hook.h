/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_MIPS_KGLUE_HOOK_H
#define BJN_MIPS_KGLUE_HOOK_H

/* kglue-hook-stubs.S reserves this much. */
#define BJN_NR_STUBS	32
#define BJN_STUB_WORDS	5

#ifndef __ASSEMBLY__

#include <linux/kdebug.h>
#include <linux/notifier.h>
#include <linux/ptrace.h>
#include <linux/types.h>

/* Code that is written here jumps through t9, which no caller expects to keep. */
#define BJN_REG_T9		25
#define BJN_LUI_T9(imm)		(0x3c000000u | BJN_REG_T9 << 16 | (imm))
#define BJN_ADDIU_T9(imm)	(0x24000000u | BJN_REG_T9 << 21 | BJN_REG_T9 << 16 | (imm))
#define BJN_JALR_ZERO_T9	(0x00000009u | BJN_REG_T9 << 21)
#define BJN_NOP			0u

/* kglue-hook-stubs.S */
extern u32 bjn_stubs[BJN_NR_STUBS][BJN_STUB_WORDS];

/**
 * bjn_regs_set_pc - continue elsewhere after a probe
 * @regs: state at the probe
 * @pc: where to go on
 */
static inline void bjn_regs_set_pc(struct pt_regs *regs, unsigned long pc)
{
	regs->cp0_epc = pc;
}

/**
 * bjn_break_of_nobody - is this a breakpoint that the kernel does not know?
 * @what: reason of the notifier
 * @regs: state at the breakpoint
 *
 * do_bp() reads the instruction again to know whose breakpoint it was
 * (arch/mips/kernel/traps.c).
 *
 * Return: its address, or 0
 */
static inline unsigned long bjn_break_of_nobody(unsigned long what, const struct pt_regs *regs)
{
	return what == DIE_TRAP && regs && !user_mode(regs) ? regs->cp0_epc : 0;
}

void bjn_mips_page_fault(const struct pt_regs *regs);

/**
 * bjn_exception_seen - the kernel tells of an exception
 * @what: reason of the notifier
 * @regs: state at the exception
 */
static inline void bjn_exception_seen(unsigned long what, const struct pt_regs *regs)
{
	if (what == DIE_PAGE_FAULT)
		bjn_mips_page_fault(regs);
}

/* What a stack walk calls for each frame; it ends when that returns false. */
typedef bool bjn_walk_fn(void *cookie, u64 ip, u64 sp, u64 fp);

struct notifier_block *bjn_notifier_alloc(notifier_fn_t call, const char **why);
int bjn_stub_make(unsigned long *stub, unsigned int nr, unsigned long addr, const char **why);

#endif
#endif
