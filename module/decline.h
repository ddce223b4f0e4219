/* SPDX-License-Identifier: GPL-2.0 */
/* Programs that we did not compile, and why. */
#ifndef BJN_DECLINE_H
#define BJN_DECLINE_H

#include <linux/bpf.h>

#include "core/backend.h"

void bjn_decline(const struct bpf_prog *prog, const struct bjn_ctx *ctx, const char *verdict);

#endif
