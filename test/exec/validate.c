// SPDX-License-Identifier: GPL-2.0
/*
 * Refuses what the verifier would never let through: unknown instructions,
 * registers that do not exist, fields that must be zero, jumps out of the
 * program. It does not prove memory safety.
 */
#include <stdlib.h>

#include "fixup.h"
#include "validate.h"
#include "world.h"

typedef const char *(*check_fn)(const struct bpf_insn *in);

static const char *check_alu_imm(const struct bpf_insn *in)
{
	u8 op = BJN_OP(in->code);
	s32 width = BJN_CLASS(in->code) == BPF_ALU64 ? 64 : 32;

	if (in->src_reg)
		return "source register of an operation on an immediate";
	if ((op == BPF_DIV || op == BPF_MOD) && !in->imm)
		return "division by a constant zero";
	if ((op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH) && (in->imm < 0 || in->imm >= width))
		return "shift by a constant that is too large";
	return NULL;
}

static bool is_movsx(const struct bpf_insn *in)
{
	bool wide = BJN_CLASS(in->code) == BPF_ALU64;

	return in->off == 8 || in->off == 16 || (wide && in->off == 32);
}

static const char *check_mov_off(const struct bpf_insn *in)
{
	bool wide = BJN_CLASS(in->code) == BPF_ALU64;

	if (wide && in->off == BJN_MOV_ARENA_CAST &&
	    (in->imm == 1 || in->imm == (s32)BJN_CAST_USER_IMM))
		return NULL;
	if (in->imm)
		return "immediate of an operation on registers";
	if (wide && in->off == BJN_MOV_PERCPU)
		return NULL;
	return is_movsx(in) ? NULL : "unknown kind of move";
}

static const char *check_end(const struct bpf_insn *in)
{
	if (in->code == (BPF_ALU64 | BPF_END | BPF_X) || in->src_reg || in->off)
		return "unknown byte swap";
	return in->imm == 16 || in->imm == 32 || in->imm == 64 ? NULL : "unknown byte swap";
}

static const char *check_alu(const struct bpf_insn *in)
{
	u8 op = BJN_OP(in->code);

	if (op == BPF_END)
		return check_end(in);
	if (op > BPF_END)
		return "unknown opcode";
	if (op == BPF_NEG)
		return in->code & BPF_X || in->src_reg || in->off || in->imm ?
		       "unknown kind of negation" : NULL;
	if (op == BPF_MOV && in->code & BPF_X && in->off)
		return check_mov_off(in);
	if (in->off && !((op == BPF_DIV || op == BPF_MOD) && in->off == 1))
		return "unknown offset of an arithmetic instruction";
	if (in->code & BPF_X)
		return in->imm ? "immediate of an operation on registers" : NULL;
	return check_alu_imm(in);
}

static const char *check_call(const struct bpf_insn *in)
{
	if (in->off || in->dst_reg)
		return "unused field of a call";
	if (in->src_reg == BPF_PSEUDO_CALL)
		return NULL;
	if (in->src_reg == BPF_PSEUDO_KFUNC_CALL)
		return in->imm == BT_K_THROW || bt_kfunc(in->imm) ? NULL :
		       "call of an unknown kernel function";
	if (in->src_reg)
		return "unknown kind of call";
	if (in->imm == BT_H_TAIL_CALL || in->imm == BT_H_CPU_ID || in->imm == BT_H_CURRENT ||
	    in->imm == BT_H_CURRENT_BTF)
		return NULL;
	return bt_helper(in->imm) ? NULL : "call of an unknown helper";
}

static const char *check_jmp(const struct bpf_insn *in)
{
	bool is32 = BJN_CLASS(in->code) == BPF_JMP32;
	u8 op = BJN_OP(in->code);

	if (in->code == BJN_GOTOX)
		return in->src_reg || in->off || in->imm ? "unused field of an indirect jump" : NULL;
	if (in->code == (BPF_JMP | BPF_JA) || in->code == BJN_GOTOL)
		return in->src_reg || in->dst_reg ? "unused field of a jump" : NULL;
	if (in->code == (BPF_JMP | BPF_CALL))
		return check_call(in);
	if (in->code == BT_MAY_GOTO)
		return in->src_reg || in->dst_reg || in->imm ? "unused field of a may_goto" : NULL;
	if (in->code == (BPF_JMP | BPF_EXIT))
		return in->src_reg || in->dst_reg || in->off || in->imm ?
		       "unused field of an exit" : NULL;
	if (op == BPF_JA || op == BPF_CALL || op == BPF_EXIT || op > BPF_JSLE)
		return is32 ? "unknown 32-bit jump" : "unknown jump";
	if (in->code & BPF_X)
		return in->imm ? "immediate of a jump on registers" : NULL;
	return in->src_reg ? "source register of a jump on an immediate" : NULL;
}

