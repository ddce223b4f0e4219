// SPDX-License-Identifier: GPL-2.0
/*
 * Making a failing program small: instructions become no-ops as long as the
 * program still fails, then the no-ops are cut out. A smaller program has to
 * be one that the verifier would accept, or it would fail for another reason.
 */
#include <stdlib.h>

#include "../exec/validate.h"
#include "fuzz.h"

#define ALL_ARGS	(1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5)

static u32 bit(u32 reg)
{
	return 1u << reg;
}

static bool is_throw(const struct bpf_insn *in)
{
	return in->code == (BPF_JMP | BPF_CALL) && in->src_reg == BPF_PSEUDO_KFUNC_CALL &&
	       in->imm == BT_K_THROW;
}

static u32 helper_args(const struct bpf_insn *in)
{
	static const struct {
		s32 id;
		u32 nargs;
	} known[] = {
		{ BT_H_MIX, 5 }, { BT_H_CHECK, 2 }, { BT_H_LOOP, 3 }, { BT_H_NEGATIVE, 1 },
		{ BT_H_MEMFROB, 2 }, { BT_H_TAIL_CALL, 3 }, { BT_H_GATHER, 5 }, { BT_H_SQRTI, 1 },
		{ BT_H_STRCMP, 2 },
	};
	u32 i;

	if (is_throw(in))
		return bit(BPF_REG_1);
	if (in->src_reg)
		return ALL_ARGS;
	for (i = 0; i < BJN_ARRAY_SIZE(known); i++)
		if (known[i].id == in->imm)
			return ALL_ARGS & ((2u << known[i].nargs) - 1);
	return 0;
}

static u32 atomic_reads(const struct bpf_insn *in)
{
	if (in->imm == BPF_LOAD_ACQ)
		return bit(in->src_reg);
	return bit(in->src_reg) | bit(in->dst_reg) | (in->imm == BPF_CMPXCHG ? 1 : 0);
}

static u32 alu_reads(const struct bpf_insn *in)
{
	u8 op = BJN_OP(in->code);

	if (op == BPF_MOV)
		return in->code & BPF_X ? bit(in->src_reg) : 0;
	if (op == BPF_END || op == BPF_NEG || !(in->code & BPF_X))
		return bit(in->dst_reg);
	return bit(in->src_reg) | bit(in->dst_reg);
}

static u32 jmp_reads(const struct bpf_insn *in)
{
	if (in->code == (BPF_JMP | BPF_CALL))
		return helper_args(in);
	if (in->code == (BPF_JMP | BPF_EXIT))
		return 1;
	if (in->code == (BPF_JMP | BPF_JA) || in->code == BJN_GOTOL || in->code == BT_MAY_GOTO)
		return 0;
	if (in->code & BPF_X && in->code != BJN_GOTOX)
		return bit(in->src_reg) | bit(in->dst_reg);
	return bit(in->dst_reg);
}

static u32 reads(const struct bpf_insn *in)
{
	switch (BJN_CLASS(in->code)) {
	case BPF_LD:
		return 0;
	case BPF_LDX:
		return bit(in->src_reg);
	case BPF_ST:
		return in->code == (BPF_ST | BJN_NOSPEC) ? 0 : bit(in->dst_reg);
	case BPF_STX:
		if (BJN_MODE(in->code) == BPF_ATOMIC || BJN_MODE(in->code) == BJN_PROBE_ATOMIC)
			return atomic_reads(in);
		return bit(in->src_reg) | bit(in->dst_reg);
	case BPF_ALU:
	case BPF_ALU64:
		return alu_reads(in);
	}
	return jmp_reads(in);
}

/* Registers that can be read after an instruction, from those before it. */
static u32 after(const struct bpf_insn *in, u32 before)
{
	/* The address of the exception callback is not for use. */
	if (in->code == BJN_LD_IMM64 && in->src_reg == BPF_PSEUDO_FUNC && in->off)
		return before & ~bit(in->dst_reg);
	switch (BJN_CLASS(in->code)) {
	case BPF_LD:
	case BPF_LDX:
	case BPF_ALU:
	case BPF_ALU64:
		return before | bit(in->dst_reg);
	case BPF_STX:
		return in->imm == BPF_LOAD_ACQ ? before | bit(in->dst_reg) : before;
	}
	if (in->code != (BPF_JMP | BPF_CALL))
		return before;
	before &= ~(ALL_ARGS | 1);
	return in->imm == BT_H_TAIL_CALL && !in->src_reg ? before : before | 1;
}

/**
 * struct flow - which registers are written on every path
 * @insns: program
 * @len: its length
 * @in: registers that can be read before each instruction; all ones: not reached
 * @changed: another round is needed
 */
struct flow {
	const struct bpf_insn *insns;
	u32 len;
	u16 *in;
	bool changed;
};

static void flow_to(struct flow *f, u32 i, u32 regs)
{
	u16 met = f->in[i] & (u16)regs;

	if (met == f->in[i])
		return;
	f->in[i] = met;
	f->changed = true;
}

static void flow_out(struct flow *f, u32 i)
{
	const struct bpf_insn *in = &f->insns[i];
	u32 next = i + (in->code == BJN_LD_IMM64 ? 2 : 1);
	u32 regs = after(in, f->in[i]) & 0x7fff;
	bool callee = in->code == BJN_LD_IMM64 || in->code == (BPF_JMP | BPF_CALL);

	if (bt_is_jump(in))
		flow_to(f, i + 1 + (u32)bt_jump_off(in),
			callee ? ALL_ARGS | bit(10) | bit(BI_REG_ARGS) : regs);
	if (in->code == BJN_LD_IMM64 && in->src_reg == BPF_PSEUDO_MAP_VALUE &&
	    (u32)in->imm < f->len)	/* the jump comes soon after, with no less known */
		flow_to(f, (u32)in->imm, regs & ~bit(in->dst_reg));
	if (in->code != (BPF_JMP | BPF_EXIT) && in->code != (BPF_JMP | BPF_JA) &&
	    in->code != BJN_GOTOL && in->code != BJN_GOTOX && !is_throw(in))
		flow_to(f, next, regs);
}

