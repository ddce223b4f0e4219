// SPDX-License-Identifier: GPL-2.0
/*
 * 32-bit CPUs: detour and trampoline, see tramp.h.
 *
 * Arguments of a subprogram are two words each; the first four words are in
 * registers, the others on the stack, and the home of the first one has the
 * count of tail calls or the pointer to it. In memory, a pair is a 64-bit
 * value as it is in the context.
 */
#include "o32.h"
#include "tramp.h"

#define START	MI_S0	/* when the program was started; and S1 */
#define PROG	MI_S2	/* struct bpf_prog of the program being run */
#define NR_SAVED 4	/* and ra */
#define REG_WORDS 4	/* words of arguments in registers */
#define EXIT_BYTES 24	/* prog, start, run: of the exit function */

/* What a main program does at its entry; the argument of an extension is no context. */
static void enter_main(struct bjn_ctx *c)
{
	mi_sw(c, MI_T9, 0, MI_SP);
	if (c->prog->extension)
		return;
	if (mi_is_be(c))
		mi_move(c, MI_A1, MI_A0);
	o32_zero(c, mi_is_be(c) ? MI_A0 : MI_A1);
}

/**
 * o32_detour - detour of a program and its pointer, behind all of its code
 * @c: compilation
 *
 * At most O32_DETOUR_WORDS.
 */
void o32_detour(struct bjn_ctx *c)
{
	u32 load;

	if (!c->prog->attachable)
		return;
	c->entry.body = 1;
	if (!c->prog->is_subprog)
		c->entry.body = c->prog->extension ? 2 : o32_tail_entry(c) / 4;
	c->entry.detour = c->pos;
	mi_move(c, MI_T8, MI_RA);
	mi_bal(c, 8);
	if (c->prog->is_subprog) {
		o32_release(c);
	} else {
		mi_addiu(c, MI_T9, MI_ZERO, BJN_MAX_TAIL_CALLS);
		enter_main(c);
	}
	load = c->pos;
	mi_lw(c, MI_T9, 0, MI_RA);
	mi_jump_reg(c, MI_T9);
	mi_move(c, MI_RA, MI_T8);
	c->entry.pointer = c->pos;
	bjn_put(c, 0);
	/* $ra is three words behind the start of the detour */
	if (!c->err)
		c->code[load] |= 4 * (c->entry.pointer - c->entry.detour - 3);
}

static void call(struct bjn_ctx *c, u64 addr)
{
	mi_li32(c, MI_T9, (s32)addr);
	mi_call_reg(c, MI_T9);
	mi_idle(c);
}

/* Store 64 bits. */
static void store_const(struct bjn_ctx *c, s32 at, u64 v)
{
	u8 be = mi_is_be(c);

	if ((u32)v)
		mi_li32(c, O32_X1, (s32)v);
	mi_sw(c, (u32)v ? O32_X1 : MI_ZERO, at + 4 * be, MI_SP);
	if (v >> 32)
		mi_li32(c, O32_X1, (s32)(v >> 32));
	mi_sw(c, v >> 32 ? O32_X1 : MI_ZERO, at + 4 * !be, MI_SP);
}

/* Argument words of a subprogram that the context has, and all there may be. */
static int words_known(const struct mi_tramp *t)
{
	return 2 * t->nr_args;
}

static int words_passed(const struct mi_tramp *t)
{
	return 2 * (t->nr_args > t->nr_passed ? t->nr_args : t->nr_passed);
}

/* A subprogram may have more arguments than its prototype says: words that are in registers. */
static int words_in_regs(const struct mi_tramp *t)
{
	return t->caller == MI_TRAMP_SUB ? REG_WORDS : 0;
}

static void save_words(struct bjn_ctx *c, const struct mi_tramp *t,
		       const struct mi_tramp_frame *f)
{
	int i;

	for (i = 0; i < words_known(t); i++) {
		enum mi_reg r = O32_X1;

		if (i < REG_WORDS)
			r = MI_A0 + i;
		else
			mi_lw(c, r, f->size + 4 * i, MI_SP);
		mi_sw(c, r, f->args + 4 * i, MI_SP);
	}
	for (; i < words_in_regs(t); i++)
		mi_sw(c, MI_A0 + i, f->extra + 4 * i, MI_SP);
}

