/* SPDX-License-Identifier: GPL-2.0 */
/*
 * void bt_enter(const void *fn, const u64 *args, struct bt_state *st)
 *
 * Calls fn(args[0] ... args[4]) with a pattern in every register that must
 * survive and rubbish in every one that need not, and reports the differences.
 * $gp is the thread register of the kernel: the thread pointer here.
 *
 * A main program is called by the kernel with one word, which it makes R1; it
 * begins with the initialisation of the tail call count, or a branch in its place. Other programs get
 * five arguments of 64 bits. Main programs of the tests may use R2 to R5, so
 * these are in their registers as well.
 *
 * Frame: 0 homes of a0-a3, 16 args[2] to args[4], 40 ra, fp, s0-s7, gp, 84
 * outer state, 88 args
 */
#define PATTERN		0x5a5
#define MAIN_BEGINS	0xafb90000	/* second word: sw $25, 0($sp) */

	.set	noreorder
	.set	noat

	.macro	differ reg, want, bit
	xor	$12, \reg, \want
	sltu	$12, $0, $12
	sll	$12, $12, \bit
	or	$14, $14, $12
	.endm

	.macro	thread_pointer
	.set	push
	.set	mips32r2
	rdhwr	$3, $29
	.set	pop
	.endm

	/* An address without $gp: static executables lie where they were linked. */
	.macro	state_now
	lui	$13, %hi(bt_state_now)
	addiu	$13, $13, %lo(bt_state_now)
	.endm

	.text
	.globl	bt_enter
	.type	bt_enter, @function
	.ent	bt_enter
bt_enter:
	addiu	$sp, $sp, -96
	sw	$31, 40($sp)
	sw	$30, 44($sp)
	sw	$16, 48($sp)
	sw	$17, 52($sp)
	sw	$18, 56($sp)
	sw	$19, 60($sp)
	sw	$20, 64($sp)
	sw	$21, 68($sp)
	sw	$22, 72($sp)
	sw	$23, 76($sp)
	sw	$28, 80($sp)
	state_now
	lw	$14, 0($13)
	sw	$14, 84($sp)
	sw	$6, 0($13)
	sw	$0, 24($6)
	sw	$0, 28($6)
	sw	$sp, 24($6)

	addiu	$16, $0, PATTERN + 0
	addiu	$17, $0, PATTERN + 1
	addiu	$18, $0, PATTERN + 2
	addiu	$19, $0, PATTERN + 3
	addiu	$20, $0, PATTERN + 4
	addiu	$21, $0, PATTERN + 5
	addiu	$22, $0, PATTERN + 6
	addiu	$23, $0, PATTERN + 7
	addiu	$30, $0, PATTERN + 8

	move	$25, $4
	move	$15, $5
	thread_pointer
	move	$28, $3
	lw	$8, 16($15)
	sw	$8, 16($sp)
	lw	$9, 20($15)
	sw	$9, 20($sp)
	lw	$10, 24($15)
	sw	$10, 24($sp)
	lw	$11, 28($15)
	sw	$11, 28($sp)
	lw	$12, 32($15)
	sw	$12, 32($sp)
	lw	$13, 36($15)
	sw	$13, 36($sp)
	lw	$4, 0($15)
	lw	$5, 4($15)
	lw	$6, 8($15)
	lw	$7, 12($15)
#ifdef __MIPSEB__
	lui	$14, MAIN_BEGINS >> 16
	ori	$14, $14, MAIN_BEGINS & 0xffff
	lw	$15, 4($25)
	bne	$14, $15, 1f
	nop
	move	$4, $5
1:
#endif
	lui	$14, 0x0bad
	ori	$14, $14, 0x0bad
	move	$1, $14
	move	$2, $14
	move	$3, $14
	move	$15, $14
	move	$24, $14
	jalr	$25
	nop

	move	$15, $28
	move	$9, $2
	move	$11, $3
	thread_pointer
	state_now
	lw	$13, 0($13)
	lw	$8, 24($13)
	move	$14, $0
	addiu	$10, $0, PATTERN
	differ	$16, $10, 0
	addiu	$10, $10, 1
	differ	$17, $10, 1
	addiu	$10, $10, 1
	differ	$18, $10, 2
	addiu	$10, $10, 1
	differ	$19, $10, 3
	addiu	$10, $10, 1
	differ	$20, $10, 4
	addiu	$10, $10, 1
	differ	$21, $10, 5
	addiu	$10, $10, 1
	differ	$22, $10, 6
	addiu	$10, $10, 1
	differ	$23, $10, 7
	addiu	$10, $10, 1
	differ	$30, $10, 8
	differ	$15, $3, 9
	differ	$sp, $8, 10
	move	$sp, $8
	sw	$9, 0($13)
	sw	$11, 4($13)
	sw	$9, 8($13)
	sw	$11, 12($13)
