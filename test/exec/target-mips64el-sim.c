// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#define SIMULATED
#define NAME	"mips64el-sim"
#define BACKEND	bjn_mips64
#define CPU	(BJN_MIPS_CPU_UP_TO_R2 | BJN_MIPS_CPU_ADDR64)
#define LEVELS	\
	ALWAYS, \
	BJN_MIPS_CPU_IV | ALWAYS, \
	BJN_MIPS_CPU_UP_TO_R1 | ALWAYS, \
	BJN_MIPS_CPU_UP_TO_R2 | ALWAYS | WEAK, \
	BJN_MIPS_CPU_IV | ALWAYS | BJN_MIPS_CPU_R10000, \
	ALWAYS | BJN_MIPS_CPU_2F, \
	ALWAYS | BJN_MIPS_CPU_NO_DADDIU
#include "target-mips.h"
#include "sim-mips64.h"
