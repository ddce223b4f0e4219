// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#define NAME	"mipsel"
#define BACKEND	bjn_mips32
#define CPU	(BJN_MIPS_CPU_UP_TO_R2)
#include "target-mips.h"
