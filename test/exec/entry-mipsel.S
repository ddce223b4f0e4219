/* SPDX-License-Identifier: GPL-2.0 */
#include "entry-mips-o32.S"
