// SPDX-License-Identifier: GPL-2.0
/*
 * Arguments 6 and up, which a program reads and writes through a register that
 * stands for them (A64_REG_ARGS).
 *
 * 6 to 8 are in x5 to x7. A value that is made only to be passed there is made
 * there: where a register is loaded, a look ahead tells whether it goes into
 * such an argument before anything can leave the straight line of code, and is
 * dead behind that. Until the store the machine register of the argument then
 * has the value, and the store is no instruction at all.
 */
#include "emit.h"

/* So far does a look ahead go. */
#define WINDOW	32

/* Which argument behind the fifth one (1, 2, ...) does a store or load mean? 0: none */
static u32 arg_of(const struct bpf_insn *insn, u8 class)
{
	s32 off = class == BPF_LDX ? insn->off : -insn->off;

	if (BJN_MODE(insn->code) == BPF_MEM && BPF_SIZE(insn->code) == BPF_DW && !(off & 7) &&
	    off > 0 && off <= 8 * (BJN_MAX_ARGS - 5))
		return (u32)off / 8;
	return 0;
}

static u32 arg_number(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u32 n = arg_of(insn, BJN_CLASS(insn->code));

	if (!n)
		bjn_fail(c, -EINVAL, "impossible access to an argument");
	return n ? n : 1;
}

static bool is_jump(const struct bpf_insn *insn)
{
	return BJN_CLASS(insn->code) == BPF_JMP || BJN_CLASS(insn->code) == BPF_JMP32;
}

/* Does an instruction set its dst without having read it? */
static bool is_definition(const struct bpf_insn *insn)
{
	u8 class = BJN_CLASS(insn->code);

	if (class == BPF_ALU || class == BPF_ALU64)
		return BPF_OP(insn->code) == BPF_MOV;
	return class == BPF_LDX || insn->code == BJN_LD_IMM64;
}

/* May an instruction read a register? Exact but for calls, which read R1 to R5. */
static bool is_read(const struct bpf_insn *insn, u8 reg)
{
	u8 class = BJN_CLASS(insn->code);
	bool by_src = class == BPF_LDX || class == BPF_STX ||
		      (class >= BPF_ALU && BPF_SRC(insn->code) == BPF_X);

	if (insn->code == (BPF_JMP | BPF_CALL))
		return reg >= BPF_REG_1 && reg <= BPF_REG_5;
	if (insn->code == (BPF_JMP | BPF_EXIT) ||
	    (class == BPF_STX && BJN_MODE(insn->code) != BPF_MEM && reg == BPF_REG_0))
		return reg == BPF_REG_0;
	if (by_src && insn->src_reg == reg)
		return true;
	return insn->dst_reg == reg && !is_definition(insn);
}

/* Is a register dead in front of instruction @i? */
static bool is_dead(struct bjn_ctx *c, u32 i, u8 reg)
{
	const struct bpf_insn *insns = c->prog->insns;
	u32 end = i + WINDOW < c->prog->len ? i + WINDOW : c->prog->len;

	for (; i < end; i++) {
		if (is_read(&insns[i], reg))
			return false;
		if (is_definition(&insns[i]) && insns[i].dst_reg == reg)
			return true;
		/* AX does not live from one instruction of the program to the next. */
		if (is_jump(&insns[i]))
			return insns[i].code == (BPF_JMP | BPF_EXIT) || reg == c->env->reg_ax;
		if (insns[i].code == BJN_LD_IMM64)
			i++;
	}
	return false;
}

/* May something jump between two instructions, or to @last? */
static bool is_entered(struct bjn_ctx *c, u32 first, u32 last)
{
	const struct bjn_prog *p = c->prog;
	s64 to;
	u32 i;

	for (i = 0; i < p->len; i++) {
		u8 op = BPF_OP(p->insns[i].code);

		if (!is_jump(&p->insns[i]) || op == BPF_CALL || op == BPF_EXIT)
			continue;
		if (p->insns[i].code == BJN_GOTOX)
			return true;
		to = (s64)i + 1 + (p->insns[i].code == BJN_GOTOL ? p->insns[i].imm : p->insns[i].off);
		if (to > first && to <= last)
			return true;
	}
	return false;
}

/*
 * The argument in a register for which a value is made by instruction @c->idx
 * in @reg, and the store of it; 0 when there is none, or when the machine
 * register is needed for another value before.
 */
