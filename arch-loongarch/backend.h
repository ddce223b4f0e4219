/* SPDX-License-Identifier: GPL-2.0 */
/* The LoongArch emitter as the driver sees it. */
#ifndef BJN_LOONGARCH_BACKEND_H
#define BJN_LOONGARCH_BACKEND_H

#include "core/backend.h"

/*
 * bjn_env.cpu: capabilities of this CPU.
 * LAMCAS: compare-and-swap instructions (CPUCFG2, since LA664)
 */
#define BJN_LA_CPU_LAMCAS	(1ull << 0)

extern const struct bjn_backend bjn_loongarch;

#endif