static const char *check_ldx(const struct bpf_insn *in)
{
	u8 mode = BJN_MODE(in->code);
	bool dw = BJN_SIZE(in->code) == BPF_DW;

	if (in->imm)
		return "immediate of a load";
	if (mode == BPF_MEM || mode == BJN_PROBE_MEM || mode == BJN_PROBE_MEM32)
		return NULL;
	if ((mode == BPF_MEMSX || mode == BJN_PROBE_MEMSX || mode == BJN_PROBE_MEM32SX) && !dw)
		return NULL;
	return "unknown kind of load";
}

static const char *check_st(const struct bpf_insn *in)
{
	u8 mode = BJN_MODE(in->code);

	if (in->code == (BPF_ST | BJN_NOSPEC))
		return in->src_reg || in->dst_reg || in->off || in->imm ?
		       "unused field of a speculation barrier" : NULL;
	if (in->src_reg)
		return "source register of a store of an immediate";
	return mode == BPF_MEM || mode == BJN_PROBE_MEM32 ? NULL : "unknown kind of store";
}

static const char *check_atomic(const struct bpf_insn *in)
{
	u8 size = BJN_SIZE(in->code);

	switch (in->imm) {
	case BPF_LOAD_ACQ:
	case BPF_STORE_REL:
		return NULL;
	case BPF_ADD:
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
	case BPF_ADD | BPF_FETCH:
	case BPF_AND | BPF_FETCH:
	case BPF_OR | BPF_FETCH:
	case BPF_XOR | BPF_FETCH:
	case BPF_XCHG:
	case BPF_CMPXCHG:
		return size == BPF_W || size == BPF_DW ? NULL : "atomic of less than 32 bits";
	}
	return "unknown atomic operation";
}

static const char *check_stx(const struct bpf_insn *in)
{
	u8 mode = BJN_MODE(in->code);

	if (mode == BPF_ATOMIC || mode == BJN_PROBE_ATOMIC)
		return check_atomic(in);
	if (in->imm)
		return "immediate of a store";
	return mode == BPF_MEM || mode == BJN_PROBE_MEM32 ? NULL : "unknown kind of store";
}

/* The second slot is looked at by the caller. */
static const char *check_ld(const struct bpf_insn *in)
{
	if (in->code != BJN_LD_IMM64)
		return "unknown opcode";
	if (in->src_reg == BPF_PSEUDO_FUNC && in->off == BT_EXCEPTION_CB)
		return NULL;
	return in->off ? "offset of an ld_imm64" : NULL;
}

static const check_fn checks[8] = {
	[BPF_LD]	= check_ld,
	[BPF_LDX]	= check_ldx,
	[BPF_ST]	= check_st,
	[BPF_STX]	= check_stx,
	[BPF_ALU]	= check_alu,
	[BPF_JMP]	= check_jmp,
	[BPF_JMP32]	= check_jmp,
	[BPF_ALU64]	= check_alu,
};

/* R10 may be read, and be the address of a store, but never be written. */
static bool writes_r10(const struct bpf_insn *in)
{
	u8 class = BJN_CLASS(in->code);
	bool fetches = class == BPF_STX && BJN_MODE(in->code) >= BPF_ATOMIC &&
		       in->imm & BPF_FETCH && in->imm != BPF_LOAD_ACQ && in->imm != BPF_CMPXCHG;

	if (fetches && in->src_reg == BPF_REG_10)
		return true;
	if (class == BPF_STX && BJN_MODE(in->code) >= BPF_ATOMIC && in->imm == BPF_LOAD_ACQ)
		return in->dst_reg == BPF_REG_10;
	return (class == BPF_ALU || class == BPF_ALU64 || class == BPF_LDX || class == BPF_LD) &&
	       in->dst_reg == BPF_REG_10;
}

/* R11 is no register: it names arguments, and only whole ones. */
static bool is_argument(const struct bpf_insn *in)
{
	s32 off = in->src_reg == BI_REG_ARGS ? in->off : -in->off;
	u8 base = in->src_reg == BI_REG_ARGS ? in->dst_reg : in->src_reg;

	if (in->src_reg == BI_REG_ARGS ? in->code != (BPF_LDX | BPF_MEM | BPF_DW) :
	    in->code != (BPF_STX | BPF_MEM | BPF_DW) && in->code != (BPF_ST | BPF_MEM | BPF_DW))
		return false;
	return base <= BPF_REG_10 && off > 0 && off <= 8 * BI_MORE_ARGS && !(off & 7);
}

static const char *check_regs(const struct bpf_insn *in)
{
	if (in->src_reg == BI_REG_ARGS || in->dst_reg == BI_REG_ARGS)
		return is_argument(in) ? NULL : "impossible access to an argument";
	if (in->dst_reg > BPF_REG_10 || (in->src_reg > BPF_REG_10))
		return "a register that does not exist";
	return writes_r10(in) ? "R10 is read-only" : NULL;
}

