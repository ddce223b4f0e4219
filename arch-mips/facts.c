// SPDX-License-Identifier: GPL-2.0
/*
 * What is known about the upper halves of BPF registers.
 *
 * Per register two facts: the upper half is zero, and the upper half repeats
 * bit 31. They hold along a straight line of code and are forgotten where a
 * jump arrives. They follow from the instruction alone, save that an emitter
 * may leave an upper half undone that nobody is going to look at (mi_loose()).
 */
#include "common.h"

static bool has(u16 set, u8 reg)
{
	return set >> reg & 1;
}

/**
 * mi_is_zext - is the upper half of a BPF register zero?
 * @c: compilation
 * @reg: BPF register
 */
bool mi_is_zext(const struct bjn_ctx *c, u8 reg)
{
	return has(mi_frame(c)->zext, reg);
}

/**
 * mi_is_sext - is a BPF register the sign-extension of its lower half?
 * @c: compilation
 * @reg: BPF register
 */
bool mi_is_sext(const struct bjn_ctx *c, u8 reg)
{
	return has(mi_frame(c)->sext, reg);
}

/* Both at once: 0 to 2^31 - 1. */
static bool is_small(const struct bjn_ctx *c, u8 reg)
{
	return mi_is_zext(c, reg) && mi_is_sext(c, reg);
}

/**
 * mi_loose - the upper half of the result is not what the instruction says
 * @c: compilation, in the emitter of an instruction that mi_upper_is_dead()
 * @sext: it repeats bit 31; else it is anything
 */
void mi_loose(struct bjn_ctx *c, bool sext)
{
	mi_frame(c)->loose = sext ? MI_LOOSE_SEXT : MI_LOOSE;
}

/**
 * mi_next - the next instruction, if it is only reached from this one
 * @c: compilation
 *
 * Return: NULL when there is none.
 */
const struct bpf_insn *mi_next(const struct bjn_ctx *c)
{
	u32 next = c->idx + 1;

	if (c->be->ops[c->prog->insns[c->idx].code].flags & BJN_OP_TWO)
		next++;
	return next < c->prog->len && !bjn_is_joined(c, next) ? &c->prog->insns[next] : NULL;
}

/**
 * mi_returns_int - does the program return a C int, the lower half of R0?
 * @c: compilation
 *
 * So does a main program unless it is told otherwise, and an exception callback
 * in its place. A function that tail-called it hands the result on to BPF code, so
 * all of R0 is returned where that is no different for C: little-endian o32.
 */
bool mi_returns_int(const struct bjn_ctx *c)
{
	if (!mi_is_wide(c) && !mi_is_be(c))
		return false;
	return (!c->prog->is_subprog || c->prog->exception_cb) && !c->prog->wide_result &&
	       !mi_cpu(c, BJN_MIPS_CPU_WIDE_R0);
}

/**
 * mi_is_returned - does the program return the result of this instruction next?
 * @c: compilation
 * @reg: BPF register with the result
 *
 * True only if the lower half is all that matters.
 */
bool mi_is_returned(const struct bjn_ctx *c, u8 reg)
{
	const struct bpf_insn *next = mi_next(c);

	return reg == BPF_REG_0 && next && next->code == (BPF_JMP | BPF_EXIT) && mi_returns_int(c);
}

/**
 * mi_upper_is_dead - does nobody look at the upper half of a result?
 * @c: compilation
 * @reg: BPF register with the result
 *
 * The next instruction is one of 32 bits with the same destination: it makes
 * the upper half zero itself and looks at lower halves only.
 */
bool mi_upper_is_dead(const struct bjn_ctx *c, u8 reg)
{
	const struct bpf_insn *next = mi_next(c);

	if (next && BPF_CLASS(next->code) == BPF_ALU && BPF_OP(next->code) != BPF_END &&
	    next->dst_reg == reg)
		return true;
	return mi_is_returned(c, reg);
}

static void set(struct bjn_ctx *c, u8 reg, bool zext, bool sext)
{
	struct mi_frame *m = mi_frame(c);
	u16 bit = (u16)(1u << reg);

	m->zext = (u16)(zext ? m->zext | bit : m->zext & ~bit);
	m->sext = (u16)(sext ? m->sext | bit : m->sext & ~bit);
}

/**
 * mi_know_zext - the upper half of a BPF register is zero when the program starts
 * @c: compilation, at the end of the prologue
 * @reg: BPF register
 */
void mi_know_zext(struct bjn_ctx *c, u8 reg)
{
	if (!bjn_is_joined(c, 0))
		set(c, reg, true, false);
}

/* Is the result of a 32-bit operation less than 2^31? */
static bool is_small_result(const struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool k = BPF_SRC(insn->code) == BPF_K;
	bool dst = is_small(c, insn->dst_reg);
	bool src = k ? insn->imm >= 0 : is_small(c, insn->src_reg);

	switch (BPF_OP(insn->code)) {
	case BPF_MOV:
		return src && !insn->off;
	case BPF_AND:
		return src || dst;
	case BPF_OR:
	case BPF_XOR:
		return src && dst;
	case BPF_RSH:
		return dst || (k && insn->imm);
	case BPF_ARSH:
		return dst;
	case BPF_DIV:
	case BPF_MOD:
		return dst && !insn->off;
	}
	return false;
}

static void learn_end(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	set(c, insn->dst_reg, insn->imm < 64, insn->imm == 16);
}

static void learn_alu32(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (BPF_OP(insn->code) == BPF_END)
		learn_end(c, insn);
	else
		set(c, insn->dst_reg, true, is_small_result(c, insn));
}

