// SPDX-License-Identifier: GPL-2.0
/* A back end for a machine whose short branch reaches eight words. */
#include "unit.h"

bool bu_says_far;

static void plain(struct bjn_ctx *c, const struct bpf_insn *in)
{
	bjn_put(c, BU_PLAIN | (u32)in->imm);
}

static void two(struct bjn_ctx *c, const struct bpf_insn *in)
{
	bjn_put(c, BU_PLAIN);
	bjn_put(c, BU_PLAIN | (u32)in[1].imm);
}

static void jump(struct bjn_ctx *c, const struct bpf_insn *in)
{
	u32 target = bjn_target(c, in->off);
	bool near = bjn_is_s(bjn_distance(c, target), 4);

	if (!near)
		bjn_put(c, BU_LONG);
	c->far = c->far || (!near && bu_says_far);
	if (bjn_is_known(c, target)) {
		s64 d = bjn_distance(c, target);

		bjn_put(c, near ? BU_SHORT | bjn_s(c, d, 16, 0) : BU_LONG_2 | bjn_s(c, d, 24, 0));
		return;
	}
	bjn_forward(c, target, near ? BU_SHORT : BU_LONG_2);
	bjn_put(c, 0);
}

static void leave(struct bjn_ctx *c, const struct bpf_insn *in)
{
	(void)in;
	bjn_forward(c, c->prog->len, BU_LONG_2);
	bjn_put(c, 0);
}

static void probe(struct bjn_ctx *c, const struct bpf_insn *in)
{
	bjn_may_fault(c, 1, in->dst_reg);
	bjn_put(c, BU_LOAD);
}

static void misbehave(struct bjn_ctx *c, const struct bpf_insn *in)
{
	switch (in->imm) {
	case BU_TOO_LARGE:
		bjn_put(c, 0);
		bjn_put(c, 0);
		break;
	case BU_TOO_MANY_FIXUPS:
		bjn_forward(c, c->prog->len, BU_LONG_2);
		bjn_forward(c, c->prog->len, BU_LONG_2);
		bjn_forward(c, c->prog->len, BU_LONG_2);
		break;
	case BU_TOO_MANY_EXTABLE:
		bjn_may_fault(c, 1, 0);
		break;
	case BU_TWO_ERRORS:
		bjn_fail(c, -EDOM, "first");
		bjn_fail(c, -ERANGE, "second");
		break;
	case BU_BAD_OPERAND:
		bjn_put(c, bjn_s(c, 2048, 12, 10));
		break;
	}
}

static const struct bjn_op ops[256] = {
	[BPF_ALU64 | BPF_MOV | BPF_K] = { plain, 1, 0 },
	[BJN_LD_IMM64] = { two, 2, BJN_OP_TWO },
	[BU_JUMP] = { jump, 2, BJN_OP_JUMP },
	[BPF_JMP | BPF_EXIT] = { leave, 1, BJN_OP_EXIT },
	[BU_PROBE] = { probe, 1, BJN_OP_EXTABLE },
	[BU_MISBEHAVE] = { misbehave, 1, 0 },
};

static void begin(struct bjn_ctx *c)
{
	c->arch[0] = c->facts.regs;
}

static void prologue(struct bjn_ctx *c)
{
	bjn_put(c, BU_PROLOGUE);
}

static void epilogue(struct bjn_ctx *c)
{
	bjn_put(c, BU_EPILOGUE);
}

static void patch(struct bjn_ctx *c, const struct bjn_fixup *f, s32 delta)
{
	c->code[f->at] = f->kind | bjn_s(c, delta, f->kind == BU_SHORT ? 4 : 24, 0);
}

static const struct bjn_backend mock = {
	.name = "mock",
	.ops = ops,
	.max_frame_words = 3,
	.begin = begin,
	.prologue = prologue,
	.epilogue = epilogue,
	.patch = patch,
};

/* As the module's driver does it. */
int bu_compile(struct bu_run *r, const struct bpf_insn *insns, u32 len)
{
	int err;

	memset(r, 0, sizeof(*r));
	r->prog.insns = insns;
	r->prog.len = len;
	r->c.env = &r->env;
	r->c.prog = &r->prog;
	r->c.be = &mock;
	r->c.off = r->off;
	err = bjn_plan(&r->c);
	if (err)
		return err;
	r->c.code = r->code;
	r->c.cap = r->c.facts.max_words;
	r->c.fix = r->fix;
	r->c.ex = r->ex;
	return bjn_emit(&r->c);
}
