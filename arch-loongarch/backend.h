/* SPDX-License-Identifier: GPL-2.0 */
/* The LoongArch emitter as the driver sees it. */
#ifndef BJN_LOONGARCH_BACKEND_H
#define BJN_LOONGARCH_BACKEND_H

#include "core/backend.h"

/*
 * bjn_env.cpu: capabilities of this CPU, and what its kernel expects.
 * LAMCAS: compare-and-swap instructions (CPUCFG2, since LA664)
 * FRAME_POINTER: a program with a frame has the top of it in $fp, and the
 *	caller's $fp below the return address. The ORC unwinder walks generated
 *	code that way; the PROLOGUE unwinder reads the code itself.
 */
#define BJN_LA_CPU_LAMCAS		(1ull << 0)
#define BJN_LA_CPU_FRAME_POINTER	(1ull << 1)

extern const struct bjn_backend bjn_loongarch;

#endif
