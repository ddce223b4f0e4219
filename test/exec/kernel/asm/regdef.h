/* SPDX-License-Identifier: GPL-2.0 */
/* Register names of LoongArch as the kernel's assembler sources have them. */
#define zero	$zero
#define ra	$ra
#define sp	$sp
#define fp	$fp
#define a0	$a0
#define a1	$a1
#define a2	$a2
#define a3	$a3
#define a4	$a4
#define a5	$a5
#define a6	$a6
#define a7	$a7
#define t0	$t0
#define t1	$t1
#define t2	$t2
#define t3	$t3
#define t4	$t4
#define t5	$t5
#define t6	$t6
#define t7	$t7
#define t8	$t8
