/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Code that emitted programs call.
 */
#include <linux/linkage.h>
#include <asm/regdef.h>

/*
 * bjn_la_may_goto - check whether a loop may go on (BJN_CALL_MAY_GOTO)
 * t3: BPF_REG_AX, in: address of count and time stamp, out: new count
 *
 * Preserves everything else that may hold a BPF register or an argument. The
 * prologue is one that the kernel's unwinders understand.
 */
SYM_FUNC_START(bjn_la_may_goto)
	addi.d	sp, sp, -80
	st.d	ra, sp, 72
	st.d	t4, sp, 64
	st.d	a7, sp, 56
	st.d	a6, sp, 48
	st.d	a5, sp, 40
	st.d	a4, sp, 32
	st.d	a3, sp, 24
	st.d	a2, sp, 16
	st.d	a1, sp, 8
	st.d	a0, sp, 0

	move	a0, t3
	la.pcrel t0, bjn_la_may_goto_check
	ld.d	t0, t0, 0
	jirl	ra, t0, 0
	move	t3, a0

	ld.d	ra, sp, 72
	ld.d	t4, sp, 64
	ld.d	a7, sp, 56
	ld.d	a6, sp, 48
	ld.d	a5, sp, 40
	ld.d	a4, sp, 32
	ld.d	a3, sp, 24
	ld.d	a2, sp, 16
	ld.d	a1, sp, 8
	ld.d	a0, sp, 0
	addi.d	sp, sp, 80
	jr	ra
SYM_FUNC_END(bjn_la_may_goto)
