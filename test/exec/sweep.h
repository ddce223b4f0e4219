/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_SWEEP_H
#define BT_SWEEP_H

#include "../../module/core/isa.h"

u32 bt_sweep(u32 *programs);

#endif