static u32 look_ahead(struct bjn_ctx *c, u8 reg, u32 *store)
{
	const struct bpf_insn *insns = c->prog->insns;
	u32 i = c->idx + 1 + (insns[c->idx].code == BJN_LD_IMM64);
	u32 end = i + WINDOW < c->prog->len ? i + WINDOW : c->prog->len;
	u32 used = 0;

	for (; i < end && !is_jump(&insns[i]); i++) {
		u8 class = BJN_CLASS(insns[i].code);
		u32 n = 0;

		if (class == BPF_LDX && insns[i].src_reg == A64_REG_ARGS)
			n = arg_of(&insns[i], class);
		else if (class >= BPF_ST && class <= BPF_STX && insns[i].dst_reg == A64_REG_ARGS)
			n = arg_of(&insns[i], class);
		if (class == BPF_STX && n && insns[i].src_reg == reg) {
			*store = i;
			return n <= A64_ARGS_IN_REGS && !(used & 1u << n) ? n : 0;
		}
		used |= 1u << n;
		if (insns[i].code == BJN_LD_IMM64)
			i++;
	}
	return 0;
}

/**
 * a64_dst_new - machine register of a BPF register that gets a new value
 * @c: compilation, fails with -EINVAL for R10 or an unknown register
 * @insn: instruction that does not read its dst any more
 */
enum a64_reg a64_dst_new(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct a64_frame *f = a64_frame(c);
	u8 reg = insn->dst_reg;
	u32 store, n;

	/* x5 to x7 have no other BPF register in a program that calls. */
	if (!f->args || (f->map[reg] >= A64_X5 && f->map[reg] <= A64_X7) || f->map[reg] == A64_NONE)
		return a64_dst(c, reg);
	n = look_ahead(c, reg, &store);
	if (!n || !is_dead(c, store + 1, reg) || f->looks < c->prog->len)
		return a64_dst(c, reg);
	f->looks -= c->prog->len;
	if (is_entered(c, c->idx, store))
		return a64_dst(c, reg);
	f->home[n - 1] = f->map[reg];
	f->map[reg] = A64_X4 + n;
	return a64_dst(c, reg);
}

/**
 * a64_is_args - does a register stand for the arguments 6 and up?
 * @c: compilation
 * @reg: BPF register
 */
bool a64_is_args(struct bjn_ctx *c, u8 reg)
{
	return reg == A64_REG_ARGS && a64_frame(c)->args;
}

/**
 * a64_load_arg - dst = incoming argument, in a register or above the frame
 * @c: compilation, fails with -EINVAL when the instruction means no argument
 * @insn: load
 */
void a64_load_arg(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u32 n = arg_number(c, insn);
	enum a64_reg rd = a64_dst_new(c, insn);
	u32 size = a64_frame(c)->size;

	if (n > A64_ARGS_IN_REGS)
		a64_ldr_x(c, rd, A64_SP, size + 8 * (n - 1 - A64_ARGS_IN_REGS));
	else if (rd != A64_X4 + n)
		a64_mov(c, A64_X, rd, A64_X4 + n);
}

/* Where an outgoing argument on the stack goes. */
static void store_arg(struct bjn_ctx *c, u32 n, enum a64_reg rs)
{
	a64_str_x(c, rs, A64_SP, 8 * (n - 1 - A64_ARGS_IN_REGS));
}

/**
 * a64_stx_arg - outgoing argument = src
 * @c: compilation, fails with -EINVAL when the instruction means no argument
 * @insn: store
 */
void a64_stx_arg(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u32 n = arg_number(c, insn);
	enum a64_reg rs = a64_src(c, insn->src_reg, A64_T1);
	struct a64_frame *f = a64_frame(c);

	if (n > A64_ARGS_IN_REGS)
		store_arg(c, n, rs);
	else if (rs != A64_X4 + n)
		a64_mov(c, A64_X, A64_X4 + n, rs);
	else
		f->map[insn->src_reg] = f->home[n - 1];
}

/**
 * a64_st_arg - outgoing argument = imm
 * @c: compilation, fails with -EINVAL when the instruction means no argument
 * @insn: store
 */
void a64_st_arg(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u32 n = arg_number(c, insn);
	u64 v = (u64)(s64)insn->imm;

	if (n <= A64_ARGS_IN_REGS) {
		a64_li(c, A64_X4 + n, v);
	} else if (!v) {
		store_arg(c, n, A64_ZR);
	} else {
		a64_li(c, A64_T1, v);
		store_arg(c, n, A64_T1);
	}
}
