// SPDX-License-Identifier: GPL-2.0
/*
 * Bugs planted on purpose, to prove that the fuzzer finds such bugs. The
 * target's back end is copied, and one entry after another is wrapped: where a
 * plant matches, the emitter is given a slightly different instruction.
 */
#include "../../module/core/buf.h"
#include "../exec/jit.h"
#include "../exec/world.h"
#include "plant.h"

static struct bjn_backend planted;
static struct bjn_op ops[256];
static const struct bjn_op *real_ops;
static const struct bjn_backend *real_be;
static const struct plant *active;

/**
 * struct plant - one bug
 * @what: its name
 * @hit: does the instruction trigger it?
 * @spoil: change the instruction; NULL: spoil something else instead
 * @after: spoil the result
 * @target: spoil what a call is resolved to
 * @begin: spoil the program while its frame is laid out and its entry is made
 * @needs: feature without which it is no bug
 */
struct plant {
	const char *what;
	bool (*hit)(const struct bpf_insn *in);
	void (*spoil)(struct bpf_insn *in);
	void (*after)(struct bjn_ctx *c);
	void (*target)(struct bjn_call *call);
	void (*begin)(struct bjn_prog *p);
	u64 needs;
};

static bool is(const struct bpf_insn *in, u8 code)
{
	return in->code == code;
}

static bool add_limit(const struct bpf_insn *in)
{
	return is(in, BPF_ALU64 | BPF_ADD | BPF_K) && in->imm == -2049;
}

static void imm_plus_one(struct bpf_insn *in)
{
	in->imm++;
}

static bool lsh32(const struct bpf_insn *in)
{
	return is(in, BPF_ALU | BPF_LSH | BPF_X);
}

static void widen(struct bpf_insn *in)
{
	in->code |= BPF_ALU64;
}

static bool arsh_far(const struct bpf_insn *in)
{
	return is(in, BPF_ALU64 | BPF_ARSH | BPF_K) && in->imm > 60;
}

static void logical(struct bpf_insn *in)
{
	in->code ^= BPF_ARSH ^ BPF_RSH;
}

static bool movsx16(const struct bpf_insn *in)
{
	return is(in, BPF_ALU64 | BPF_MOV | BPF_X) && in->off == 16;
}

static void off8(struct bpf_insn *in)
{
	in->off = 8;
}

static bool sdiv(const struct bpf_insn *in)
{
	return is(in, BPF_ALU | BPF_DIV | BPF_X) && in->off == 1;
}

static void off0(struct bpf_insn *in)
{
	in->off = 0;
}

static bool be32(const struct bpf_insn *in)
{
	return is(in, BPF_ALU | BPF_END | BPF_TO_BE) && in->imm == 32;
}

static void to64(struct bpf_insn *in)
{
	in->imm = 64;
}

static bool load_far(const struct bpf_insn *in)
{
	return is(in, BPF_LDX | BPF_MEM | BPF_W) && in->off < -2048;
}

static void off_plus_one(struct bpf_insn *in)
{
	in->off++;
}

static bool memsx(const struct bpf_insn *in)
{
	return is(in, BPF_LDX | BPF_MEMSX | BPF_H);
}

static void unsign(struct bpf_insn *in)
{
	in->code ^= BPF_MEMSX ^ BPF_MEM;
}

static bool store_imm(const struct bpf_insn *in)
{
	return is(in, BPF_ST | BPF_MEM | BPF_DW) && in->imm < 0 && in->dst_reg != BPF_REG_10;
}

static void narrow(struct bpf_insn *in)
{
	in->code ^= BPF_DW ^ BPF_W;
}

static bool jsgt(const struct bpf_insn *in)
{
	return is(in, BPF_JMP | BPF_JSGT | BPF_X);
}

static void or_equal(struct bpf_insn *in)
{
	in->code ^= BPF_JSGT ^ BPF_JSGE;
}

static bool jlt32(const struct bpf_insn *in)
{
	return is(in, BPF_JMP32 | BPF_JLT | BPF_K);
}

static void jmp64(struct bpf_insn *in)
{
	in->code ^= BPF_JMP32 ^ BPF_JMP;
}

static bool fetch_add(const struct bpf_insn *in)
{
	return is(in, BPF_STX | BPF_ATOMIC | BPF_DW) && in->imm == (BPF_ADD | BPF_FETCH);
}

static void to_or(struct bpf_insn *in)
{
	in->imm = BPF_OR | BPF_FETCH;
}

static bool cmpxchg(const struct bpf_insn *in)
{
	return is(in, BPF_STX | BPF_ATOMIC | BPF_W) && in->imm == BPF_CMPXCHG;
}

static void widen_size(struct bpf_insn *in)
{
	in->code ^= BPF_W ^ BPF_DW;
}

static bool load_acq(const struct bpf_insn *in)
{
	return is(in, BPF_STX | BPF_ATOMIC | BPF_W) && in->imm == BPF_LOAD_ACQ;
}

