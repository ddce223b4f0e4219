// SPDX-License-Identifier: GPL-2.0
#include "../../arch-arm64/backend.h"
#include "golden.h"

const struct bjn_backend *const bg_backend = &bjn_arm64;
