/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BG_GOLDEN_H
#define BG_GOLDEN_H

#include "../../module/core/backend.h"

/* golden-NAME.c */
extern const struct bjn_backend *const bg_backend;
extern const u64 bg_cpu;	/* bjn_env.cpu */

#endif
