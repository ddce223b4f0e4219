// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <signal.h>
#include <ucontext.h>

#include "../../arch-loongarch/backend.h"
#include "target.h"

static const u64 levels[] = { BJN_LA_CPU_LAMCAS };

const struct bt_target bt_target = {
	.name = "loongarch64",
	.be = &bjn_loongarch,
	.levels = levels,
	.nr_levels = BJN_ARRAY_SIZE(levels),
};

const void *bt_target_thread_pointer(void)
{
	return __builtin_thread_pointer();
}

/* a0 is the low half of R0, sign-extended. */
bool bt_target_ret_ok(const struct bt_state *st)
{
	return st->ret == (u64)(s64)(s32)st->r0;
}

const char *bt_target_bad_name(u64 bad)
{
	static const char *const name[] = {
		"s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "fp", "r21", "tp", "sp",
	};
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(name); i++)
		if (bad & 1ull << i)
			return name[i];
	return "nothing";
}

u64 bt_target_pc(const void *ucontext)
{
	return ((const ucontext_t *)ucontext)->uc_mcontext.__pc;
}

void bt_target_resume(void *ucontext, u64 pc, u8 reg)
{
	ucontext_t *uc = ucontext;

	uc->uc_mcontext.__pc = pc;
	if (reg != BJN_EX_NO_REG)
		uc->uc_mcontext.__gregs[reg] = 0;
}
