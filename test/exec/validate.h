/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_VALIDATE_H
#define BT_VALIDATE_H

#include "../../module/core/isa.h"

int bt_validate(const struct bpf_insn *insns, u32 len, u32 *at, const char **why);

#endif
