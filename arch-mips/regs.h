/* SPDX-License-Identifier: GPL-2.0 */
/*
 * General registers of MIPS. The two ABIs name $8 to $15 differently (a4-a7,
 * t0-t3 in n64; t0-t7 in o32), so these have their numbers here.
 */
#ifndef BJN_MIPS_REGS_H
#define BJN_MIPS_REGS_H

enum mi_reg {
	MI_ZERO, MI_AT, MI_V0, MI_V1, MI_A0, MI_A1, MI_A2, MI_A3,
	MI_8, MI_9, MI_10, MI_11, MI_12, MI_13, MI_14, MI_15,
	MI_S0, MI_S1, MI_S2, MI_S3, MI_S4, MI_S5, MI_S6, MI_S7,
	MI_T8, MI_T9, MI_K0, MI_K1, MI_GP, MI_SP, MI_S8, MI_RA,
};

/* No machine register: R10 (a constant above $sp) and unknown numbers. */
#define MI_NONE		0xff

/* Kernel: the thread_info of the current task. Never written. */
#define MI_THREAD	MI_GP

/* Scratch of a far jump; no other scratch register survives one. */
#define MI_JUMP_ADDR	MI_AT
#define MI_JUMP_RA	MI_T9

#endif
