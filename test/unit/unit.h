/* SPDX-License-Identifier: GPL-2.0 */
/* A test harness of three lines, and a back end that only counts words. */
#ifndef BU_UNIT_H
#define BU_UNIT_H

#include <stdio.h>

#include "../../module/core/buf.h"

extern unsigned int bu_number, bu_failed;

static inline void bu_check(bool ok, const char *what)
{
	bu_number++;
	bu_failed += !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", bu_number, what);
}

#define CHECK(cond)	bu_check(cond, #cond)

/* mock.c */
struct bu_run {
	struct bjn_env env;
	struct bjn_prog prog;
	struct bjn_ctx c;
	u32 code[4096];
	u32 off[1024];
	struct bjn_fixup fix[1024];
	struct bjn_extable ex[1024];
};

/* the mock says when it took a long form */
extern bool bu_says_far;

int bu_compile(struct bu_run *r, const struct bpf_insn *insns, u32 len);

/* What the mock's words say. */
#define BU_PROLOGUE	0x10000000
#define BU_EPILOGUE	0x20000000
#define BU_PLAIN	0x30000000
#define BU_SHORT	0x40000000	/* | 16 bits of distance */
#define BU_LONG		0x50000000
#define BU_LONG_2	0x60000000	/* | 24 bits of distance */
#define BU_LOAD		0x70000000
#define BU_REACH	8		/* words that a short branch reaches */

/* Opcodes of the mock beyond the plain ones; imm of BU_MISBEHAVE chooses. */
#define BU_JUMP		(BPF_JMP | BPF_JA)
#define BU_PROBE	(BPF_LDX | BJN_PROBE_MEM | BPF_DW)
#define BU_MISBEHAVE	(BPF_ALU64 | BPF_ADD | BPF_K)
enum {
	BU_TOO_LARGE = 1,	/* more words than its bound */
	BU_TOO_MANY_FIXUPS,
	BU_TOO_MANY_EXTABLE,
	BU_TWO_ERRORS,
	BU_BAD_OPERAND,
};

void bu_test_buf(void);
void bu_test_compile(void);

#endif