static void half(struct bpf_insn *in)
{
	in->code ^= BPF_W ^ BPF_H;
}

static bool ld_imm64(const struct bpf_insn *in)
{
	return is(in, BJN_LD_IMM64) && !in->src_reg && !in[1].imm && in->imm < 0;
}

static void sign_high(struct bpf_insn *in)
{
	in[1].imm = -1;
}

static bool kfunc(const struct bpf_insn *in)
{
	return is(in, BPF_JMP | BPF_CALL) && in->src_reg == BPF_PSEUDO_KFUNC_CALL;
}

static bool probe(const struct bpf_insn *in)
{
	return is(in, BPF_LDX | BJN_PROBE_MEM | BPF_W);
}

static void lose_register(struct bjn_ctx *c)
{
	u32 i = c->nr_ex;

	while (i-- && c->ex[i].at >= c->off[c->idx])
		c->ex[i].reg = BJN_EX_NO_REG;
}

static bool arena_fetch(const struct bpf_insn *in)
{
	return BJN_CLASS(in->code) == BPF_STX && BJN_MODE(in->code) == BJN_PROBE_ATOMIC &&
	       in->imm & BPF_FETCH && in->imm != BPF_STORE_REL;
}

/* The first argument that is on the stack. */
static bool passes_ninth(const struct bpf_insn *in)
{
	return BJN_CLASS(in->code) >= BPF_ST && BJN_CLASS(in->code) <= BPF_STX &&
	       in->dst_reg == BI_REG_ARGS && in->off == -32;
}

static void one_lower(struct bpf_insn *in)
{
	in->off -= 8;
}

static bool takes_seventh(const struct bpf_insn *in)
{
	return is(in, BPF_LDX | BPF_MEM | BPF_DW) && in->src_reg == BI_REG_ARGS && in->off == 16;
}

static void one_higher(struct bpf_insn *in)
{
	in->off += 8;
}

static bool percpu(const struct bpf_insn *in)
{
	return is(in, BPF_ALU64 | BPF_MOV | BPF_X) && in->off == BJN_MOV_PERCPU;
}

static bool any_call(const struct bpf_insn *in)
{
	return is(in, BPF_JMP | BPF_CALL);
}

static void narrow_no_more(struct bjn_call *call)
{
	memset(call->arg_size, 8, sizeof(call->arg_size));
}

static void loses_r0(struct bjn_call *call)
{
	if (call->kind == BJN_CALL_MAY_GOTO)
		call->addr = (uintptr_t)bt_target.may_goto_r0;
}

static void loses_r5(struct bjn_call *call)
{
	if (call->kind == BJN_CALL_MAY_GOTO)
		call->addr = (uintptr_t)bt_target.may_goto_r5;
}

static void throw_at_once(struct bjn_call *call)
{
	if (call->kind == BJN_CALL_THROW)
		call->addr += sizeof(u64);
}

static void no_boundary(struct bjn_prog *p)
{
	p->exception_boundary = false;
	p->exception_cb = false;
}

static void higher_stack(struct bjn_prog *p)
{
	p->priv_stack += p->priv_stack ? 16 : 0;
}

static bool tail_call(const struct bpf_insn *in)
{
	return is(in, BJN_TAIL_CALL);
}

static void lose_code(struct bjn_ctx *c)
{
	c->pos = c->off[c->idx];
	while (c->nr_fix && c->fix[c->nr_fix - 1].at >= c->pos)
		c->nr_fix--;
}

static bool never(const struct bpf_insn *in)
{
	(void)in;
	return false;
}

static const struct plant plants[] = {
	{ "alu: add of a constant beyond the field", add_limit, imm_plus_one, NULL },
	{ "alu: 32-bit shift done in 64 bits", lsh32, widen, NULL },
	{ "alu: arithmetic shift done logically", arsh_far, logical, NULL },
	{ "alu: sign extension from the wrong bit", movsx16, off8, NULL },
	{ "alu: signed division done unsigned", sdiv, off0, NULL },
	{ "alu: byte swap of the wrong width", be32, to64, NULL },
	{ "alu: 64-bit constant sign-extended", ld_imm64, sign_high, NULL },
	{ "mem: far offset off by one", load_far, off_plus_one, NULL },
	{ "mem: sign-extending load does not", memsx, unsign, NULL },
	{ "mem: store too narrow", store_imm, narrow, NULL },
	{ "mem: fault leaves the register as it was", probe, NULL, lose_register },
	{ "jmp: greater made greater or equal", jsgt, or_equal, NULL },
	{ "jmp: 32-bit comparison done in 64 bits", jlt32, jmp64, NULL },
	{ "atomic: add made or", fetch_add, to_or, NULL },
	{ "atomic: compare-and-swap compares the upper half too", cmpxchg, widen_size, NULL },
	{ "atomic: load-acquire too narrow", load_acq, half, NULL },
	{ "call: arguments of a kernel function not extended", kfunc, .target = narrow_no_more },
	{ "tail: tail call left out", tail_call, NULL, lose_code },
	{ "jmp: far forward branch off by one", never },
	{ "args: stored for the next one", passes_ninth, one_lower, .needs = BJN_FEAT(STACK_ARGS) },
	{ "args: read from the next one", takes_seventh, one_higher, .needs = BJN_FEAT(STACK_ARGS) },
	{ "throw: the callback's address from the next word", any_call, .target = throw_at_once,
	  .needs = BJN_FEAT(EXCEPTIONS) },
	{ "throw: the boundary saves only what it uses", never, .begin = no_boundary,
	  .needs = BJN_FEAT(EXCEPTIONS) },
	{ "may_goto: R0 is lost", any_call, .target = loses_r0, .needs = BJN_FEAT(TIMED_MAY_GOTO) },
	{ "may_goto: R5 is lost", any_call, .target = loses_r5, .needs = BJN_FEAT(TIMED_MAY_GOTO) },
	{ "frame: private stack 16 bytes too high", never, .begin = higher_stack,
	  .needs = BJN_FEAT(PRIVATE_STACK) },
	{ "arena: register of a faulting atomic not zeroed", arena_fetch, NULL, lose_register,
	  .needs = BJN_FEAT(ARENA_ATOMICS) },
	{ "alu: per-CPU offset left out", percpu, off0, .needs = BJN_FEAT(PERCPU_INSN) },
};

