/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_PROBE_H
#define BJN_PROBE_H

#ifndef __ASSEMBLY__

#include <linux/types.h>

/*
 * bjn_probe_call - call a program with a value of its own in every register
 *	that the C ABI wants preserved
 * @fn: code of the program
 * @ctx: first argument
 * @insns: second argument
 * @lost: set to the registers that came back with another value: a bit each,
 *	numbered as in the machine's encoding
 *
 * Return: what the program returned.
 */
u64 bjn_probe_call(const void *fn, const void *ctx, const void *insns, u64 *lost);

#endif

#endif
