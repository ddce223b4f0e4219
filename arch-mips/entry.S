/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Code that emitted programs call.
 */
	.set	noreorder
	.set	noat

/*
 * bjn_mips_may_goto - check whether a loop may go on (BJN_CALL_MAY_GOTO)
 *
 * The low half of BPF_REG_AX is in t8, and so is its high half on a 64-bit CPU;
 * on a 32-bit one that is in s8. In: address of count and time stamp, out: new
 * count. Preserves everything else that may hold a BPF register or an argument.
 */
	.text
	.globl	bjn_mips_may_goto
	.type	bjn_mips_may_goto, @function
	.ent	bjn_mips_may_goto
#if _MIPS_SIM == _ABI64

bjn_mips_may_goto:
	daddiu	$sp, $sp, -80
	sd	$31, 72($sp)
	sd	$2, 64($sp)
	sd	$4, 56($sp)
	sd	$5, 48($sp)
	sd	$6, 40($sp)
	sd	$7, 32($sp)
	sd	$8, 24($sp)
	sd	$9, 16($sp)
	sd	$10, 8($sp)
	sd	$11, 0($sp)

	lui	$25, %highest(bjn_mips_may_goto_check)
	daddiu	$25, $25, %higher(bjn_mips_may_goto_check)
	dsll	$25, $25, 16
	daddiu	$25, $25, %hi(bjn_mips_may_goto_check)
	dsll	$25, $25, 16
	ld	$25, %lo(bjn_mips_may_goto_check)($25)
	jalr	$25
	move	$4, $24
	move	$24, $2

	ld	$31, 72($sp)
	ld	$2, 64($sp)
	ld	$4, 56($sp)
	ld	$5, 48($sp)
	ld	$6, 40($sp)
	ld	$7, 32($sp)
	ld	$8, 24($sp)
	ld	$9, 16($sp)
	ld	$10, 8($sp)
	ld	$11, 0($sp)
	jr	$31
	daddiu	$sp, $sp, 80

#else

/* Frame: 0 homes of a0-a3, 16 v0, v1, 24 a0-a3, 40 t0-t5, 64 ra */
bjn_mips_may_goto:
	addiu	$sp, $sp, -72
	sw	$31, 64($sp)
	sw	$2, 16($sp)
	sw	$3, 20($sp)
	sw	$4, 24($sp)
	sw	$5, 28($sp)
	sw	$6, 32($sp)
	sw	$7, 36($sp)
	sw	$8, 40($sp)
	sw	$9, 44($sp)
	sw	$10, 48($sp)
	sw	$11, 52($sp)
	sw	$12, 56($sp)
	sw	$13, 60($sp)

	lui	$25, %hi(bjn_mips_may_goto_check)
	lw	$25, %lo(bjn_mips_may_goto_check)($25)
	jalr	$25
	move	$4, $24
#ifdef __MIPSEB__
	move	$24, $3
	move	$30, $2
#else
	move	$24, $2
	move	$30, $3
#endif

	lw	$31, 64($sp)
	lw	$2, 16($sp)
	lw	$3, 20($sp)
	lw	$4, 24($sp)
	lw	$5, 28($sp)
	lw	$6, 32($sp)
	lw	$7, 36($sp)
	lw	$8, 40($sp)
	lw	$9, 44($sp)
	lw	$10, 48($sp)
	lw	$11, 52($sp)
	lw	$12, 56($sp)
	lw	$13, 60($sp)
	jr	$31
	addiu	$sp, $sp, 72

#endif
	.end	bjn_mips_may_goto
	.size	bjn_mips_may_goto, . - bjn_mips_may_goto
