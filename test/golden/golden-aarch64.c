// SPDX-License-Identifier: GPL-2.0
#include "../../arch-arm64/backend.h"
#include "golden.h"

const struct bjn_backend *const bg_backend = &bjn_arm64;
const u64 bg_cpu = BJN_A64_CPU_PAC | BJN_A64_CPU_LSE | BJN_A64_CPU_LRCPC | BJN_A64_CPU_SPEC_SB;
