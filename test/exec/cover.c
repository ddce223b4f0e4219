// SPDX-License-Identifier: GPL-2.0
/*
 * Which forms of which instructions were executed? An opcode that the back end
 * knows and no test executes is a hole, and so is an atomic operation, a kind
 * of move or a kind of call.
 */
#include <stdio.h>

#include "cover.h"
#include "world.h"

/* What tells the forms of one opcode apart. */
enum field {
	BY_NOTHING,
	BY_OFF,
	BY_IMM,
	BY_CALL,
	BY_SRC,
	BY_ARGS,	/* 1: an argument behind the fifth */
};

/**
 * struct forms - the forms of a group of opcodes
 * @mask: bits of the code that decide
 * @code: their value
 * @field: what tells the forms apart
 * @n: number of them
 * @value: values of the field
 */
struct forms {
	u8 mask, code;
	enum field field;
	u32 n;
	s32 value[12];
};

/* Kinds of calls, as values of BY_CALL. */
enum {
	CALL_HELPER,
	CALL_SUBPROG,
	CALL_KFUNC,
	CALL_CPU_ID,
	CALL_CURRENT,
	CALL_THROW,
	CALL_MANY_ARGS,
	CALL_MAY_GOTO,	/* of may_goto, which is not an opcode of the emitter */
};

#define ATOMIC_FORMS								\
	BPF_ADD, BPF_AND, BPF_OR, BPF_XOR, BPF_ADD | BPF_FETCH, BPF_AND | BPF_FETCH,	\
	BPF_OR | BPF_FETCH, BPF_XOR | BPF_FETCH, BPF_XCHG, BPF_CMPXCHG, BPF_LOAD_ACQ, BPF_STORE_REL

/* The first match counts. */
static const struct forms all_forms[] = {
	{ 0xff, BPF_ALU64 | BPF_MOV | BPF_X, BY_OFF, 6,
	  { 0, 8, 16, 32, BJN_MOV_ARENA_CAST, BJN_MOV_PERCPU } },
	{ 0xff, BPF_ALU | BPF_MOV | BPF_X, BY_OFF, 3, { 0, 8, 16 } },
	{ 0xf7, BPF_ALU64 | BPF_DIV, BY_OFF, 2, { 0, 1 } },
	{ 0xf7, BPF_ALU | BPF_DIV, BY_OFF, 2, { 0, 1 } },
	{ 0xf7, BPF_ALU64 | BPF_MOD, BY_OFF, 2, { 0, 1 } },
	{ 0xf7, BPF_ALU | BPF_MOD, BY_OFF, 2, { 0, 1 } },
	{ 0xf7, BPF_ALU | BPF_END, BY_IMM, 3, { 16, 32, 64 } },
	{ 0xff, BPF_ALU64 | BPF_END, BY_IMM, 3, { 16, 32, 64 } },
	{ 0xff, BPF_STX | BPF_ATOMIC | BPF_DW, BY_IMM, 12, { ATOMIC_FORMS } },
	{ 0xff, BPF_STX | BPF_ATOMIC | BPF_W, BY_IMM, 12, { ATOMIC_FORMS } },
	{ 0xff, BPF_STX | BJN_PROBE_ATOMIC | BPF_DW, BY_IMM, 12, { ATOMIC_FORMS } },
	{ 0xff, BPF_STX | BJN_PROBE_ATOMIC | BPF_W, BY_IMM, 12, { ATOMIC_FORMS } },
	{ 0xe7, BPF_STX | BPF_ATOMIC, BY_IMM, 2, { BPF_LOAD_ACQ, BPF_STORE_REL } },
	{ 0xe7, BPF_STX | BJN_PROBE_ATOMIC, BY_IMM, 2, { BPF_LOAD_ACQ, BPF_STORE_REL } },
	{ 0xff, BPF_JMP | BPF_CALL, BY_CALL, 8,
	  { CALL_HELPER, CALL_SUBPROG, CALL_KFUNC, CALL_CPU_ID, CALL_CURRENT, CALL_THROW,
	    CALL_MANY_ARGS, CALL_MAY_GOTO } },
	{ 0xff, BPF_LDX | BPF_MEM | BPF_DW, BY_ARGS, 2, { 0, 1 } },
	{ 0xff, BPF_STX | BPF_MEM | BPF_DW, BY_ARGS, 2, { 0, 1 } },
	{ 0xff, BPF_ST | BPF_MEM | BPF_DW, BY_ARGS, 2, { 0, 1 } },
	{ 0xff, BJN_LD_IMM64, BY_SRC, 2, { 0, BPF_PSEUDO_FUNC } },
	{ 0x00, 0x00, BY_NOTHING, 1, { 0 } },
};