/**
 * bf_defined - is every register written before it is read?
 * @insns: valid program
 * @len: number of slots
 */
bool bf_defined(const struct bpf_insn *insns, u32 len)
{
	struct flow f = { .insns = insns, .len = len, .changed = true };
	bool good = true;
	u32 i;

	f.in = malloc(len * sizeof(*f.in));
	if (!f.in)
		return false;
	memset(f.in, 0xff, len * sizeof(*f.in));
	f.in[0] = bit(1) | bit(2) | bit(10) | bit(BI_REG_ARGS);
	while (f.changed) {
		f.changed = false;
		for (i = 0; i < len; i++)
			if (f.in[i] != 0xffff && insns[i].code)
				flow_out(&f, i);
	}
	for (i = 0; i < len && good; i++)
		if (f.in[i] != 0xffff && insns[i].code)
			good = !(reads(&insns[i]) & ~f.in[i]);
	free(f.in);
	return good;
}

static const struct bpf_insn nop = { .code = BPF_JMP | BPF_JA };

static bool is_nop(const struct bpf_insn *in)
{
	return in->code == nop.code && !in->off;
}

static bool still_fails(struct bf_case *c, const struct bpf_insn *insns, u32 len)
{
	const char *phrase;
	char why[160];
	u32 at;

	return !bt_validate(insns, len, &at, &phrase) && bf_defined(insns, len) &&
	       bf_one(c, insns, len, why, sizeof(why)) == BF_DIFFERENT;
}

/* The initialisation of the stack stays. */
static bool may_go(const struct bpf_insn *in)
{
	return !(BJN_CLASS(in->code) == BPF_ST && in->dst_reg == BPF_REG_10);
}

/* Both halves of an ld_imm64 go or stay. */
static void blank(struct bpf_insn *insns, u32 len, u32 from, u32 to)
{
	u32 i;

	for (i = from; i < to && i < len; i++) {
		bool two = insns[i].code == BJN_LD_IMM64;

		if (!insns[i].code || !may_go(&insns[i]))
			continue;
		insns[i] = nop;
		if (two)
			insns[i + 1] = nop;
	}
}

static bool shrink(struct bf_case *c, struct bpf_insn *insns, struct bpf_insn *tmp, u32 len, u32 chunk)
{
	bool any = false;
	u32 i;

	for (i = 0; i < len; i += chunk) {
		memcpy(tmp, insns, len * sizeof(*tmp));
		blank(tmp, len, i, i + chunk);
		if (!memcmp(tmp, insns, len * sizeof(*tmp)) || !still_fails(c, tmp, len))
			continue;
		memcpy(insns, tmp, len * sizeof(*tmp));
		any = true;
	}
	return any;
}

/* Cut out the no-ops. */
static u32 compact(const struct bpf_insn *insns, struct bpf_insn *out, u32 *map, u32 len)
{
	u32 i, n = 0;

	for (i = 0; i < len; i++) {
		map[i] = n;
		if (!is_nop(&insns[i]))
			out[n++] = insns[i];
	}
	map[len] = n;
	for (i = 0; i < len; i++) {
		struct bpf_insn *o = &out[map[i]];

		if (is_nop(&insns[i]) || !insns[i].code)
			continue;
		if (bt_is_jump(&insns[i])) {
			u32 target = i + 1 + (u32)bt_jump_off(&insns[i]);
			s32 off = (s32)map[target] - (s32)map[i] - 1;

			if (bt_jump_off(&insns[i]) == insns[i].imm && insns[i].code != (BPF_JMP | BPF_JA) &&
			    (insns[i].code == BJN_GOTOL || BJN_CLASS(insns[i].code) == BPF_LD ||
			     insns[i].code == (BPF_JMP | BPF_CALL)))
				o->imm = off;
			else
				o->off = (s16)off;
		}
		if (insns[i].code == BJN_LD_IMM64 && insns[i].src_reg == BPF_PSEUDO_MAP_VALUE &&
		    insns[i].imm >= 0)
			o->imm = (s32)map[insns[i].imm];
	}
	return n;
}

/**
 * bf_minimise - make a failing program small
 * @c: case with seed and the rest; blinding is dropped if it is not needed
 * @insns: program, changed in place
 * @len: number of slots
 *
 * Return: new number of slots.
 */
u32 bf_minimise(struct bf_case *c, struct bpf_insn *insns, u32 len)
{
	struct bpf_insn *tmp = malloc((len + 1) * sizeof(*tmp));
	u32 *map = malloc((len + 1) * sizeof(*map));
	u32 chunk, blind = c->blind, n;

	if (!tmp || !map)
		return len;
	c->blind = 0;
	if (blind && !still_fails(c, insns, len))
		c->blind = blind;
	for (chunk = len / 2 + 1; chunk > 1; chunk /= 2)
		shrink(c, insns, tmp, len, chunk);
	for (chunk = 0; chunk < 4 && shrink(c, insns, tmp, len, 1); chunk++)
		;
	n = compact(insns, tmp, map, len);
	if (still_fails(c, tmp, n)) {
		memcpy(insns, tmp, n * sizeof(*tmp));
		len = n;
	}
	free(tmp);
	free(map);
	return len;
}
