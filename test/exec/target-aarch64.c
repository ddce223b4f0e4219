// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "../../arch-arm64/backend.h"
#include "target.h"

/* Code is mapped with PROT_BTI: an indirect branch to anything but a landing pad faults. */
#define CPU	(BJN_A64_CPU_USER | BJN_A64_CPU_PAC | BJN_A64_CPU_BTI)

#ifndef PROT_BTI
#define PROT_BTI	0x10
#endif

/* Atomics as loops, then with the CPU's own instructions. */
static const u64 levels[] = { CPU | BJN_A64_CPU_LSE | BJN_A64_CPU_LRCPC };

u64 (*bjn_a64_may_goto_check)(u64 *slot) = bt_check_may_goto;

/* The thread pointer stands in for the register with the kernel's offset. */
static u64 per_cpu(void)
{
	return (uintptr_t)__builtin_thread_pointer();
}

const struct bt_target bt_target = {
	.name = "aarch64",
	.be = &bjn_arm64,
	.cpu = CPU,
	.levels = levels,
	.nr_levels = BJN_ARRAY_SIZE(levels),
	.align_is_fault = true,
	.code_prot = PROT_BTI,
	.per_cpu = per_cpu,
	.may_goto = bjn_a64_may_goto,
	.may_goto_r0 = bt_may_goto_r0,
	.may_goto_r5 = bt_may_goto_r5,
	.callee_extends = true,
};

const void *bt_target_thread_pointer(void)
{
	return __builtin_thread_pointer();
}

bool bt_target_ret_ok(const struct bt_state *st)
{
	return st->ret == st->r0;
}

const char *bt_target_bad_name(u64 bad)
{
	static const char *const name[] = {
		"x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x18", "sp",
	};
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(name); i++)
		if (bad & 1ull << i)
			return name[i];
	return "nothing";
}

u64 bt_target_pc(const void *ucontext)
{
	return ((const ucontext_t *)ucontext)->uc_mcontext.pc;
}

void bt_target_resume(void *ucontext, u64 pc, u8 reg)
{
	ucontext_t *uc = ucontext;

	uc->uc_mcontext.pc = pc;
	if (reg != BJN_EX_NO_REG)
		uc->uc_mcontext.regs[reg] = 0;
}
