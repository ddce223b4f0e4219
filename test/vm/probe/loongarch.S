/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/linkage.h>
#include <asm/regdef.h>

/* Bytes: saved s0-s8, fp, ra, where to report, $sp as it must come back. */
#define SAVED	0
#define FP_AT	72
#define RA_AT	80
#define OUT_AT	88
#define SP_AT	96
#define BYTES	112

/* Register $r22 + n (fp, then s0 to s8) gets this plus n. */
#define VALUE	0x6b0

	.macro	for_each_saved what
	\what	s0, 23, 0
	\what	s1, 24, 8
	\what	s2, 25, 16
	\what	s3, 26, 24
	\what	s4, 27, 32
	\what	s5, 28, 40
	\what	s6, 29, 48
	\what	s7, 30, 56
	\what	s8, 31, 64
	.endm

	.macro	keep reg, number, at
	st.d	\reg, sp, SAVED + \at
	.endm

	.macro	give_back reg, number, at
	ld.d	\reg, sp, SAVED + \at
	.endm

	.macro	mark reg, number, at
	ori	\reg, zero, VALUE + \number
	.endm

	/* t0 |= reg has lost its value */
	.macro	look_at reg, number, at
	xori	t1, \reg, VALUE + \number
	sltu	t1, zero, t1
	slli.d	t1, t1, \number
	or	t0, t0, t1
	.endm

/* u64 bjn_probe_call(fn, ctx, insns, lost): see probe.h */
SYM_FUNC_START(bjn_probe_call)
	addi.d	sp, sp, -BYTES
	st.d	ra, sp, RA_AT
	st.d	fp, sp, FP_AT
	for_each_saved keep
	st.d	a3, sp, OUT_AT
	st.d	sp, sp, SP_AT
	for_each_saved mark
	mark	fp, 22, 0

	move	t0, a0
	move	a0, a1
	move	a1, a2
	jirl	ra, t0, 0

	move	t0, zero
	for_each_saved look_at
	look_at	fp, 22, 0
	ld.d	t1, sp, SP_AT
	xor	t1, t1, sp
	sltu	t1, zero, t1
	slli.d	t1, t1, 3
	or	t0, t0, t1
	ld.d	t1, sp, OUT_AT
	st.d	t0, t1, 0

	for_each_saved give_back
	ld.d	fp, sp, FP_AT
	ld.d	ra, sp, RA_AT
	addi.d	sp, sp, BYTES
	jr	ra
SYM_FUNC_END(bjn_probe_call)
