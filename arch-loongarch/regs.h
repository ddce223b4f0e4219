/* SPDX-License-Identifier: GPL-2.0 */
/*
 * General registers of LoongArch and the roles the emitter gives them.
 */
#ifndef BJN_LOONGARCH_REGS_H
#define BJN_LOONGARCH_REGS_H

/* Numbers and names of the LP64D calling convention; $r21 is the kernel's. */
enum la_reg {
	LA_ZERO, LA_RA, LA_TP, LA_SP,
	LA_A0, LA_A1, LA_A2, LA_A3, LA_A4, LA_A5, LA_A6, LA_A7,
	LA_T0, LA_T1, LA_T2, LA_T3, LA_T4, LA_T5, LA_T6, LA_T7, LA_T8,
	LA_U0,
	LA_FP, LA_S0, LA_S1, LA_S2, LA_S3, LA_S4, LA_S5, LA_S6, LA_S7, LA_S8,
};

/* No machine register: R10 (a constant above $sp) and unknown numbers. */
#define LA_NONE		0xff

/*
 * Roles. R0 to R5, the tail call counter and t0 at entry are the stock JIT's
 * ABI: programs of both JITs call and tail-call each other.
 */
#define LA_R0		LA_A5	/* R0 at entry to and exit from a program */
#define LA_R1		LA_A0
#define LA_TCC		LA_A6	/* tail call count, or pointer to it */
#define LA_ENTRY_RA	LA_T0	/* return address while a trampoline is entered */
#define LA_PERCPU	LA_U0	/* kernel: this CPU's per-CPU offset */

/*
 * $sp at the entry of the program that catches exceptions, from there down to
 * whoever throws. Nothing else uses it: no code of ours, no trampoline, and C
 * functions preserve it.
 */
#define LA_BOUNDARY	LA_S8

/* Scratch within one BPF instruction. */
#define LA_X0		LA_T0	/* addresses, large offsets */
#define LA_X1		LA_T1	/* first operand, immediates */
#define LA_X2		LA_T2	/* second operand */
#define LA_X3		LA_T8	/* one more for atomics and tail calls */

#define LA_AX		LA_T3	/* BPF_REG_AX; never live across a call */

#endif