#ifdef __MIPSEB__
	sw	$0, 16($13)
	sw	$14, 20($13)
#else
	sw	$14, 16($13)
	sw	$0, 20($13)
#endif

	state_now
	lw	$14, 84($sp)
	sw	$14, 0($13)
	lw	$28, 80($sp)
	lw	$23, 76($sp)
	lw	$22, 72($sp)
	lw	$21, 68($sp)
	lw	$20, 64($sp)
	lw	$19, 60($sp)
	lw	$18, 56($sp)
	lw	$17, 52($sp)
	lw	$16, 48($sp)
	lw	$30, 44($sp)
	lw	$31, 40($sp)
	jr	$31
	addiu	$sp, $sp, 96
	.end	bt_enter
	.size	bt_enter, . - bt_enter

/* A helper that destroys whatever a C function is allowed to destroy. */
	.globl	bt_trash_regs
	.type	bt_trash_regs, @function
	.ent	bt_trash_regs
bt_trash_regs:
	lui	$2, 0x7ead
	ori	$2, $2, 0x7ead
	addiu	$1, $2, 1
	addiu	$4, $2, 4
	addiu	$5, $2, 5
	addiu	$6, $2, 6
	addiu	$7, $2, 7
	addiu	$8, $2, 8
	addiu	$9, $2, 9
	addiu	$10, $2, 10
	addiu	$11, $2, 11
	addiu	$12, $2, 12
	addiu	$13, $2, 13
	addiu	$14, $2, 14
	addiu	$15, $2, 15
	addiu	$24, $2, 24
	sw	$4, 0($sp)
	sw	$5, 4($sp)
	sw	$6, 8($sp)
	sw	$7, 12($sp)
	addiu	$25, $2, 25
	jr	$31
	move	$3, $2
	.end	bt_trash_regs
	.size	bt_trash_regs, . - bt_trash_regs

/*
 * Calls the function in t8 and restores $gp. Return addresses are kept on a
 * stack of their own, for the arguments are on the other one; a run that a
 * signal ends leaves some behind.
 */
	.globl	bt_keep_gp
	.type	bt_keep_gp, @function
	.ent	bt_keep_gp
bt_keep_gp:
	lui	$25, %hi(returns_top)
	lw	$1, %lo(returns_top)($25)
	addiu	$1, $1, 4
	sw	$1, %lo(returns_top)($25)
	lui	$25, %hi(returns)
	addiu	$25, $25, %lo(returns)
	addu	$25, $25, $1
	sw	$31, 0($25)
	jalr	$24
	move	$25, $24

	lui	$25, %hi(returns_top)
	lw	$1, %lo(returns_top)($25)
	lui	$24, %hi(returns)
	addiu	$24, $24, %lo(returns)
	addu	$24, $24, $1
	lw	$31, 0($24)
	addiu	$1, $1, -4
	sw	$1, %lo(returns_top)($25)
	.set	push
	.set	mips32r2
	rdhwr	$24, $29
	.set	pop
	jr	$31
	move	$28, $24
	.end	bt_keep_gp
	.size	bt_keep_gp, . - bt_keep_gp

/* The module's routine, but a register does not survive. */
	.globl	bt_may_goto_r0
	.type	bt_may_goto_r0, @function
	.ent	bt_may_goto_r0
bt_may_goto_r0:
	addiu	$sp, $sp, -24
	sw	$31, 20($sp)
	lui	$25, %hi(bjn_mips_may_goto)
	addiu	$25, $25, %lo(bjn_mips_may_goto)
	jalr	$25
	nop
	lw	$31, 20($sp)
	addiu	$2, $0, 0x77
	jr	$31
	addiu	$sp, $sp, 24
	.end	bt_may_goto_r0
	.size	bt_may_goto_r0, . - bt_may_goto_r0

	.globl	bt_may_goto_r5
	.type	bt_may_goto_r5, @function
	.ent	bt_may_goto_r5
bt_may_goto_r5:
	addiu	$sp, $sp, -24
	sw	$31, 20($sp)
	lui	$25, %hi(bjn_mips_may_goto)
	addiu	$25, $25, %lo(bjn_mips_may_goto)
	jalr	$25
	nop
	lw	$31, 20($sp)
	addiu	$12, $0, 0x77
	jr	$31
	addiu	$sp, $sp, 24
	.end	bt_may_goto_r5
	.size	bt_may_goto_r5, . - bt_may_goto_r5

	.bss
	.balign	8
bt_state_now:
	.space	4
returns_top:
	.space	4
returns:
	.space	0x1000000
	.section .note.GNU-stack, "", @progbits
