// SPDX-License-Identifier: GPL-2.0
/*
 * MIPS: no emitter yet, programs are only observed.
 */
#include <linux/errno.h>
#include <asm/cacheflush.h>

#include "glue.h"

/* break 0: what an unused word of an image must be when it is executed */
#define TRAP 0x0000000d

/* No back end is chosen: every program is handed to the stock JIT. */
int bjn_glue_detect(const struct bjn_backend **be, struct bjn_env *env)
{
	return 0;
}

void bjn_glue_fill(void *area, unsigned int size)
{
	u32 *p = area;

	for (; size >= sizeof(*p); size -= sizeof(*p))
		*p++ = TRAP;
}

void bjn_glue_sync(void *start, void *end)
{
	flush_icache_range((unsigned long)start, (unsigned long)end);
}

/* Without an emitter there is nothing that may fault. */
int bjn_glue_extable(struct exception_table_entry *at,
		     const struct exception_table_entry *final,
		     const void *insn, const void *resume, u8 reg)
{
	return -EOPNOTSUPP;
}

unsigned long bjn_glue_may_goto(void)
{
	return 0;
}
