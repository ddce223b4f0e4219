// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <signal.h>
#include <ucontext.h>

#include "../../arch-loongarch/backend.h"
#include "target.h"

static const u64 levels[] = { BJN_LA_CPU_LAMCAS, BJN_LA_CPU_FRAME_POINTER };

/* amcas_db.{w,d} rd, rk, rj: which qemu's default CPU does not have. */
#define AMCAS_DB_W	0x385b0000u
#define AMCAS_DB_D	0x385b8000u

static u64 compare_and_swap(u64 addr, u64 expected, u64 new, bool dw)
{
	u64 *p8 = (u64 *)addr;
	s32 *p4 = (s32 *)addr;
	u64 old = dw ? *p8 : (u64)(s64)*p4;

	if (dw && old == expected)
		*p8 = new;
	else if (!dw && (u32)old == (u32)expected)
		*p4 = (s32)new;
	return old;
}

static bool emulate(void *ucontext, bool (*mapped)(u64 addr, u32 size))
{
	ucontext_t *uc = ucontext;
	u64 pc = uc->uc_mcontext.__pc;
	u32 word = *(const u32 *)pc, op = word & 0xffff8000;
	unsigned long long *r = uc->uc_mcontext.__gregs;
	u64 addr = r[word >> 5 & 31];
	bool dw = op == AMCAS_DB_D;

	if (!dw && op != AMCAS_DB_W)
		return false;
	if (mapped && !mapped(addr, dw ? 8 : 4))
		return false;
	addr = compare_and_swap(addr, r[word & 31], r[word >> 10 & 31], dw);
	if (word & 31)
		r[word & 31] = addr;
	uc->uc_mcontext.__pc = pc + 4;
	return true;
}

u64 (*bjn_la_may_goto_check)(u64 *slot) = bt_check_may_goto;

static u64 per_cpu(void)
{
	return 0x5a5 + 10;	/* entry-loongarch64.S: PATTERN of $r21 */
}

const struct bt_target bt_target = {
	.name = "loongarch64",
	.be = &bjn_loongarch,
	.levels = levels,
	.nr_levels = BJN_ARRAY_SIZE(levels),
	.emulate = emulate,
	.per_cpu = per_cpu,
	.may_goto = bjn_la_may_goto,
	.may_goto_r0 = bt_may_goto_r0,
	.may_goto_r5 = bt_may_goto_r5,
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
