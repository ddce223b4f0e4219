// SPDX-License-Identifier: GPL-2.0
/* Planning, bounds, branches, reasons to decline. */
#include "unit.h"

#define MOV(i)		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 2, .imm = (i) }
#define JUMP(o)		{ .code = BU_JUMP, .off = (o) }
#define EXIT		{ .code = BPF_JMP | BPF_EXIT }
#define PROBE(r)	{ .code = BU_PROBE, .dst_reg = (r), .src_reg = 9 }
#define BAD(i)		{ .code = BU_MISBEHAVE, .imm = (i) }

static struct bu_run r;

static void straight(void)
{
	static const struct bpf_insn p[] = { MOV(1), MOV(2), EXIT };

	CHECK(bu_compile(&r, p, 3) == 0);
	CHECK(r.c.pos == 5);
	CHECK(r.code[0] == BU_PROLOGUE && r.code[4] == BU_EPILOGUE);
	CHECK(r.code[1] == (BU_PLAIN | 1) && r.code[2] == (BU_PLAIN | 2));
	CHECK(r.off[0] == 1 && r.off[1] == 2 && r.off[2] == 3 && r.off[3] == 4);
	CHECK(r.code[3] == (BU_LONG_2 | 1));
	CHECK(r.c.facts.max_words == 3 + 3 && r.c.facts.jumps == 1 && !r.c.facts.extable);
	CHECK(r.c.facts.regs == (1u << 2 | 1u));
	CHECK(r.c.facts.flags == BJN_OP_EXIT);
	CHECK(r.c.arch[0] == r.c.facts.regs);
}

static void wide(void)
{
	static const struct bpf_insn p[] = { { .code = BJN_LD_IMM64 }, { .imm = 9 }, JUMP(-3), EXIT };

	CHECK(bu_compile(&r, p, 4) == 0);
	CHECK(r.off[0] == 1 && r.off[1] == 3 && r.off[2] == 3);
	CHECK(r.c.facts.max_words == 3 + 2 + 2 + 1);
	CHECK(r.code[2] == (BU_PLAIN | 9));
	CHECK(r.code[3] == (BU_SHORT | (0xffff & -2)));
	CHECK(bu_compile(&r, p, 1) == -EINVAL);
	CHECK(r.c.err_why && r.c.err == -EINVAL);
}

/* @n instructions between jump and target; true when the branch and its distance are right. */
static bool forward(u32 n)
{
	static struct bpf_insn p[64];
	u32 i, at;

	p[0] = (struct bpf_insn)JUMP((s16)n);
	for (i = 1; i <= n; i++)
		p[i] = (struct bpf_insn)MOV(0);
	p[n + 1] = (struct bpf_insn)EXIT;
	if (bu_compile(&r, p, n + 2))
		return false;
	at = r.code[1] == BU_LONG ? 2 : 1;
	if (at == 2)
		return r.code[2] == (BU_LONG_2 | (r.off[n + 1] - 2));
	return r.code[1] == (BU_SHORT | (r.off[n + 1] - 1)) && r.off[n + 1] - 1 < BU_REACH;
}

static bool is_short(u32 n)
{
	return forward(n) && r.code[1] != BU_LONG;
}

static bool backward(u32 n)
{
	static struct bpf_insn p[64];
	u32 i, at;
	s32 delta;

	for (i = 0; i < n; i++)
		p[i] = (struct bpf_insn)MOV(0);
	p[n] = (struct bpf_insn)JUMP((s16)(-(s32)n - 1));
	p[n + 1] = (struct bpf_insn)EXIT;
	if (bu_compile(&r, p, n + 2))
		return false;
	at = r.off[n];
	delta = 1 - (s32)at;
	if (delta >= -BU_REACH)
		return r.code[at] == (BU_SHORT | ((u32)delta & 0xffff));
	return r.code[at] == BU_LONG &&
	       r.code[at + 1] == (BU_LONG_2 | ((u32)(delta - 1) & 0xffffff));
}

static void reach(void)
{
	u32 n;
	bool ok = true;

	for (n = 0; n < 40; n++)
		ok = ok && forward(n);
	bu_check(ok, "forward branches over 0 to 39 instructions");
	for (n = 0, ok = true; n < 40; n++)
		ok = ok && backward(n);
	bu_check(ok, "backward branches over 0 to 39 instructions");
	CHECK(is_short(0));
	CHECK(is_short(5));
	CHECK(!is_short(7));
}

