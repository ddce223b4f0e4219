// SPDX-License-Identifier: GPL-2.0
/*
 * What the verifier does to a program between its checks and the JIT.
 *
 * bt_guard() surrounds divisions by register with tests, because a JIT may
 * rely on never seeing a divisor of zero (or of -1 when signed): facts from kernel/bpf/fixups.c,
 * bpf_do_misc_fixups(). frames.c turns may_goto into a call. bt_blind() splits immediates as bpf_jit_harden does:
 * facts from kernel/bpf/core.c, bpf_jit_blind_insn(). The program compiled is
 * the result of the last two, so a wrong guess here shows as a difference.
 */
#include <stdlib.h>

#include "fixup.h"

static void put(struct bt_patch *p, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	bt_patch_put(p, code, dst, src, off, imm);
}

/**
 * bt_code_reserve - make room
 * @c: program
 * @len: slots needed
 *
 * Return: false when there is no memory.
 */
bool bt_code_reserve(struct bt_code *c, u32 len)
{
	if (len <= c->cap)
		return true;
	free(c->insns);
	free(c->map);
	c->insns = malloc(len * sizeof(*c->insns));
	c->map = malloc((len + 1) * sizeof(*c->map));
	c->cap = c->insns && c->map ? len : 0;
	return c->cap;
}

/**
 * bt_is_jump - has the instruction a target within the program?
 * @in: instruction; calls of subprograms and references to them count
 */
bool bt_is_jump(const struct bpf_insn *in)
{
	u8 op = BJN_OP(in->code);

	if (in->code == BJN_LD_IMM64)
		return in->src_reg == BPF_PSEUDO_FUNC;
	if (in->code == (BPF_JMP | BPF_CALL))
		return in->src_reg == BPF_PSEUDO_CALL;
	if (BJN_CLASS(in->code) != BPF_JMP && BJN_CLASS(in->code) != BPF_JMP32)
		return false;
	return op != BPF_EXIT && op != 0xf0 && in->code != BJN_GOTOX;
}

static bool is_wide_target(const struct bpf_insn *in)
{
	return in->code == BJN_GOTOL || in->code == BJN_LD_IMM64 ||
	       in->code == (BPF_JMP | BPF_CALL);
}

/**
 * bt_jump_off - distance of a jump from the instruction behind it
 * @in: instruction for which bt_is_jump() holds
 */
s32 bt_jump_off(const struct bpf_insn *in)
{
	return is_wide_target(in) ? in->imm : in->off;
}

static int set_jump(struct bpf_insn *in, s64 off, const char **why)
{
	if (is_wide_target(in)) {
		in->imm = (s32)off;
		return 0;
	}
	if (off < INT16_MIN || off > INT16_MAX) {
		*why = "a jump became too long";
		return -ERANGE;
	}
	in->off = (s16)off;
	return 0;
}

static bool is_call(const struct bpf_insn *in)
{
	return in->code == (BPF_JMP | BPF_CALL);
}

/*
 * Give the last instruction that @i became the target that @i had; may_goto
 * becomes several with one jump among them. Only calls execute what was put in
 * front of a function.
 */
static int retarget(const struct bt_rewrite *rw, const struct bt_code *in, struct bt_code *out,
		    u32 i, const char **why)
{
	u32 last = out->map[i + 1] - 1, front = 0;
	s64 target = (s64)i + 1 + bt_jump_off(&in->insns[i]);

	if (target < 0 || target > in->len) {
		*why = "a jump leaves the program";
		return -EINVAL;
	}
	if (in->insns[i].code == BT_MAY_GOTO && last > out->map[i])
		while (out->insns[last].code != (BPF_JMP | BPF_JEQ | BPF_K) ||
		       out->insns[last].dst_reg != rw->ax)
			last--;
	if (rw->front && !is_call(&in->insns[i]))
		front = rw->front(rw, (u32)target);
	return set_jump(&out->insns[last], (s64)out->map[target] + front - last - 1, why);
}

/* Both slots of an ld_imm64 stay together; only the first is looked at. */
static u32 slots(const struct bpf_insn *in)
{
	return in->code == BJN_LD_IMM64 ? 2 : 1;
}

/**
 * bt_expand - replace instructions by others and complete the jumps
 * @in: program
 * @fn: gives the replacement of one instruction; none: it stays
 * @rw: passed to @fn
 * @out: result
 * @why: on error one phrase
 *
 * Return: 0, -ENOMEM, -EINVAL or -ERANGE.
 */
int bt_expand(const struct bt_code *in, bt_rewrite_fn fn, struct bt_rewrite *rw,
	      struct bt_code *out, const char **why)
{
	u32 i, n = 0;
	int err = 0;

