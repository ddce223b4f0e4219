/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BG_GOLDEN_H
#define BG_GOLDEN_H

#include "../../module/core/backend.h"

/* golden-NAME.c */
extern const struct bjn_backend *const bg_backend;
extern const u64 bg_cpu;	/* bjn_env.cpu */

/* the same, if the target has it: sets further facts */
void bg_facts(struct bjn_env *env) __attribute__((weak));

/* the same: print trampolines as cases, for a kernel with these facts */
void bg_trampolines(const struct bjn_env *env) __attribute__((weak));

#endif
