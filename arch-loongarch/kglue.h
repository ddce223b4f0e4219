/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the LoongArch glue share. */
#ifndef BJN_LOONGARCH_KGLUE_H
#define BJN_LOONGARCH_KGLUE_H

#include "glue.h"

/* kglue-walk.c */
void bjn_la_arena_init(void);
bool bjn_la_arena_entry(struct exception_table_entry *at,
			const struct exception_table_entry *final, const void *resume,
			const struct bjn_extable *e);

#endif
