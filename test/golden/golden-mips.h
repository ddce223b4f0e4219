/* SPDX-License-Identifier: GPL-2.0 */
/* What all MIPS targets share: memory as of a machine with 256 MB. */
#ifndef BG_GOLDEN_MIPS_H
#define BG_GOLDEN_MIPS_H

#include "../../arch-mips/backend.h"
#include "golden.h"

void bg_facts(struct bjn_env *env)
{
	static const u64 windows[][2 * BJN_MIPS_NR_WINDOWS] = {
		{ 0x80000000, 0x10000000, 0xc0000000, 0x40000000 },
		{ 0x9800000000000000, 0x10000000, 0xc000000000000000, 0x3fffffff90000000,
		  0xffffffffc0000000, 0x40000000 },
	};

	env->helper[BJN_MIPS_JUMP_MASK] = 0xffffffffcfffffff;
	memcpy(&env->helper[BJN_MIPS_WINDOWS], windows[bg_backend == &bjn_mips64],
	       sizeof(windows[0]));
}

#endif
