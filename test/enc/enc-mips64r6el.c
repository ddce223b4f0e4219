// SPDX-License-Identifier: GPL-2.0
#define HAVE_R2
#define HAVE_R6
#define HAVE_64
#include "enc-mips.h"