static void learn_mov64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u8 src = insn->src_reg;

	if (BPF_SRC(insn->code) == BPF_K)
		set(c, insn->dst_reg, insn->imm >= 0, true);
	else if (!insn->off)
		set(c, insn->dst_reg, mi_is_zext(c, src), mi_is_sext(c, src));
	else
		set(c, insn->dst_reg, false,
		    insn->off == 8 || insn->off == 16 || insn->off == 32);
}

/* dst = dst & src, dst | src, dst ^ src; a constant is sign-extended */
static void learn_logic64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool k = BPF_SRC(insn->code) == BPF_K;
	bool zext = k ? insn->imm >= 0 : mi_is_zext(c, insn->src_reg);
	bool sext = k || mi_is_sext(c, insn->src_reg);
	bool dst_zext = mi_is_zext(c, insn->dst_reg), dst_sext = mi_is_sext(c, insn->dst_reg);
	bool small = (zext && sext) || (dst_zext && dst_sext);

	if (BPF_OP(insn->code) == BPF_AND)
		set(c, insn->dst_reg, zext || dst_zext, small || (sext && dst_sext));
	else
		set(c, insn->dst_reg, zext && dst_zext, sext && dst_sext);
}

/* dst = dst >> imm, dst s>> imm */
static void learn_right64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool arithmetic = BPF_OP(insn->code) == BPF_ARSH;
	bool zext = mi_is_zext(c, insn->dst_reg), sext = mi_is_sext(c, insn->dst_reg);
	s32 n = BPF_SRC(insn->code) == BPF_K ? insn->imm : 0;

	if (arithmetic)
		set(c, insn->dst_reg, zext, sext || n >= 32 || (zext && n));
	else
		set(c, insn->dst_reg, zext || n >= 32,
		    (zext && sext) || n > 32 || (zext && n));
}

/* A quotient or remainder is no greater than the dividend, unless it is signed. */
static void learn_div64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool zext = mi_is_zext(c, insn->dst_reg);

	set(c, insn->dst_reg, zext && !insn->off,
	    zext && !insn->off && mi_is_sext(c, insn->dst_reg));
}

static void learn_alu64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	switch (BPF_OP(insn->code)) {
	case BPF_MOV:
		learn_mov64(c, insn);
		break;
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
		learn_logic64(c, insn);
		break;
	case BPF_RSH:
	case BPF_ARSH:
		learn_right64(c, insn);
		break;
	case BPF_DIV:
	case BPF_MOD:
		learn_div64(c, insn);
		break;
	case BPF_END:
		learn_end(c, insn);
		break;
	default:
		set(c, insn->dst_reg, false, false);
	}
}

/* The address of a function is not the same in every pass. */
static void learn_imm64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool plain = insn->src_reg != BPF_PSEUDO_FUNC;
	s32 upper = insn[1].imm;

	set(c, insn->dst_reg, plain && !upper, plain && upper == (insn->imm < 0 ? -1 : 0));
}

/* A load that faults yields 0, which is what any of them may yield. */
static void learn_load(struct bjn_ctx *c, u8 reg, u8 size, bool is_signed)
{
	if (is_signed)
		set(c, reg, false, true);
	else
		set(c, reg, size != BPF_DW, size == BPF_B || size == BPF_H);
}

static void learn_ldx(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u8 mode = BPF_MODE(insn->code);

	learn_load(c, insn->dst_reg, BPF_SIZE(insn->code),
		   mode == BPF_MEMSX || mode == BJN_PROBE_MEMSX || mode == BJN_PROBE_MEM32SX);
}

static void learn_atomic(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u8 size = BPF_SIZE(insn->code);

	if (BPF_MODE(insn->code) != BPF_ATOMIC && BPF_MODE(insn->code) != BJN_PROBE_ATOMIC)
		return;
	if (insn->imm == BPF_LOAD_ACQ)
		learn_load(c, insn->dst_reg, size, false);
	else if (insn->imm == BPF_CMPXCHG)
		learn_load(c, BPF_REG_0, size, false);
	else if (insn->imm != BPF_STORE_REL && insn->imm & BPF_FETCH)
		learn_load(c, insn->src_reg, size, false);
}

static void learn_call(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u8 reg;

	if (insn->code != (BPF_JMP | BPF_CALL))
		return;
	for (reg = BPF_REG_0; reg <= BPF_REG_5; reg++)
		set(c, reg, false, false);
	if (c->env->reg_ax < BJN_MAX_REG)
		set(c, c->env->reg_ax, false, false);
}

/**
 * mi_learn - note what is known behind an instruction
 * @c: compilation
 * @insn: the instruction just written
 */
void mi_learn(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	static void (*const learn[8])(struct bjn_ctx *c, const struct bpf_insn *insn) = {
		[BPF_LD] = learn_imm64,
		[BPF_LDX] = learn_ldx,
		[BPF_STX] = learn_atomic,
		[BPF_JMP] = learn_call,
		[BPF_ALU] = learn_alu32,
		[BPF_ALU64] = learn_alu64,
	};
	struct mi_frame *m = mi_frame(c);
	u8 loose = m->loose;

	m->loose = 0;
	if (!mi_next(c)) {
		m->zext = 0;
		m->sext = 0;
		mi_entry(c);
		return;
	}
	if (learn[BPF_CLASS(insn->code)])
		learn[BPF_CLASS(insn->code)](c, insn);
	if (loose)
		set(c, insn->dst_reg, false, loose == MI_LOOSE_SEXT);
}
