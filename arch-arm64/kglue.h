/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_ARM64_KGLUE_H
#define BJN_ARM64_KGLUE_H

#include "core/backend.h"

int bjn_a64_learn(struct bjn_env *env);
bool bjn_a64_report_fixup(const struct bjn_extable *e, int *fixup);

#endif
