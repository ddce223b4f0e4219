/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Room for stubs that call a probed function; kglue-hook.c writes them. MIPS
 * kernels do not write-protect the text of modules.
 */
#include "kglue-hook.h"

	.text
	.p2align 4
	.globl	bjn_stubs
	.type	bjn_stubs, @object
bjn_stubs:
	.fill	BJN_NR_STUBS * BJN_STUB_WORDS, 4, 0
	.size	bjn_stubs, . - bjn_stubs
