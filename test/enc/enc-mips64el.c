// SPDX-License-Identifier: GPL-2.0
#define HAVE_PRE6
#define HAVE_IV
#define HAVE_R1
#define HAVE_R2
#define HAVE_64
#include "enc-mips.h"
