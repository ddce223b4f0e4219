/* SPDX-License-Identifier: GPL-2.0 */
#include "entry-mips-n64.S"
