// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#define NAME	"mipsel"
#define BACKEND	bjn_mips32
#define CPU	(BJN_MIPS_CPU_UP_TO_R2)
#define LEVELS	\
	ALWAYS, \
	BJN_MIPS_CPU_IV | ALWAYS, \
	BJN_MIPS_CPU_UP_TO_R1 | ALWAYS, \
	BJN_MIPS_CPU_UP_TO_R2 | ALWAYS | WEAK, \
	BJN_MIPS_CPU_IV | ALWAYS | BJN_MIPS_CPU_R10000, \
	ALWAYS | BJN_MIPS_CPU_2F
#include "target-mips.h"