/* A word that the C ABI passes. */
static enum mi_reg c_word(struct bjn_ctx *c, const struct mi_tramp_frame *f, int slot)
{
	if (slot < REG_WORDS)
		return MI_A0 + slot;
	mi_lw(c, O32_X1, f->size + 4 * slot, MI_SP);
	return O32_X1;
}

/* Arguments of the C ABI: 8 bytes are an aligned pair, all else is one word. */
static void save_c_args(struct bjn_ctx *c, const struct mi_tramp *t,
			const struct mi_tramp_frame *f)
{
	u8 be = mi_is_be(c);
	int i, slot = 0;

	for (i = 0; i < t->nr_args; i++) {
		s32 at = f->args + 8 * i;
		enum mi_reg hi = MI_ZERO, r;

		if (t->arg_size[i] == 8) {
			slot = (slot + 1) & ~1;
			mi_sw(c, c_word(c, f, slot++), at, MI_SP);
			mi_sw(c, c_word(c, f, slot++), at + 4, MI_SP);
			continue;
		}
		r = c_word(c, f, slot++);
		mi_sw(c, r, at + 4 * be, MI_SP);
		if (t->arg_flags[i] & BJN_ARG_SIGNED) {
			hi = O32_X2;
			mi_sra(c, hi, r, 31);
		}
		mi_sw(c, hi, at + 4 * !be, MI_SP);
	}
}

/* Arguments as the original wants them, in registers. */
static void restore_args(struct bjn_ctx *c, const struct mi_tramp *t,
			 const struct mi_tramp_frame *f)
{
	int i;

	for (i = 0; i < words_known(t) && i < REG_WORDS; i++)
		mi_lw(c, MI_A0 + i, f->args + 4 * i, MI_SP);
	for (; i < words_in_regs(t); i++)
		mi_lw(c, MI_A0 + i, f->extra + 4 * i, MI_SP);
}

/* Those that were passed on the stack, once more for the original; and the count. */
static void copy_stacked(struct bjn_ctx *c, const struct mi_tramp *t,
			 const struct mi_tramp_frame *f)
{
	int i;

	mi_lw(c, O32_X1, f->size, MI_SP);
	mi_sw(c, O32_X1, 0, MI_SP);
	for (i = REG_WORDS; i < words_passed(t); i++) {
		mi_lw(c, O32_X1, f->size + 4 * i, MI_SP);
		mi_sw(c, O32_X1, 4 * i, MI_SP);
	}
}

/* Keep what a program or the original has returned. */
static void keep_result(struct bjn_ctx *c, const struct mi_tramp_frame *f, bool wide)
{
	u8 be = mi_is_be(c);

	if (wide) {
		mi_sw(c, MI_V0, f->ret, MI_SP);
		mi_sw(c, MI_V1, f->ret + 4, MI_SP);
		return;
	}
	mi_sra(c, MI_V1, MI_V0, 31);
	mi_sw(c, MI_V0, f->ret + 4 * be, MI_SP);
	mi_sw(c, MI_V1, f->ret + 4 * !be, MI_SP);
}

/* Run one program, if the kernel lets it. */
static void run_prog(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f,
		     struct mi_tramp_prog *p, bool keep)
{
	struct mi_outs over = { .nr = 0 };

