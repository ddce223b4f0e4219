/* SPDX-License-Identifier: GPL-2.0 */
/*
 * void bt_enter(const void *fn, const u64 *args, struct bt_state *st)
 *
 * Calls fn(args[0] ... args[4]) with a pattern in every register that must
 * survive and rubbish in every one that need not, and reports the differences.
 *
 * Frame: 0 x29, x30; 16 ... 88 x19-x28; 96 outer state
 */
#define PATTERN		0x5a5

	.macro	differ reg, want, bit
	cmp	\reg, \want
	cset	x10, ne
	orr	x12, x12, x10, lsl #\bit
	.endm

	.text
	.globl	bt_enter
	.type	bt_enter, @function
bt_enter:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	adrp	x9, bt_state_now
	add	x9, x9, :lo12:bt_state_now
	ldr	x10, [x9]
	str	x10, [sp, #96]
	str	x2, [x9]
	mov	x10, sp
	str	x10, [x2, #24]

	mov	x19, #PATTERN + 0
	mov	x20, #PATTERN + 1
	mov	x21, #PATTERN + 2
	mov	x22, #PATTERN + 3
	mov	x23, #PATTERN + 4
	mov	x24, #PATTERN + 5
	mov	x25, #PATTERN + 6
	mov	x26, #PATTERN + 7
	mov	x27, #PATTERN + 8
	mov	x28, #PATTERN + 9
	mov	x29, #PATTERN + 10
	mov	x18, #PATTERN + 11

	mov	x17, x0
	mov	x16, x1
	ldp	x0, x1, [x16]
	ldp	x2, x3, [x16, #16]
	ldr	x4, [x16, #32]
	mov	x5, #0x0bad
	movk	x5, #0x0bad, lsl #16
	orr	x5, x5, x5, lsl #32
	mov	x6, x5
	mov	x7, x5
	mov	x8, x5
	mov	x9, x5
	mov	x10, x5
	mov	x11, x5
	mov	x12, x5
	mov	x13, x5
	mov	x14, x5
	mov	x15, x5
	mov	x16, x5
	blr	x17

	adrp	x9, bt_state_now
	add	x9, x9, :lo12:bt_state_now
	ldr	x9, [x9]
	ldr	x13, [x9, #24]
	mov	x12, #0
	mov	x11, #PATTERN
	differ	x19, x11, 0
	add	x11, x11, #1
	differ	x20, x11, 1
	add	x11, x11, #1
	differ	x21, x11, 2
	add	x11, x11, #1
	differ	x22, x11, 3
	add	x11, x11, #1
	differ	x23, x11, 4
	add	x11, x11, #1
	differ	x24, x11, 5
	add	x11, x11, #1
	differ	x25, x11, 6
	add	x11, x11, #1
	differ	x26, x11, 7
	add	x11, x11, #1
	differ	x27, x11, 8
	add	x11, x11, #1
	differ	x28, x11, 9
	add	x11, x11, #1
	differ	x29, x11, 10
	add	x11, x11, #1
	differ	x18, x11, 11
	mov	x10, sp
	mov	x11, x10
	differ	x11, x13, 12
	mov	sp, x13
	str	x0, [x9, #0]
	str	x0, [x9, #8]
	str	x12, [x9, #16]

	adrp	x9, bt_state_now
	add	x9, x9, :lo12:bt_state_now
	ldr	x10, [sp, #96]
	str	x10, [x9]
	ldp	x27, x28, [sp, #80]
	ldp	x25, x26, [sp, #64]
	ldp	x23, x24, [sp, #48]
	ldp	x21, x22, [sp, #32]
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #112
	ret
	.size	bt_enter, . - bt_enter

/* A helper that destroys whatever a C function is allowed to destroy. */
	.globl	bt_trash_regs
	.type	bt_trash_regs, @function
bt_trash_regs:
	mov	x0, #0x7ead
	movk	x0, #0x7ead, lsl #16
	orr	x0, x0, x0, lsl #32
	add	x1, x0, #1
	add	x2, x0, #2
	add	x3, x0, #3
	add	x4, x0, #4
	add	x5, x0, #5
	add	x6, x0, #6
	add	x7, x0, #7
	add	x8, x0, #8
	add	x9, x0, #9
	add	x10, x0, #10
	add	x11, x0, #11
	add	x12, x0, #12
	add	x13, x0, #13
	add	x14, x0, #14
	add	x15, x0, #15
	add	x16, x0, #16
	add	x17, x0, #17
	cmp	x0, x1
	ret
	.size	bt_trash_regs, . - bt_trash_regs

/* The module's routine, but a register does not survive. */
	.globl	bt_may_goto_r0
	.type	bt_may_goto_r0, @function
bt_may_goto_r0:
	stp	x29, x30, [sp, #-16]!
	bl	bjn_a64_may_goto
	ldp	x29, x30, [sp], #16
	mov	x8, #0x77
	ret
	.size	bt_may_goto_r0, . - bt_may_goto_r0

	.globl	bt_may_goto_r5
	.type	bt_may_goto_r5, @function
bt_may_goto_r5:
	stp	x29, x30, [sp, #-16]!
	bl	bjn_a64_may_goto
	ldp	x29, x30, [sp], #16
	mov	x4, #0x77
	ret
	.size	bt_may_goto_r5, . - bt_may_goto_r5

	.bss
	.balign	8
bt_state_now:
	.space	8
	.section .note.GNU-stack, "", @progbits
