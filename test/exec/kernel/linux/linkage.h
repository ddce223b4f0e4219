/* SPDX-License-Identifier: GPL-2.0 */
/* Enough of the kernel's header of this name to assemble arch-X/entry.S for user space. */
#define SYM_FUNC_START(name)	\
	.text;			\
	.balign	4;		\
	.globl	name;		\
name:
#define SYM_FUNC_END(name)	\
	.type	name, @function;\
	.section .note.GNU-stack, "", @progbits
