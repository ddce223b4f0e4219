// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#define SIMULATED
#define NAME	"mips64r6el-sim"
#define BACKEND	bjn_mips64
#define CPU	(BJN_MIPS_CPU_R6 | BJN_MIPS_CPU_ADDR64)
#define LEVELS	BJN_MIPS_CPU_R6 | ALWAYS | WEAK
#include "target-mips.h"
#include "sim-mips64.h"
