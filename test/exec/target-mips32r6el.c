// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#define NAME	"mips32r6el"
#define BACKEND	bjn_mips32
#define CPU	(BJN_MIPS_CPU_R6)
#define LEVELS	BJN_MIPS_CPU_R6 | ALWAYS | WEAK
#include "target-mips.h"
