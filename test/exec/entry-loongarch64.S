/* SPDX-License-Identifier: GPL-2.0 */
/*
 * void bt_enter(const void *fn, const u64 *args, struct bt_state *st)
 *
 * Calls fn(args[0] ... args[4]) with a pattern in every register that must
 * survive and rubbish in every one that need not, and reports the differences.
 *
 * Frame: 0 ra, 8 fp, 16..80 s0-s8, 88 r21, 96 tp, 104 outer state
 */
#define PATTERN		0x5a5

	.macro	differ reg, want, bit
	xor	$t0, \reg, \want
	sltu	$t0, $zero, $t0
	slli.d	$t0, $t0, \bit
	or	$t2, $t2, $t0
	.endm

	.text
	.globl	bt_enter
	.type	bt_enter, @function
bt_enter:
	addi.d	$sp, $sp, -112
	st.d	$ra, $sp, 0
	st.d	$fp, $sp, 8
	st.d	$s0, $sp, 16
	st.d	$s1, $sp, 24
	st.d	$s2, $sp, 32
	st.d	$s3, $sp, 40
	st.d	$s4, $sp, 48
	st.d	$s5, $sp, 56
	st.d	$s6, $sp, 64
	st.d	$s7, $sp, 72
	st.d	$s8, $sp, 80
	st.d	$r21, $sp, 88
	st.d	$tp, $sp, 96
	la.pcrel $t1, bt_state_now
	ld.d	$t2, $t1, 0
	st.d	$t2, $sp, 104
	st.d	$a2, $t1, 0
	st.d	$sp, $a2, 24

	addi.d	$s0, $zero, PATTERN + 0
	addi.d	$s1, $zero, PATTERN + 1
	addi.d	$s2, $zero, PATTERN + 2
	addi.d	$s3, $zero, PATTERN + 3
	addi.d	$s4, $zero, PATTERN + 4
	addi.d	$s5, $zero, PATTERN + 5
	addi.d	$s6, $zero, PATTERN + 6
	addi.d	$s7, $zero, PATTERN + 7
	addi.d	$s8, $zero, PATTERN + 8
	addi.d	$fp, $zero, PATTERN + 9
	addi.d	$r21, $zero, PATTERN + 10

	move	$t1, $a0
	move	$t0, $a1
	ld.d	$a0, $t0, 0
	ld.d	$a1, $t0, 8
	ld.d	$a2, $t0, 16
	ld.d	$a3, $t0, 24
	ld.d	$a4, $t0, 32
	li.d	$t0, 0x0bad0bad0bad0bad
	move	$a5, $t0
	move	$a6, $t0
	move	$a7, $t0
	move	$t2, $t0
	move	$t3, $t0
	move	$t4, $t0
	move	$t5, $t0
	move	$t6, $t0
	move	$t7, $t0
	move	$t8, $t0
	jirl	$ra, $t1, 0

	la.pcrel $t1, bt_state_now
	ld.d	$t1, $t1, 0
	ld.d	$t3, $t1, 24
	move	$t2, $zero
	addi.d	$t4, $zero, PATTERN
	differ	$s0, $t4, 0
	addi.d	$t4, $t4, 1
	differ	$s1, $t4, 1
	addi.d	$t4, $t4, 1
	differ	$s2, $t4, 2
	addi.d	$t4, $t4, 1
	differ	$s3, $t4, 3
	addi.d	$t4, $t4, 1
	differ	$s4, $t4, 4
	addi.d	$t4, $t4, 1
	differ	$s5, $t4, 5
	addi.d	$t4, $t4, 1
	differ	$s6, $t4, 6
	addi.d	$t4, $t4, 1
	differ	$s7, $t4, 7
	addi.d	$t4, $t4, 1
	differ	$s8, $t4, 8
	addi.d	$t4, $t4, 1
	differ	$fp, $t4, 9
	addi.d	$t4, $t4, 1
	differ	$r21, $t4, 10
	ld.d	$t4, $t3, 96
	differ	$tp, $t4, 11
	differ	$sp, $t3, 12
	move	$sp, $t3
	st.d	$a5, $t1, 0
	st.d	$a0, $t1, 8
	st.d	$t2, $t1, 16

	la.pcrel $t1, bt_state_now
	ld.d	$t2, $sp, 104
	st.d	$t2, $t1, 0
	ld.d	$tp, $sp, 96
	ld.d	$r21, $sp, 88
	ld.d	$s8, $sp, 80
	ld.d	$s7, $sp, 72
	ld.d	$s6, $sp, 64
	ld.d	$s5, $sp, 56
	ld.d	$s4, $sp, 48
	ld.d	$s3, $sp, 40
	ld.d	$s2, $sp, 32
	ld.d	$s1, $sp, 24
	ld.d	$s0, $sp, 16
	ld.d	$fp, $sp, 8
	ld.d	$ra, $sp, 0
	addi.d	$sp, $sp, 112
	jirl	$zero, $ra, 0
	.size	bt_enter, . - bt_enter

/* A helper that destroys whatever a C function is allowed to destroy. */
	.globl	bt_trash_regs
	.type	bt_trash_regs, @function
bt_trash_regs:
	li.d	$a0, 0x7ead7ead7ead7ead
	addi.d	$a1, $a0, 1
	addi.d	$a2, $a0, 2
	addi.d	$a3, $a0, 3
	addi.d	$a4, $a0, 4
	addi.d	$a5, $a0, 5
	addi.d	$a6, $a0, 6
	addi.d	$a7, $a0, 7
	addi.d	$t0, $a0, 8
	addi.d	$t1, $a0, 9
	addi.d	$t2, $a0, 10
	addi.d	$t3, $a0, 11
	addi.d	$t4, $a0, 12
	addi.d	$t5, $a0, 13
	addi.d	$t6, $a0, 14
	addi.d	$t7, $a0, 15
	addi.d	$t8, $a0, 16
	jirl	$zero, $ra, 0
	.size	bt_trash_regs, . - bt_trash_regs

/* The module's routine, but a register does not survive. R0 is in a5 or t4. */
	.globl	bt_may_goto_r0
	.type	bt_may_goto_r0, @function
bt_may_goto_r0:
	addi.d	$sp, $sp, -16
	st.d	$ra, $sp, 0
	bl	bjn_la_may_goto
	ld.d	$ra, $sp, 0
	addi.d	$sp, $sp, 16
	addi.d	$a5, $zero, 0x77
	addi.d	$t4, $zero, 0x77
	jirl	$zero, $ra, 0
	.size	bt_may_goto_r0, . - bt_may_goto_r0

	.globl	bt_may_goto_r5
	.type	bt_may_goto_r5, @function
bt_may_goto_r5:
	addi.d	$sp, $sp, -16
	st.d	$ra, $sp, 0
	bl	bjn_la_may_goto
	ld.d	$ra, $sp, 0
	addi.d	$sp, $sp, 16
	addi.d	$a4, $zero, 0x77
	jirl	$zero, $ra, 0
	.size	bt_may_goto_r5, . - bt_may_goto_r5

	.bss
	.balign	8
bt_state_now:
	.space	8
	.section .note.GNU-stack, "", @progbits
