/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Code that emitted programs call.
 */
#include <linux/linkage.h>

/*
 * bjn_a64_may_goto - check whether a loop may go on (BJN_CALL_MAY_GOTO)
 * x9: BPF_REG_AX, in: address of count and time stamp, out: new count
 *
 * Preserves everything else that may hold a BPF register or an argument, and
 * has a frame record of its own.
 */
SYM_FUNC_START(bjn_a64_may_goto)
	stp	x29, x30, [sp, #-96]!
	mov	x29, sp
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	stp	x6, x7, [sp, #64]
	str	x8, [sp, #80]

	mov	x0, x9
	adrp	x10, bjn_a64_may_goto_check
	ldr	x10, [x10, #:lo12:bjn_a64_may_goto_check]
	blr	x10
	mov	x9, x0

	ldr	x8, [sp, #80]
	ldp	x6, x7, [sp, #64]
	ldp	x4, x5, [sp, #48]
	ldp	x2, x3, [sp, #32]
	ldp	x0, x1, [sp, #16]
	ldp	x29, x30, [sp], #96
	ret
SYM_FUNC_END(bjn_a64_may_goto)