static bool falls_through(const struct bpf_insn *in)
{
	if (in->code == (BPF_JMP | BPF_CALL) && in->src_reg == BPF_PSEUDO_KFUNC_CALL)
		return in->imm != BT_K_THROW;
	return in->code != (BPF_JMP | BPF_EXIT) && in->code != (BPF_JMP | BPF_JA) &&
	       in->code != BJN_GOTOL && in->code != BJN_GOTOX;
}

/* Marks in an array with an element for each slot. */
#define SECOND	1	/* second half of an instruction */
#define START	2	/* a subprogram starts */

static const char *check_target(const struct bpf_insn *insns, u32 len, const u8 *mark, u32 i)
{
	s64 t = (s64)i + 1 + bt_jump_off(&insns[i]);

	if (t < 0 || t >= len)
		return "a jump leaves the program";
	return mark[t] & SECOND ? "a jump into the middle of an instruction" : NULL;
}

static const char *check_one(const struct bpf_insn *insns, u32 len, u32 i)
{
	const struct bpf_insn *in = &insns[i];
	const char *why = checks[BJN_CLASS(in->code)](in);

	if (!why)
		why = check_regs(in);
	if (!why && in->code == BJN_LD_IMM64) {
		if (i + 1 >= len)
			return "half an instruction at the end";
		if (in[1].code || in[1].dst_reg || in[1].src_reg || in[1].off)
			return "bad second half of an ld_imm64";
	}
	return why;
}

/* May the called function have more than five arguments? */
static bool takes_args(const struct bpf_insn *in)
{
	const struct bt_func *f;

	if (in->code != (BPF_JMP | BPF_CALL))
		return false;
	f = in->src_reg == BPF_PSEUDO_KFUNC_CALL ? bt_kfunc(in->imm) : NULL;
	return in->src_reg == BPF_PSEUDO_CALL || (f && f->nargs > 5);
}

/* Nothing but a call gets from one function into another. */
static const char *check_functions(const struct bpf_insn *insns, u32 len, u8 *mark, u32 *at)
{
	bool passes = false, takes = false;
	u32 i, from, to, prev = 0;

	for (i = 0; i < len; i++)
		if (!(mark[i] & SECOND) && bt_names_sub(&insns[i]))
			mark[i + 1 + (u32)bt_jump_off(&insns[i])] |= START;
	for (i = 0; i < len; i++) {
		if (mark[i] & SECOND)
			continue;
		*at = i;
		if (i && mark[i] & START && falls_through(&insns[prev]))
			return "the code before a subprogram runs into it";
		if (mark[i] & START) {
			if (passes && !takes)
				return "arguments that no call takes";
			passes = false;
			takes = false;
		}
		passes = passes || insns[i].dst_reg == BI_REG_ARGS;
		takes = takes || takes_args(&insns[i]);
		prev = i;
		if (!bt_is_jump(&insns[i]) || bt_names_sub(&insns[i]))
			continue;
		from = i + 1;
		to = from + (u32)bt_jump_off(&insns[i]);
		if (from > to) {
			from = to + 1;
			to = i;
		}
		while (from <= to && !(mark[from] & START))
			from++;
		if (from <= to)
			return "a jump leaves the function";
	}
	return passes && !takes ? "arguments that no call takes" : NULL;
}

static const char *check_all(const struct bpf_insn *insns, u32 len, u8 *mark, u32 *at)
{
	const char *why = NULL;
	u32 i, last = 0;

	for (i = 0; i < len && !why; i++) {
		*at = i;
		last = i;
		why = check_one(insns, len, i);
		if (!why && insns[i].code == BJN_LD_IMM64)
			mark[++i] = SECOND;
	}
	if (!why && falls_through(&insns[last]))
		why = "the program does not end with an exit or a jump";
	for (i = 0; i < len && !why; i++) {
		*at = i;
		if (!(mark[i] & SECOND) && bt_is_jump(&insns[i]))
			why = check_target(insns, len, mark, i);
	}
	return why ? why : check_functions(insns, len, mark, at);
}

/**
 * bt_validate - is this a program that a verifier could have passed on?
 * @insns: program as written by a user, before any rewriting
 * @len: number of slots
 * @at: on error the instruction at fault
 * @why: on error one phrase that names the reason
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int bt_validate(const struct bpf_insn *insns, u32 len, u32 *at, const char **why)
{
	u8 *mark;

	*at = 0;
	if (!len || len > BT_MAX_INSNS) {
		*why = len ? "the program is too long" : "the program is empty";
		return -EINVAL;
	}
	mark = calloc(len, 1);
	if (!mark) {
		*why = "out of memory";
		return -ENOMEM;
	}
	*why = check_all(insns, len, mark, at);
	free(mark);
	return *why ? -EINVAL : 0;
}