	if (!bt_code_reserve(out, in->len * BT_MAX_PATCH + 1)) {
		*why = "out of memory";
		return -ENOMEM;
	}
	for (i = 0; i < in->len; i += slots(&in->insns[i])) {
		struct bt_patch p = { .n = 0 };

		fn(rw, &in->insns[i], &p);
		if (!p.n) {
			memcpy(p.insn, &in->insns[i], slots(&in->insns[i]) * sizeof(p.insn[0]));
			p.n = slots(&in->insns[i]);
		}
		out->map[i] = n;
		if (slots(&in->insns[i]) == 2)
			out->map[i + 1] = n;
		memcpy(&out->insns[n], p.insn, p.n * sizeof(p.insn[0]));
		n += p.n;
	}
	out->map[in->len] = n;
	out->len = n;
	for (i = 0; i < in->len && !err; i += slots(&in->insns[i])) {
		u32 at = out->map[i + slots(&in->insns[i])] - 2;

		if (in->insns[i].code == BJN_LD_IMM64 && bt_is_jump(&in->insns[i]))
			err = set_jump(&out->insns[at],
				       (s64)out->map[i + 1 + in->insns[i].imm] - at - 1, why);
		else if (bt_is_jump(&in->insns[i]))
			err = retarget(rw, in, out, i, why);
	}
	return err;
}

static u8 alu(bool wide, u8 op)
{
	return (wide ? BPF_ALU64 : BPF_ALU) | op;
}

static u8 jmp(bool wide, u8 op)
{
	return (wide ? BPF_JMP : BPF_JMP32) | op;
}

/* if (src == 0) dst = 0; else if (src == -1) dst = -dst; else dst s/= src */
static void guard_sdiv(u8 ax, const struct bpf_insn *in, bool wide, struct bt_patch *p)
{
	u8 d = in->dst_reg;

	put(p, BPF_ALU64 | BPF_MOV | BPF_X, ax, in->src_reg, 0, 0);
	put(p, alu(wide, BPF_ADD | BPF_K), ax, 0, 0, 1);
	put(p, jmp(wide, BPF_JGT | BPF_K), ax, 0, 4, 1);
	put(p, jmp(wide, BPF_JEQ | BPF_K), ax, 0, 1, 0);
	put(p, alu(wide, BPF_MOV | BPF_K), d, 0, 0, 0);
	put(p, alu(wide, BPF_NEG | BPF_K), d, 0, 0, 0);
	put(p, BPF_JMP | BPF_JA, 0, 0, 1, 0);
	p->insn[p->n++] = *in;
}

/* if (src == 0) dst = dst; else if (src == -1) dst = 0; else dst s%= src */
static void guard_smod(u8 ax, const struct bpf_insn *in, bool wide, struct bt_patch *p)
{
	u8 d = in->dst_reg;

	put(p, BPF_ALU64 | BPF_MOV | BPF_X, ax, in->src_reg, 0, 0);
	put(p, alu(wide, BPF_ADD | BPF_K), ax, 0, 0, 1);
	put(p, jmp(wide, BPF_JGT | BPF_K), ax, 0, 3, 1);
	put(p, jmp(wide, BPF_JEQ | BPF_K), ax, 0, wide ? 3 : 4, 1);
	put(p, BPF_ALU | BPF_MOV | BPF_K, d, 0, 0, 0);
	put(p, BPF_JMP | BPF_JA, 0, 0, 1, 0);
	p->insn[p->n++] = *in;
	if (wide)
		return;
	put(p, BPF_JMP | BPF_JA, 0, 0, 1, 0);
	put(p, BPF_ALU | BPF_MOV | BPF_X, d, d, 0, 0);
}

static void guard_div(const struct bpf_insn *in, bool wide, struct bt_patch *p)
{
	put(p, jmp(wide, BPF_JNE | BPF_K), in->src_reg, 0, 2, 0);
	put(p, BPF_ALU | BPF_XOR | BPF_X, in->dst_reg, in->dst_reg, 0, 0);
	put(p, BPF_JMP | BPF_JA, 0, 0, 1, 0);
	p->insn[p->n++] = *in;
}

static void guard_mod(const struct bpf_insn *in, bool wide, struct bt_patch *p)
{
	put(p, jmp(wide, BPF_JEQ | BPF_K), in->src_reg, 0, wide ? 1 : 2, 0);
	p->insn[p->n++] = *in;
	if (wide)
		return;
	put(p, BPF_JMP | BPF_JA, 0, 0, 1, 0);
	put(p, BPF_ALU | BPF_MOV | BPF_X, in->dst_reg, in->dst_reg, 0, 0);
}

static void guard_insn(struct bt_rewrite *rw, const struct bpf_insn *in, struct bt_patch *p)
{
	bool wide = BJN_CLASS(in->code) == BPF_ALU64;
	bool div = BJN_OP(in->code) == BPF_DIV;

	if (in->code == (BPF_ALU64 | BPF_MOV | BPF_X) && in->off == BJN_MOV_ARENA_CAST &&
	    in->imm == 1) {	/* a cast to the kernel's view drops the upper half */
		put(p, BPF_ALU | BPF_MOV | BPF_X, in->dst_reg, in->src_reg, 0, 0);
		return;
	}
	if (!wide && BJN_CLASS(in->code) != BPF_ALU)
		return;
	if (!div && BJN_OP(in->code) != BPF_MOD)
		return;
	if (!(in->code & BPF_X)) {
		if (in->off == 1 && in->imm == -1 && div)
			put(p, alu(wide, BPF_NEG | BPF_K), in->dst_reg, 0, 0, 0);
		else if (in->off == 1 && in->imm == -1)
			put(p, BPF_ALU | BPF_MOV | BPF_K, in->dst_reg, 0, 0, 0);
		return;
	}
	if (div && in->off == 1)
		guard_sdiv(rw->ax, in, wide, p);
	else if (in->off == 1)
		guard_smod(rw->ax, in, wide, p);
	else if (div)
		guard_div(in, wide, p);
	else
		guard_mod(in, wide, p);
}

