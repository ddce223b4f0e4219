/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BF_PLANT_H
#define BF_PLANT_H

#include "../../module/core/backend.h"

void bf_plant(const struct bjn_backend *real, u32 n);
extern const u32 bf_nr_plants;
const char *bf_plant_name(u32 n);
bool bf_plant_possible(u32 n);

#endif