const u32 bf_nr_plants = BJN_ARRAY_SIZE(plants);

const char *bf_plant_name(u32 n)
{
	return plants[n].what;
}

/**
 * bf_plant_possible - is it a bug on this machine?
 * @n: number of the bug
 */
bool bf_plant_possible(u32 n)
{
	if (plants[n].hit == kfunc && bt_target.callee_extends)
		return false;
	if (plants[n].hit == probe && bt_target.probe_zeroes)
		return false;
	if (plants[n].begin == higher_stack && !bt_target.per_cpu)
		return false;
	if ((plants[n].target == loses_r0 || plants[n].target == loses_r5) && !bt_target.may_goto_r0)
		return false;
	return !(plants[n].needs & ~bt_target.be->features);
}

static int spoilt_target(const struct bjn_prog *prog, u32 idx, struct bjn_call *call)
{
	const struct bjn_prog *real = prog->priv;
	int err = real->ops->call_target(real, idx, call);

	active->target(call);
	return err;
}

static void emit_spoilt_call(struct bjn_ctx *c, const struct bpf_insn *in)
{
	static struct bjn_prog_ops spoilt;
	const struct bjn_prog *real = c->prog;
	struct bjn_prog copy = *real;

	spoilt = *real->ops;
	spoilt.call_target = spoilt_target;
	copy.ops = &spoilt;
	copy.priv = (void *)real;
	c->prog = &copy;
	real_ops[in->code].emit(c, in);
	c->prog = real;
}

static void patch_too_far(struct bjn_ctx *c, const struct bjn_fixup *fix, s32 delta)
{
	real_be->patch(c, fix, delta > 32767 ? delta + 1 : delta);
}

static void with_spoilt_prog(struct bjn_ctx *c, void (*fn)(struct bjn_ctx *c))
{
	const struct bjn_prog *real = c->prog;
	struct bjn_prog copy = *real;

	active->begin(&copy);
	c->prog = &copy;
	fn(c);
	c->prog = real;
}

static void begin(struct bjn_ctx *c)
{
	with_spoilt_prog(c, real_be->begin);
}

/* A private stack is known by its address at the entry. */
static void prologue(struct bjn_ctx *c)
{
	if (active->begin == higher_stack)
		with_spoilt_prog(c, real_be->prologue);
	else
		real_be->prologue(c);
}

static void emit(struct bjn_ctx *c, const struct bpf_insn *in)
{
	struct bpf_insn copy[2] = { in[0] };

	if (!active->hit(in)) {
		real_ops[in->code].emit(c, in);
		return;
	}
	if (in->code == BJN_LD_IMM64)
		copy[1] = in[1];
	if (active->spoil)
		active->spoil(copy);
	if (active->target)
		emit_spoilt_call(c, in);
	else
		real_ops[copy[0].code].emit(c, copy);
	if (active->after)
		active->after(c);
}

/**
 * bf_plant - compile with a copy of the back end that has one bug
 * @real: the back end
 * @n: which bug, below bf_nr_plants
 */
void bf_plant(const struct bjn_backend *real, u32 n)
{
	u32 i;

	active = &plants[n];
	real_ops = real->ops;
	real_be = real;
	planted = *real;
	planted.ops = ops;
	if (active->begin) {
		planted.begin = begin;
		planted.prologue = prologue;
	} else if (active->hit == never) {
		planted.patch = patch_too_far;
	}
	for (i = 0; i < BJN_ARRAY_SIZE(ops); i++) {
		ops[i] = real_ops[i];
		if (ops[i].emit)
			ops[i].emit = emit;
	}
	bt_backend = &planted;
}
