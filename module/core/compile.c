// SPDX-License-Identifier: GPL-2.0
/*
 * Compilation of one program.
 *
 * Code overview
 * -------------
 * A program is walked twice. bjn_plan() sums up the worst case of every
 * instruction, so that the buffer is allocated once, every instruction has an
 * upper bound of its position, and the back end knows which registers and
 * features occur before it lays out the frame. bjn_emit() then writes the code
 * in a single pass: a backward branch knows its target exactly; a forward
 * branch takes its short form when the upper bound proves that it reaches, its
 * long form otherwise, and is completed at the end. Where that happens the
 * second walk is done once more, with the positions of the first one as bounds.
 * There is no other iteration and so nothing that has to converge.
 *
 * Errors are sticky (buf.h): emitters do not test for them, and the result
 * of a compilation is its first error.
 */
#include "buf.h"

static void plan_insn(struct bjn_facts *f, const struct bpf_insn *insn, const struct bjn_op *op)
{
	f->regs |= 1u << insn->dst_reg | 1u << insn->src_reg;
	f->flags |= op->flags;
	f->max_words += op->max_words;
	if (op->flags & (BJN_OP_JUMP | BJN_OP_EXIT))
		f->jumps++;
	if (op->flags & BJN_OP_EXTABLE)
		f->extable++;
	if (op->flags & BJN_OP_EXTABLE2)
		f->extable++;
}

/* Do instructions of this program have room in front for be->landing()? */
static bool has_landings(const struct bjn_ctx *c, const struct bjn_facts *f)
{
	return c->be->landing && f->flags & BJN_OP_INDIRECT;
}

static void plan_landings(struct bjn_ctx *c, struct bjn_facts *f)
{
	u32 i;

	for (i = 0; i <= c->prog->len; i++)
		c->off[i] += i * c->be->landing_words;
	f->max_words += c->prog->len * c->be->landing_words;
}

/**
 * bjn_plan - first walk: facts and upper bounds
 * @c: compilation with env, prog, be and off set, everything else zero
 *
 * Return: 0, or -EOPNOTSUPP for an opcode that the back end does not know,
 * -EINVAL for a program that ends within a two-slot instruction.
 */
int bjn_plan(struct bjn_ctx *c)
{
	const struct bpf_insn *insns = c->prog->insns;
	const struct bjn_op *ops = c->be->ops;
	struct bjn_facts f = { .max_words = c->be->max_frame_words };
	u32 len = c->prog->len;
	u32 *off = c->off;
	u32 i;

	for (i = 0; i < len; i++) {
		const struct bjn_op *op = &ops[insns[i].code];

		off[i] = f.max_words;
		if (!op->emit) {
			c->idx = i;
			bjn_fail(c, -EOPNOTSUPP, "unknown opcode");
			break;
		}
		plan_insn(&f, &insns[i], op);
		if (!(op->flags & BJN_OP_TWO))
			continue;
		if (++i < len) {
			off[i] = f.max_words;
		} else {
			c->idx = i - 1;
			bjn_fail(c, -EINVAL, "half an instruction at the end");
		}
	}
	off[len] = f.max_words;
	if (!c->err && has_landings(c, &f))
		plan_landings(c, &f);
	c->facts = f;
	return c->err;
}

/* Distance that a jump goes, from the instruction behind it. */
static s64 jump_distance(const struct bpf_insn *insn)
{
	return insn->code == BJN_GOTOL ? insn->imm : insn->off;
}

/* Note where jumps lead; once written an instruction has no mark any more. */
static void mark_joined(struct bjn_ctx *c)
{
	const struct bjn_prog *p = c->prog;
	bool indirect = false;
	u32 i;

	for (i = 0; i < p->len; i++) {
		u16 flags = c->be->ops[p->insns[i].code].flags;
		s64 target = (s64)i + 1 + jump_distance(&p->insns[i]);

		if (flags & BJN_OP_JUMP && target >= 0 && target < p->len)
			c->off[target] |= BJN_JOINED;
		indirect |= p->insns[i].code == BJN_GOTOX;
		if (flags & BJN_OP_TWO)
			i++;
	}
	for (i = 0; indirect && i < p->len; i++)
		if (bjn_is_landing(c, i))
			c->off[i] |= BJN_JOINED;
}

static void emit_insn(struct bjn_ctx *c, const struct bpf_insn *insn, const struct bjn_op *op,
		      u32 i)
{
	u32 start;

	c->idx = i;
	c->bound = c->off[i] & ~BJN_JOINED;
	c->off[i] = c->pos;
	if (has_landings(c, &c->facts))
		c->be->landing(c);
	start = c->pos;
	op->emit(c, insn);
	if (c->pos - start > op->max_words)
		bjn_fail(c, -E2BIG, "instruction is larger than its bound");
}

static void patch_forward(struct bjn_ctx *c)
{
	u32 i;

	for (i = 0; i < c->nr_fix && !c->err; i++) {
		const struct bjn_fixup *f = &c->fix[i];

		c->be->patch(c, f, (s32)(c->off[f->target] - f->at));
	}
}

static void emit_all(struct bjn_ctx *c)
{
	const struct bpf_insn *insns = c->prog->insns;
	const struct bjn_op *ops = c->be->ops;
	u32 len = c->prog->len;
	u32 i;

	c->pos = 0;
	c->nr_fix = 0;
	c->nr_ex = 0;
	c->far = false;
	if (c->be->learn)
		mark_joined(c);
	c->be->begin(c);
	c->be->prologue(c);
	for (i = 0; i < len && !c->err; i++) {
		const struct bjn_op *op = &ops[insns[i].code];

		emit_insn(c, &insns[i], op, i);
		if (op->flags & BJN_OP_TWO)
			c->off[++i] = c->pos;
		if (c->be->learn)
			c->be->learn(c, &insns[c->idx]);
	}
	c->idx = len;
	c->off[len] = c->pos;
	c->be->epilogue(c);
	patch_forward(c);
}

/**
 * bjn_emit - second walk: write the code
 * @c: compilation after bjn_plan(), with code, cap, fix and ex set. It may be
 *	called again for the same program when the address of the image is
 *	known: no instruction becomes longer by that.
 *
 * On success pos is the length of the image in words, off has the exact start
 * of every instruction, and ex is sorted by address.
 *
 * Return: 0 or the first error.
 */
int bjn_emit(struct bjn_ctx *c)
{
	emit_all(c);
	if (!c->err && c->far)
		emit_all(c);
	return c->err;
}
