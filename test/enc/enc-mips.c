// SPDX-License-Identifier: GPL-2.0
#define HAVE_PRE6
#define HAVE_IV
#define HAVE_R1
#define HAVE_R2
#include "enc-mips.h"
