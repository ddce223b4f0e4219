/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The BPF instruction set as a JIT sees it: RFC 9669 plus the forms that only
 * the verifier produces (include/linux/filter.h). Names that an older UAPI
 * header lacks are filled in; verifier-internal forms carry our own prefix so
 * that they never clash with the kernel's.
 */
#ifndef BJN_CORE_ISA_H
#define BJN_CORE_ISA_H

#include "types.h"

#ifndef BPF_MEMSX
#define BPF_MEMSX	0x80
#endif
#ifndef BPF_LOAD_ACQ
#define BPF_LOAD_ACQ	0x100
#endif
#ifndef BPF_STORE_REL
#define BPF_STORE_REL	0x110
#endif
#ifndef BPF_PSEUDO_FUNC
#define BPF_PSEUDO_FUNC	4
#endif

/* Opcode fields. */
#define BJN_CLASS(code)	((code) & 0x07)
#define BJN_SIZE(code)	((code) & 0x18)
#define BJN_MODE(code)	((code) & 0xe0)
#define BJN_OP(code)	((code) & 0xf0)

/* Whole opcodes that are not built from a regular grid. */
#define BJN_LD_IMM64	(BPF_LD | BPF_DW | BPF_IMM)	/* two slots */
#define BJN_TAIL_CALL	(BPF_JMP | 0xf0)		/* kernel: BPF_JMP | BPF_TAIL_CALL */
#define BJN_GOTOX	(BPF_JMP | BPF_JA | BPF_X)
#define BJN_GOTOL	(BPF_JMP32 | BPF_JA)

/* Modes that the verifier writes into loads, stores and atomics. */
#define BJN_PROBE_MEM		0x20	/* LDX: kernel pointer, zero on fault */
#define BJN_PROBE_MEMSX		0x40	/* LDX: the same, sign-extending */
#define BJN_PROBE_MEM32		0xa0	/* LDX, ST, STX: 32-bit arena offset */
#define BJN_PROBE_MEM32SX	0xc0	/* LDX: the same, sign-extending */
#define BJN_NOSPEC		0xc0	/* ST: speculation barrier */
#define BJN_PROBE_ATOMIC	0xe0	/* STX: atomic on an arena pointer */

/* Values of off in ALU64 MOV X that are not sign extensions. */
#define BJN_MOV_ARENA_CAST	1	/* addr_space_cast */
#define BJN_MOV_PERCPU		(-1)	/* this-CPU address of a per-CPU pointer */

/* imm of an addr_space_cast from the kernel's view to the user's. */
#define BJN_CAST_USER_IMM	(1u << 16)

#define BJN_MAX_REG		16	/* BPF registers by number: R0-R10, r11, AX */
#define BJN_MAX_TAIL_CALLS	33	/* kernel: MAX_TAIL_CALL_CNT */
#define BJN_REG_ARGS		11	/* kernel 7.2+: BPF_REG_PARAMS */
#define BJN_MAX_ARGS		12	/* kernel 7.2+: MAX_BPF_FUNC_ARGS */

#endif
