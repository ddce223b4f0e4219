// SPDX-License-Identifier: GPL-2.0
#include "common.h"
static const struct bjn_op o32_ops[256];
const struct bjn_backend bjn_mips32 = { .name = "mips32", .ops = o32_ops };