/**
 * bt_guard - surround divisions by register with tests
 * @in: program
 * @reg_ax: number of the auxiliary register
 * @out: result
 * @why: on error one phrase
 *
 * Return: 0, -ENOMEM, -EINVAL or -ERANGE.
 */
int bt_guard(const struct bt_code *in, u8 reg_ax, struct bt_code *out, const char **why)
{
	struct bt_rewrite rw = { .ax = reg_ax };

	return bt_expand(in, guard_insn, &rw, out, why);
}

static u32 next_random(u32 *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed ^ *seed >> 15;
}

/* AX = imm in two steps, in the width of the instruction's class. */
static void load_ax(struct bt_rewrite *rw, bool wide, s32 imm, struct bt_patch *p)
{
	u32 rnd = next_random(&rw->seed);

	put(p, alu(wide, BPF_MOV | BPF_K), rw->ax, 0, 0, (s32)(rnd ^ (u32)imm));
	put(p, alu(wide, BPF_XOR | BPF_K), rw->ax, 0, 0, (s32)rnd);
}

static void blind_alu(struct bt_rewrite *rw, const struct bpf_insn *in, struct bt_patch *p)
{
	bool wide = BJN_CLASS(in->code) == BPF_ALU64;

	switch (BJN_OP(in->code)) {
	case BPF_LSH:
	case BPF_RSH:
	case BPF_ARSH:
	case BPF_NEG:
	case BPF_END:
		return;
	}
	if (in->code & BPF_X)
		return;
	if (!in->imm && BJN_OP(in->code) == BPF_MOV) {
		put(p, BPF_ALU64 | BPF_XOR | BPF_X, in->dst_reg, in->dst_reg, 0, 0);
		return;
	}
	load_ax(rw, wide, in->imm, p);
	put(p, in->code | BPF_X, in->dst_reg, rw->ax, in->off, 0);
}

static void blind_ld_imm64(struct bt_rewrite *rw, const struct bpf_insn *in, struct bt_patch *p)
{
	if (in->src_reg)
		return;
	load_ax(rw, true, in[1].imm, p);
	put(p, BPF_ALU64 | BPF_LSH | BPF_K, rw->ax, 0, 0, 32);
	put(p, BPF_ALU64 | BPF_MOV | BPF_X, in->dst_reg, rw->ax, 0, 0);
	load_ax(rw, false, in[0].imm, p);
	put(p, BPF_ALU64 | BPF_OR | BPF_X, in->dst_reg, rw->ax, 0, 0);
}

static void blind_st(struct bt_rewrite *rw, const struct bpf_insn *in, struct bt_patch *p)
{
	u8 mode = BJN_MODE(in->code);

	if (mode != BPF_MEM && mode != BJN_PROBE_MEM32)
		return;
	load_ax(rw, true, in->imm, p);
	put(p, BPF_STX | mode | BJN_SIZE(in->code), in->dst_reg, rw->ax, in->off, 0);
}

static void blind_jmp(struct bt_rewrite *rw, const struct bpf_insn *in, struct bt_patch *p)
{
	u8 op = BJN_OP(in->code);

	if (in->code & BPF_X || op == BPF_JA || op == BPF_CALL || op == BPF_EXIT || op == 0xf0)
		return;
	load_ax(rw, BJN_CLASS(in->code) == BPF_JMP, in->imm, p);
	put(p, in->code | BPF_X, in->dst_reg, rw->ax, in->off, 0);
}

static void blind_insn(struct bt_rewrite *rw, const struct bpf_insn *in, struct bt_patch *p)
{
	if (in->dst_reg == rw->ax || in->src_reg == rw->ax)
		return;
	switch (BJN_CLASS(in->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		blind_alu(rw, in, p);
		break;
	case BPF_JMP:
	case BPF_JMP32:
		blind_jmp(rw, in, p);
		break;
	case BPF_LD:
		blind_ld_imm64(rw, in, p);
		break;
	case BPF_ST:
		blind_st(rw, in, p);
		break;
	}
}

/**
 * bt_blind - constant blinding
 * @in: program with its guards
 * @reg_ax: number of the auxiliary register
 * @seed: of the random numbers; updated
 * @out: result
 * @why: on error one phrase
 *
 * Return: 0, -ENOMEM, -EINVAL or -ERANGE.
 */
int bt_blind(const struct bt_code *in, u8 reg_ax, u32 *seed, struct bt_code *out,
	     const char **why)
{
	struct bt_rewrite rw = { .ax = reg_ax, .seed = *seed };
	int err = bt_expand(in, blind_insn, &rw, out, why);

	*seed = rw.seed;
	return err;
}
