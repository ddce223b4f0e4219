// SPDX-License-Identifier: GPL-2.0
#include "../../arch-loongarch/backend.h"
#include "golden.h"

const struct bjn_backend *const bg_backend = &bjn_loongarch;
const u64 bg_cpu;