/* A branch over a branch: the bound of the inner one counts with its long form. */
static void nested(void)
{
	static const struct bpf_insn p[] = { JUMP(3), JUMP(1), MOV(1), MOV(2), EXIT };

	CHECK(bu_compile(&r, p, 5) == 0);
	CHECK(r.code[1] == (BU_SHORT | 4));
	CHECK(r.code[2] == (BU_SHORT | 2));
}

/* A short form is taken only when the long forms in between are counted in. */
static void over_branches(void)
{
	static const struct bpf_insn p[] = {
		JUMP(5), JUMP(8), JUMP(8), JUMP(8), JUMP(8), JUMP(8), MOV(0), MOV(0), MOV(0), MOV(0),
		MOV(0), MOV(0), MOV(0), MOV(0), EXIT,
	};

	CHECK(bu_compile(&r, p, 15) == 0);
	CHECK(r.code[1] == BU_LONG && r.code[2] == (BU_LONG_2 | (r.off[6] - 2)));
}

/* A long form that only a loose bound has made necessary goes away, if the back end says so. */
static void once_more(void)
{
	static const struct bpf_insn p[] = {
		JUMP(5), PROBE(3), JUMP(0), JUMP(0), JUMP(0), JUMP(0), JUMP(0), MOV(1), EXIT,
	};

	CHECK(bu_compile(&r, p, 9) == 0);
	CHECK(r.code[1] == BU_LONG);
	bu_says_far = true;
	CHECK(bu_compile(&r, p, 9) == 0);
	CHECK(r.code[1] == (BU_SHORT | 6) && r.off[7] == 8 && r.code[8] == (BU_PLAIN | 1));
	CHECK(!r.c.far && r.c.nr_ex == 1 && r.ex[0].at == 2 && r.c.nr_fix == 7);
	bu_says_far = false;
}

static void faults(void)
{
	static const struct bpf_insn p[] = { PROBE(3), MOV(0), PROBE(4), EXIT };

	CHECK(bu_compile(&r, p, 4) == 0);
	CHECK(r.c.nr_ex == 2 && r.c.facts.extable == 2);
	CHECK(r.ex[0].at == 1 && r.ex[0].resume == 2 && r.ex[0].reg == 3);
	CHECK(r.ex[1].at == 3 && r.ex[1].resume == 4 && r.ex[1].reg == 4);
	CHECK(r.c.facts.regs & 1u << 9);
}

static int misbehave(s32 how)
{
	const struct bpf_insn p[] = { MOV(0), BAD(how), EXIT };

	return bu_compile(&r, p, 3);
}

static void declines(void)
{
	static const struct bpf_insn unknown[] = { MOV(0), { .code = 0xff }, EXIT };
	static const struct bpf_insn out[] = { MOV(0), JUMP(5), EXIT };
	static const struct bpf_insn before[] = { JUMP(-2), EXIT };

	CHECK(bu_compile(&r, unknown, 3) == -EOPNOTSUPP && r.c.err_idx == 1);
	CHECK(!strcmp(r.c.err_why, "unknown opcode"));
	CHECK(bu_compile(&r, out, 3) == -EINVAL && r.c.err_idx == 1);
	CHECK(bu_compile(&r, before, 2) == -EINVAL && r.c.err_idx == 0);
	CHECK(misbehave(0) == 0);
	CHECK(misbehave(BU_TOO_LARGE) == -E2BIG && r.c.err_idx == 1);
	CHECK(misbehave(BU_TOO_MANY_FIXUPS) == -ENOSPC);
	CHECK(misbehave(BU_TOO_MANY_EXTABLE) == -ENOSPC);
	CHECK(misbehave(BU_TWO_ERRORS) == -EDOM && !strcmp(r.c.err_why, "first"));
	CHECK(misbehave(BU_BAD_OPERAND) == -ERANGE && r.c.err_idx == 1);
}

static void within_bounds(void)
{
	static const struct bpf_insn p[] = { MOV(0), JUMP(0), PROBE(1), EXIT };

	CHECK(bu_compile(&r, p, 4) == 0);
	CHECK(r.c.pos <= r.c.facts.max_words);
	CHECK(bu_compile(&r, p, 0) == 0);
	CHECK(r.c.pos == 2);
}

void bu_test_compile(void)
{
	straight();
	wide();
	reach();
	nested();
	over_branches();
	once_more();
	faults();
	declines();
	within_bounds();
}
