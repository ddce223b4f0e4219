// SPDX-License-Identifier: GPL-2.0
#define HAVE_R2
#define HAVE_R6
#include "enc-mips.h"