static u16 seen[256];

static const struct forms *forms_of(u8 code)
{
	const struct forms *f = all_forms;

	while ((code & f->mask) != f->code)
		f++;
	return f;
}

static s32 call_kind(const struct bpf_insn *in)
{
	if (in->src_reg == BPF_PSEUDO_CALL)
		return CALL_SUBPROG;
	if (in->src_reg == BPF_PSEUDO_KFUNC_CALL && in->imm == BT_K_THROW)
		return CALL_THROW;
	if (in->src_reg == BPF_PSEUDO_KFUNC_CALL)
		return bt_kfunc(in->imm)->nargs > 5 ? CALL_MANY_ARGS : CALL_KFUNC;
	if (in->imm == BT_H_CPU_ID)
		return CALL_CPU_ID;
	return in->imm == BT_H_CURRENT || in->imm == BT_H_CURRENT_BTF ? CALL_CURRENT : CALL_HELPER;
}

static s32 value_of(const struct bpf_insn *in, enum field field)
{
	switch (field) {
	case BY_OFF:
		return in->off;
	case BY_IMM:
		return in->imm;
	case BY_CALL:
		return call_kind(in);
	case BY_SRC:
		return in->src_reg;
	case BY_ARGS:
		return in->src_reg == BI_REG_ARGS || in->dst_reg == BI_REG_ARGS;
	case BY_NOTHING:
		break;
	}
	return 0;
}

/**
 * bt_cover - note that an instruction was executed
 * @in: instruction
 */
void bt_cover(const struct bpf_insn *in)
{
	const struct forms *f = forms_of(in->code);
	s32 v = value_of(in, f->field);
	u32 i;

	if (in->code == BT_MAY_GOTO)
		seen[BPF_JMP | BPF_CALL] |= 1u << CALL_MAY_GOTO;
	for (i = 0; i < f->n; i++)
		if (f->value[i] == v)
			seen[in->code] |= 1u << i;
}

/* Forms that are a feature of the back end. */
static const struct {
	u8 code;
	s32 value;
	u64 feature;
} optional[] = {
	{ BPF_ALU64 | BPF_MOV | BPF_X, BJN_MOV_ARENA_CAST, BJN_FEAT(ARENA) },
	{ BPF_ALU64 | BPF_MOV | BPF_X, BJN_MOV_PERCPU, BJN_FEAT(PERCPU_INSN) },
	{ BPF_JMP | BPF_CALL, CALL_THROW, BJN_FEAT(EXCEPTIONS) },
	{ BPF_JMP | BPF_CALL, CALL_MANY_ARGS, BJN_FEAT(STACK_ARGS) },
	{ BPF_JMP | BPF_CALL, CALL_MAY_GOTO, BJN_FEAT(TIMED_MAY_GOTO) },
	{ BPF_LDX | BPF_MEM | BPF_DW, 1, BJN_FEAT(STACK_ARGS) },
	{ BPF_STX | BPF_MEM | BPF_DW, 1, BJN_FEAT(STACK_ARGS) },
	{ BPF_ST | BPF_MEM | BPF_DW, 1, BJN_FEAT(STACK_ARGS) },
};

static bool has_form(const struct bjn_backend *be, u32 code, s32 value)
{
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(optional); i++)
		if (optional[i].code == code && optional[i].value == value)
			return be->features & optional[i].feature;
	return true;
}

/**
 * bt_cover_missing - what was not executed, in lines on standard output
 * @be: back end; what it does not know is not missed
 * @forms: gets the number of forms it knows
 *
 * Return: number of forms that were not executed.
 */
u32 bt_cover_missing(const struct bjn_backend *be, u32 *forms)
{
	u32 code, i, missing = 0;

	*forms = 0;
	for (code = 0; code < 256; code++) {
		const struct forms *f = forms_of((u8)code);

		if (!be->ops[code].emit)
			continue;
		for (i = 0; i < f->n; i++) {
			if (!has_form(be, code, f->value[i]))
				continue;
			++*forms;
			if (seen[code] & 1u << i)
				continue;
			missing++;
			printf("# opcode 0x%02x, form %d was never executed\n", code, f->value[i]);
		}
	}
	return missing;
}
