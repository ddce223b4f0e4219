/* SPDX-License-Identifier: GPL-2.0 */
/*
 * General registers of AArch64 and the roles the emitter gives them.
 */
#ifndef BJN_ARM64_REGS_H
#define BJN_ARM64_REGS_H

/*
 * Number 31 is the stack pointer as the base of a memory access and in
 * additions of a constant, and reads as zero everywhere else.
 */
enum a64_reg {
	A64_X0, A64_X1, A64_X2, A64_X3, A64_X4, A64_X5, A64_X6, A64_X7,
	A64_X8, A64_X9, A64_X10, A64_X11, A64_X12, A64_X13, A64_X14, A64_X15,
	A64_X16, A64_X17, A64_X18, A64_X19, A64_X20, A64_X21, A64_X22, A64_X23,
	A64_X24, A64_X25, A64_X26, A64_X27, A64_X28, A64_FP, A64_LR,
	A64_ZR, A64_SP = A64_ZR,
};

/* No machine register: R10 (a constant above the stack pointer). */
#define A64_NONE	0xff

/* Roles. Arguments, result and the tail call register are the stock JIT's ABI. */
#define A64_R0		A64_X8
#define A64_R1		A64_X0
#define A64_ENTRY_LR	A64_X9	/* return address while a trampoline is entered */
#define A64_TCC		A64_X26	/* pointer to the tail call count, or the count (6.1) */

/* Scratch within one BPF instruction. */
#define A64_T0		A64_X10	/* addresses, large offsets */
#define A64_T1		A64_X11	/* first operand, immediates */
#define A64_T2		A64_X12	/* second operand */
#define A64_T3		A64_X17	/* one more for atomics */

#define A64_BOUNDARY	A64_X27	/* SP of the exception boundary above what it saved */

#define A64_AX		A64_X9	/* BPF_REG_AX; never live across a call */

#endif
