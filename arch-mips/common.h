/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What both widths share.
 *
 * Code overview
 * -------------
 * insn.def	instructions; insn.h their encoders
 * imm.c	constants
 * branch.c	branches and jumps of any distance
 * slot.c	delay slots
 * facts.c	what is known about upper halves
 * shared.c	byte swaps, jumps to addresses, landing pads
 * n64-*.c	64-bit CPUs, one file per topic; n64.h their frame
 * o32-*.c	32-bit CPUs, the same; o32.h their frame
 *
 * Instructions with a 32-bit result want operands that are sign-extended from
 * bit 31 on a 64-bit CPU (save sll and sllv, which take anything); BPF keeps
 * 32-bit values zero-extended. The n64 files say at each such instruction why
 * its operands are.
 */
#ifndef BJN_MIPS_COMMON_H
#define BJN_MIPS_COMMON_H

#include "backend.h"
#include "insn.h"

/* Number of the register that stands for arguments 6 and up, if AX is not. */
#define MI_REG_ARGS	BJN_REG_ARGS

typedef void mi_emit_fn(struct bjn_ctx *c, const struct bpf_insn *insn);

/**
 * mi_cpu - does the CPU have any of some capabilities?
 * @c: compilation
 * @bits: BJN_MIPS_CPU_*
 */
static inline bool mi_cpu(const struct bjn_ctx *c, u64 bits)
{
	return c->env->cpu & bits;
}

/* struct mi_frame.loose: an upper half that is not what it should be, or repeats bit 31 */
enum { MI_LOOSE = 1, MI_LOOSE_SEXT };

/**
 * struct mi_frame - first member of the frame of either width
 * @wide: 64-bit CPU
 * @loose: what mi_loose() said about the result of the current instruction
 * @zext: bit n: the upper half of BPF register n is zero
 * @sext: bit n: the upper half of BPF register n repeats bit 31
 * @entry: last word at which the code so far may be entered from elsewhere
 */
struct mi_frame {
	bool wide;
	u8 loose;
	u16 zext;
	u16 sext;
	u32 entry;
};

static inline struct mi_frame *mi_frame(const struct bjn_ctx *c)
{
	return (struct mi_frame *)c->arch;
}

static inline bool mi_is_wide(const struct bjn_ctx *c)
{
	return mi_frame(c)->wide;
}

/* ext, ins, dext, dins, seb, seh, wsbh, dsbh, dshd */
static inline bool mi_has_fields(const struct bjn_ctx *c)
{
	return mi_cpu(c, BJN_MIPS_CPU_R2 | BJN_MIPS_CPU_R6);
}

static inline bool mi_is_r6(const struct bjn_ctx *c)
{
	return mi_cpu(c, BJN_MIPS_CPU_R6);
}

static inline bool mi_is_be(const struct bjn_ctx *c)
{
	return mi_cpu(c, BJN_MIPS_CPU_BE);
}

/* imm.c; the bounds are in words */
#define MI_LI32_WORDS	2	/* mi_li32() */
#define MI_LI64_WORDS	6	/* mi_li64() of anything */
void mi_li32(struct bjn_ctx *c, enum mi_reg rd, s32 v);
void mi_li64(struct bjn_ctx *c, enum mi_reg rd, s64 v);
u32 mi_address_words(const struct bjn_ctx *c);
void mi_address(struct bjn_ctx *c, enum mi_reg rd, u64 addr);
bool mi_is_run(u64 v, unsigned int *msb, unsigned int *lsb);
bool mi_is_pow2(u64 v, unsigned int *log);

/* branch.c */
#define MI_JUMP_WORDS	10		/* mi_jump() */
#define MI_BRANCH_WORDS	(2 + MI_JUMP_WORDS)	/* mi_branch() */
void mi_branch(struct bjn_ctx *c, u32 op, enum mi_reg rs, enum mi_reg rt, u32 target);
void mi_jump(struct bjn_ctx *c, u32 target);
void mi_patch(struct bjn_ctx *c, const struct bjn_fixup *fix, s32 delta);

bool mi_is_decided(struct bjn_ctx *c, const struct bpf_insn *insn);

/* facts.c */
bool mi_is_zext(const struct bjn_ctx *c, u8 reg);
bool mi_is_sext(const struct bjn_ctx *c, u8 reg);
void mi_loose(struct bjn_ctx *c, bool sext);
void mi_know_zext(struct bjn_ctx *c, u8 reg);
const struct bpf_insn *mi_next(const struct bjn_ctx *c);
bool mi_returns_int(const struct bjn_ctx *c);
bool mi_is_returned(const struct bjn_ctx *c, u8 reg);
bool mi_upper_is_dead(const struct bjn_ctx *c, u8 reg);
void mi_learn(struct bjn_ctx *c, const struct bpf_insn *insn);

/* slot.c */
u32 mi_take(struct bjn_ctx *c, u32 reads, u32 writes);
void mi_slot(struct bjn_ctx *c, u32 word);
void mi_entry(struct bjn_ctx *c);
s32 mi_fill_from_target(struct bjn_ctx *c, u32 at, s32 delta);

#define MI_MAX_OUTS	6

/**
 * struct mi_outs - short forward branches within one BPF instruction
 * @at: word offsets of the branches
 * @nr: number of them
 */
struct mi_outs {
	u32 at[MI_MAX_OUTS];
	u32 nr;
};

void mi_out(struct bjn_ctx *c, struct mi_outs *o, u32 op, enum mi_reg rs, enum mi_reg rt);
void mi_land(struct bjn_ctx *c, const struct mi_outs *o);
void mi_back(struct bjn_ctx *c, u32 op, enum mi_reg rs, enum mi_reg rt, u32 to);

/* shared.c */
#define MI_PAD_WORDS	2	/* one landing pad */
#define MI_MASK_WORDS	3	/* before a jump to a register */
#define MI_HILO_WORDS	3	/* mi_from_hilo() */
u32 mi_idle_word(const struct bjn_ctx *c);
void mi_idle(struct bjn_ctx *c);
void mi_jump_reg(struct bjn_ctx *c, enum mi_reg rs);
void mi_call_reg(struct bjn_ctx *c, enum mi_reg rs);
void mi_from_hilo(struct bjn_ctx *c, u32 op, enum mi_reg rd);
void mi_pads(struct bjn_ctx *c);
bool mi_makes_calls(struct bjn_ctx *c, u32 own_calls);
bool mi_is_inline(const struct bjn_call *call);
s32 mi_args_passed(struct bjn_ctx *c);
s32 mi_arg_number(struct bjn_ctx *c, const struct bpf_insn *insn, s32 bytes);
u64 mi_window(const struct bjn_ctx *c, u32 nr, u64 *size);
void mi_load_linked(struct bjn_ctx *c, bool dw, enum mi_reg rt, s64 off, enum mi_reg base);
void mi_store_cond(struct bjn_ctx *c, bool dw, enum mi_reg rt, s64 off, enum mi_reg base);
void mi_retry(struct bjn_ctx *c, enum mi_reg stored, u32 loop);
bool mi_llsc_reaches(const struct bjn_ctx *c, s64 off);
void mi_fence(struct bjn_ctx *c, u64 when);
void mi_nospec(struct bjn_ctx *c, const struct bpf_insn *insn);
void mi_ja(struct bjn_ctx *c, const struct bpf_insn *insn);
void mi_gotol(struct bjn_ctx *c, const struct bpf_insn *insn);

#endif
