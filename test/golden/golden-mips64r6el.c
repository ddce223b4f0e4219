// SPDX-License-Identifier: GPL-2.0
#include "golden-mips.h"

const struct bjn_backend *const bg_backend = &bjn_mips64;
const u64 bg_cpu = BJN_MIPS_CPU_R6 | BJN_MIPS_CPU_ADDR64 | BJN_MIPS_CPU_WEAK;