	p->skip_at = c->pos;
	mi_idle(c);
	mi_idle(c);
	store_const(c, f->run + (s32)t->run_cookie, p->cookie);
	mi_li32(c, PROG, (s32)p->prog);
	mi_move(c, MI_A0, PROG);
	mi_addiu(c, MI_A1, MI_SP, f->run);
	call(c, p->enter);
	mi_move(c, START, MI_V0);
	mi_or(c, O32_X1, MI_V0, MI_V1);
	mi_out(c, &over, MI_OP_beq, O32_X1, MI_ZERO);
	mi_move(c, START + 1, MI_V1);	/* delay slot */
	mi_addiu(c, MI_A0, MI_SP, f->args);
	if (p->insns)
		mi_li32(c, MI_A1, (s32)p->insns);
	call(c, p->func);
	if (keep)
		keep_result(c, f, p->wide);
	mi_land(c, &over);
	mi_move(c, MI_A0, PROG);
	mi_move(c, MI_A2, START);
	mi_move(c, MI_A3, START + 1);
	mi_addiu(c, O32_X1, MI_SP, f->run);
	mi_sw(c, O32_X1, 16, MI_SP);
	call(c, p->exit);
	p->skip_to = c->pos;
}

static void enter(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f)
{
	mi_addiu(c, MI_SP, MI_SP, -f->size);
	mi_sw(c, MI_RA, f->saves, MI_SP);
	mi_sw(c, START, f->saves + 4, MI_SP);
	mi_sw(c, START + 1, f->saves + 8, MI_SP);
	mi_sw(c, PROG, f->saves + 12, MI_SP);
	if (t->caller == MI_TRAMP_C)
		save_c_args(c, t, f);
	else
		save_words(c, t, f);
}

static void call_image(struct bjn_ctx *c, const struct mi_tramp *t, u64 addr)
{
	mi_li32(c, MI_A0, (s32)t->image);
	call(c, addr);
}

static void call_original(struct bjn_ctx *c, const struct mi_tramp *t,
			  const struct mi_tramp_frame *f)
{
	copy_stacked(c, t, f);
	restore_args(c, t, f);
	call(c, t->body);
	keep_result(c, f, t->caller == MI_TRAMP_SUB);
}

/* The result as the caller wants it: less than 32 bits are extended for C. */
static void load_result(struct bjn_ctx *c, const struct mi_tramp *t,
			const struct mi_tramp_frame *f)
{
	u8 size = t->caller == MI_TRAMP_MAIN ? 4 : t->ret_size;

	if (t->caller == MI_TRAMP_SUB || size > 4) {
		mi_lw(c, MI_V0, f->ret, MI_SP);
		mi_lw(c, MI_V1, f->ret + 4, MI_SP);
		return;
	}
	mi_lw(c, MI_V0, f->ret + 4 * mi_is_be(c), MI_SP);
	if (!size || size > 2)
		return;
	if (t->ret_signed)
		o32_sext(c, MI_V0, MI_V0, 8u * size);
	else
		mi_andi(c, MI_V0, MI_V0, (1u << 8 * size) - 1);
}

static void leave(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f)
{
	if (t->go_on)
		restore_args(c, t, f);
	else if (t->returns || t->call_orig)
		load_result(c, t, f);
	mi_lw(c, MI_RA, f->saves, MI_SP);
	mi_lw(c, START, f->saves + 4, MI_SP);
	mi_lw(c, START + 1, f->saves + 8, MI_SP);
	mi_lw(c, PROG, f->saves + 12, MI_SP);
	if (t->go_on)
		mi_li32(c, MI_T9, (s32)t->body);
	mi_jump_reg(c, t->go_on ? MI_T9 : MI_RA);
	mi_addiu(c, MI_SP, MI_SP, f->size);
}

static s32 outgoing(const struct mi_tramp *t)
{
	s32 bytes = t->call_orig ? 4 * words_passed(t) : 0;

	return bytes > EXIT_BYTES ? bytes : EXIT_BYTES;
}

/**
 * o32_tramp - write a trampoline
 * @c: buffer, with env, code and cap set; err is set when it does not fit
 * @t: what it does
 */
void o32_tramp(struct bjn_ctx *c, struct mi_tramp *t)
{
	static const struct mi_tramp_ops ops = {
		.store_const = store_const,
		.enter = enter,
		.call_image = call_image,
		.run_prog = run_prog,
		.call_original = call_original,
		.leave = leave,
	};

	mi_tramp_write(c, t, &ops, outgoing(t), 4 * NR_SAVED);
}
