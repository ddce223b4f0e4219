/* SPDX-License-Identifier: GPL-2.0 */
/* bt_enter() is in sim-mips64.h. */
	.text
	.globl	bt_trash_regs
	.type	bt_trash_regs, @function
bt_trash_regs:
	.set	noreorder
	dli	$2, 0x7ead7ead7ead7ead
	jr	$31
	nop
	.size	bt_trash_regs, . - bt_trash_regs
	.section .note.GNU-stack, "", @progbits
