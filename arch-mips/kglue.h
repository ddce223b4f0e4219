/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_MIPS_KGLUE_H
#define BJN_MIPS_KGLUE_H

struct bjn_env;
struct pt_regs;

void bjn_mips_find_ram(struct bjn_env *env);
void bjn_mips_walk_init(void);

#endif
