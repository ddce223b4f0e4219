/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_COVER_H
#define BT_COVER_H

#include "../../module/core/backend.h"

void bt_cover(const struct bpf_insn *in);
u32 bt_cover_missing(const struct bjn_backend *be, u32 *forms);

#endif
