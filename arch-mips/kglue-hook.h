/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_MIPS_KGLUE_HOOK_H
#define BJN_MIPS_KGLUE_HOOK_H

/* kglue-hook-stubs.S reserves this much. */
#define BJN_NR_STUBS	32
#define BJN_STUB_WORDS	5

#ifndef __ASSEMBLY__

#include <linux/ptrace.h>
#include <linux/types.h>

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

int bjn_stub_make(unsigned long *stub, unsigned int nr, unsigned long addr, const char **why);

#endif
#endif
