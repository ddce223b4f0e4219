/* SPDX-License-Identifier: GPL-2.0 */
/*
 * void bt_enter(const void *fn, const u64 *args, struct bt_state *st)
 *
 * Calls fn(args[0] ... args[4]) with a pattern in every register that must
 * survive and rubbish in every one that need not, and reports the differences.
 * $gp is the thread register of the kernel: the thread pointer here.
 *
 * Frame: 0 ra, 8 fp, 16..72 s0-s7, 80 gp, 88 outer state
 */
#define PATTERN		0x5a5

	.set	noreorder
	.set	noat

	.macro	differ reg, want, bit
	xor	$12, \reg, \want
	sltu	$12, $0, $12
	dsll	$12, $12, \bit
	or	$14, $14, $12
	.endm

	.macro	thread_pointer
	.set	push
	.set	mips64r2
	rdhwr	$3, $29
	.set	pop
	.endm

	/* An address without $gp: static executables lie where they were linked. */
	.macro	state_now
	lui	$13, %highest(bt_state_now)
	daddiu	$13, $13, %higher(bt_state_now)
	dsll	$13, $13, 16
	daddiu	$13, $13, %hi(bt_state_now)
	dsll	$13, $13, 16
	daddiu	$13, $13, %lo(bt_state_now)
	.endm

	.text
	.globl	bt_enter
	.type	bt_enter, @function
	.ent	bt_enter
bt_enter:
	daddiu	$sp, $sp, -96
	sd	$31, 0($sp)
	sd	$30, 8($sp)
	sd	$16, 16($sp)
	sd	$17, 24($sp)
	sd	$18, 32($sp)
	sd	$19, 40($sp)
	sd	$20, 48($sp)
	sd	$21, 56($sp)
	sd	$22, 64($sp)
	sd	$23, 72($sp)
	sd	$28, 80($sp)
	state_now
	ld	$14, 0($13)
	sd	$14, 88($sp)
	sd	$6, 0($13)
	sd	$sp, 24($6)

	daddiu	$16, $0, PATTERN + 0
	daddiu	$17, $0, PATTERN + 1
	daddiu	$18, $0, PATTERN + 2
	daddiu	$19, $0, PATTERN + 3
	daddiu	$20, $0, PATTERN + 4
	daddiu	$21, $0, PATTERN + 5
	daddiu	$22, $0, PATTERN + 6
	daddiu	$23, $0, PATTERN + 7
	daddiu	$30, $0, PATTERN + 8

	move	$25, $4
	move	$12, $5
	ld	$4, 0($12)
	ld	$5, 8($12)
	ld	$6, 16($12)
	ld	$7, 24($12)
	ld	$8, 32($12)
	thread_pointer
	move	$28, $3
	dli	$12, 0x0bad0bad0bad0bad
	move	$1, $12
	move	$2, $12
	move	$3, $12
	move	$9, $12
	move	$10, $12
	move	$11, $12
	move	$13, $12
	move	$14, $12
	move	$15, $12
	move	$24, $12
	jalr	$25
	nop

	move	$15, $28
	thread_pointer
	state_now
	ld	$13, 0($13)
	ld	$11, 24($13)
	move	$14, $0
	daddiu	$10, $0, PATTERN
	differ	$16, $10, 0
	daddiu	$10, $10, 1
	differ	$17, $10, 1
	daddiu	$10, $10, 1
	differ	$18, $10, 2
	daddiu	$10, $10, 1
	differ	$19, $10, 3
	daddiu	$10, $10, 1
	differ	$20, $10, 4
	daddiu	$10, $10, 1
	differ	$21, $10, 5
	daddiu	$10, $10, 1
	differ	$22, $10, 6
	daddiu	$10, $10, 1
	differ	$23, $10, 7
	daddiu	$10, $10, 1
	differ	$30, $10, 8
	differ	$15, $3, 9
	differ	$sp, $11, 10
	move	$sp, $11
	sd	$2, 0($13)
	sd	$2, 8($13)
	sd	$14, 16($13)

	state_now
	ld	$14, 88($sp)
	sd	$14, 0($13)
	ld	$28, 80($sp)
	ld	$23, 72($sp)
	ld	$22, 64($sp)
	ld	$21, 56($sp)
	ld	$20, 48($sp)
	ld	$19, 40($sp)
	ld	$18, 32($sp)
	ld	$17, 24($sp)
	ld	$16, 16($sp)
	ld	$30, 8($sp)
	ld	$31, 0($sp)
	jr	$31
	daddiu	$sp, $sp, 96
	.end	bt_enter
	.size	bt_enter, . - bt_enter

/* A helper that destroys whatever a C function is allowed to destroy. */
	.globl	bt_trash_regs
	.type	bt_trash_regs, @function
	.ent	bt_trash_regs
bt_trash_regs:
	dli	$2, 0x7ead7ead7ead7ead
	daddiu	$1, $2, 1
	daddiu	$3, $2, 3
	daddiu	$4, $2, 4
	daddiu	$5, $2, 5
	daddiu	$6, $2, 6
	daddiu	$7, $2, 7
	daddiu	$8, $2, 8
	daddiu	$9, $2, 9
	daddiu	$10, $2, 10
	daddiu	$11, $2, 11
	daddiu	$12, $2, 12
	daddiu	$13, $2, 13
	daddiu	$14, $2, 14
	daddiu	$15, $2, 15
	daddiu	$24, $2, 24
	jr	$31
	daddiu	$25, $2, 25
	.end	bt_trash_regs
	.size	bt_trash_regs, . - bt_trash_regs

/* The module's routine, but a register does not survive. */
	.globl	bt_may_goto_r0
	.type	bt_may_goto_r0, @function
	.ent	bt_may_goto_r0
bt_may_goto_r0:
	daddiu	$sp, $sp, -16
	sd	$31, 0($sp)
	.set	at
	dla	$25, bjn_mips_may_goto
	.set	noat
	jalr	$25
	nop
	ld	$31, 0($sp)
	daddiu	$2, $0, 0x77
	jr	$31
	daddiu	$sp, $sp, 16
	.end	bt_may_goto_r0
	.size	bt_may_goto_r0, . - bt_may_goto_r0

	.globl	bt_may_goto_r5
	.type	bt_may_goto_r5, @function
	.ent	bt_may_goto_r5
bt_may_goto_r5:
	daddiu	$sp, $sp, -16
	sd	$31, 0($sp)
	.set	at
	dla	$25, bjn_mips_may_goto
	.set	noat
	jalr	$25
	nop
	ld	$31, 0($sp)
	daddiu	$8, $0, 0x77
	jr	$31
	daddiu	$sp, $sp, 16
	.end	bt_may_goto_r5
	.size	bt_may_goto_r5, . - bt_may_goto_r5

	.bss
	.balign	8
bt_state_now:
	.space	8
	.section .note.GNU-stack, "", @progbits
