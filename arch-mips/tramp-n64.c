// SPDX-License-Identifier: GPL-2.0
/*
 * 64-bit CPUs: detour and trampoline, see tramp.h.
 *
 * The C ABI and that of subprograms have arguments in the same places: eight
 * registers, then the stack. A subprogram without arguments beyond five has
 * its count of tail calls in the register of the sixth.
 */
#include "n64.h"
#include "tramp.h"

#define PROG	MI_S1	/* struct bpf_prog of the program being run */
#define START	MI_S0	/* when it was started */
#define NR_SAVED 3	/* and ra */

/**
 * n64_detour - detour of a program and its pointer, behind all of its code
 * @c: compilation
 *
 * At most N64_DETOUR_WORDS. The pointer is in reach of the address that the
 * branch-and-link leaves in $ra.
 */
void n64_detour(struct bjn_ctx *c)
{
	u32 load;

	if (!c->prog->attachable)
		return;
	c->entry.body = 1;
	c->entry.detour = c->pos;
	mi_move(c, MI_T8, MI_RA);
	mi_bal(c, 8);
	if (c->prog->is_subprog)
		mi_idle(c);
	else
		mi_addiu(c, N64_TCC, MI_ZERO, BJN_MAX_TAIL_CALLS);
	load = c->pos;
	mi_ld(c, MI_T9, 0, MI_RA);
	if (n64_lowers_sp_first(c))
		mi_daddiu(c, MI_SP, MI_SP, n64_frame(c)->size);
	mi_jump_reg(c, MI_T9);
	mi_move(c, MI_RA, MI_T8);
	if (c->pos & 1)
		mi_idle(c);
	c->entry.pointer = c->pos;
	bjn_put(c, 0);
	bjn_put(c, 0);
	if (!c->err)
		c->code[load] |= 4 * (c->entry.pointer - load);
}

/* Call an address; @c: at most 6 + MI_MASK_WORDS + 2 words */
static void call(struct bjn_ctx *c, u64 addr)
{
	mi_li64(c, MI_T9, (s64)addr);
	mi_call_reg(c, MI_T9);
	mi_idle(c);
}

static void store_const(struct bjn_ctx *c, s32 at, u64 v)
{
	if (v)
		mi_li64(c, N64_X2, (s64)v);
	mi_sd(c, v ? N64_X2 : MI_ZERO, at, MI_SP);
}

/*
 * Registers of arguments that are not in the context, and from the sixth on. A
 * subprogram may have more arguments than its prototype says.
 */
static int first_extra(const struct mi_tramp *t)
{
	return t->caller == MI_TRAMP_SUB || t->nr_args > 5 ? t->nr_args : 5;
}

static int last_extra(const struct mi_tramp *t)
{
	if (t->caller == MI_TRAMP_C)
		return -1;
	return t->nr_passed > 5 ? N64_ARGS_IN_REGS - 1 : 5;
}

/* Take what the caller has passed. */
static void save_args(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f)
{
	int i;

	for (i = 0; i < t->nr_args; i++) {
		enum mi_reg r = N64_X2;

		if (i < N64_ARGS_IN_REGS)
			r = N64_ARG(i);
		else
			mi_ld(c, r, f->size + 8 * (i - N64_ARGS_IN_REGS), MI_SP);
		mi_sd(c, r, f->args + 8 * i, MI_SP);
	}
	for (i = first_extra(t); i <= last_extra(t); i++)
		mi_sd(c, N64_ARG(i), f->extra + 8 * (i - first_extra(t)), MI_SP);
}

/* Arguments as the original wants them, in registers. */
static void restore_args(struct bjn_ctx *c, const struct mi_tramp *t,
			 const struct mi_tramp_frame *f)
{
	int i;

	for (i = 0; i < t->nr_args && i < N64_ARGS_IN_REGS; i++)
		mi_ld(c, N64_ARG(i), f->args + 8 * i, MI_SP);
	for (i = first_extra(t); i <= last_extra(t); i++)
		mi_ld(c, N64_ARG(i), f->extra + 8 * (i - first_extra(t)), MI_SP);
}

/* Those that were passed on the stack, once more for the original. */
static s32 nr_stacked(const struct mi_tramp *t)
{
	int n = t->nr_args > t->nr_passed ? t->nr_args : t->nr_passed;

	return t->call_orig && n > N64_ARGS_IN_REGS ? n - N64_ARGS_IN_REGS : 0;
}

static void copy_stacked(struct bjn_ctx *c, const struct mi_tramp *t,
			 const struct mi_tramp_frame *f)
{
	s32 i;

	for (i = 0; i < nr_stacked(t); i++) {
		mi_ld(c, N64_X2, f->size + 8 * i, MI_SP);
		mi_sd(c, N64_X2, 8 * i, MI_SP);
	}
}

/* Run one program, if the kernel lets it. */
static void run_prog(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f,
		     struct mi_tramp_prog *p, bool keep_result)
{
	struct mi_outs over = { .nr = 0 };

	p->skip_at = c->pos;
	mi_idle(c);
	mi_idle(c);
	store_const(c, f->run + (s32)t->run_cookie, p->cookie);
	mi_li64(c, PROG, (s64)p->prog);
	mi_move(c, MI_A0, PROG);
	n64_addi(c, MI_A1, MI_SP, f->run, N64_X0);
	call(c, p->enter);
	mi_out(c, &over, MI_OP_beq, MI_V0, MI_ZERO);
	mi_move(c, START, MI_V0);	/* delay slot */
	n64_addi(c, MI_A0, MI_SP, f->args, N64_X0);
	if (p->insns)
		mi_li64(c, MI_A1, (s64)p->insns);
	call(c, p->func);
	if (keep_result)
		mi_sd(c, MI_V0, f->ret, MI_SP);
	mi_land(c, &over);
	mi_move(c, MI_A0, PROG);
	mi_move(c, MI_A1, START);
	n64_addi(c, MI_A2, MI_SP, f->run, N64_X0);
	call(c, p->exit);
	p->skip_to = c->pos;
}

static void enter(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f)
{
	n64_addi(c, MI_SP, MI_SP, -f->size, N64_X0);
	mi_sd(c, MI_RA, f->saves, MI_SP);
	mi_sd(c, START, f->saves + 8, MI_SP);
	mi_sd(c, PROG, f->saves + 16, MI_SP);
	save_args(c, t, f);
}

static void call_image(struct bjn_ctx *c, const struct mi_tramp *t, u64 addr)
{
	mi_li64(c, MI_A0, (s64)t->image);
	call(c, addr);
}

static void call_original(struct bjn_ctx *c, const struct mi_tramp *t,
			  const struct mi_tramp_frame *f)
{
	copy_stacked(c, t, f);
	restore_args(c, t, f);
	call(c, t->body);
	mi_sd(c, MI_V0, f->ret, MI_SP);
}

/* The result as the caller wants it: less than 64 bits are extended for C. */
static void load_result(struct bjn_ctx *c, const struct mi_tramp *t,
			const struct mi_tramp_frame *f)
{
	u8 size = t->caller == MI_TRAMP_MAIN ? 4 : t->ret_size;

	mi_ld(c, MI_V0, f->ret, MI_SP);
	if (t->caller == MI_TRAMP_SUB || !size || size > 4)
		return;
	if (size == 4 || t->ret_signed)
		n64_extend(c, MI_V0, MI_V0, 8u * size);
	else
		n64_field(c, MI_V0, MI_V0, 0, 8u * size);
}

static void leave(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f)
{
	if (t->go_on)
		restore_args(c, t, f);
	else if (t->returns || t->call_orig)
		load_result(c, t, f);
	mi_ld(c, MI_RA, f->saves, MI_SP);
	mi_ld(c, START, f->saves + 8, MI_SP);
	mi_ld(c, PROG, f->saves + 16, MI_SP);
	n64_addi(c, MI_SP, MI_SP, f->size, N64_X0);
	if (t->go_on)
		mi_li64(c, MI_T9, (s64)t->body);
	mi_jump_reg(c, t->go_on ? MI_T9 : MI_RA);
	mi_idle(c);
}

/**
 * n64_tramp - write a trampoline
 * @c: buffer, with env, code and cap set; err is set when it does not fit
 * @t: what it does
 */
void n64_tramp(struct bjn_ctx *c, struct mi_tramp *t)
{
	static const struct mi_tramp_ops ops = {
		.store_const = store_const,
		.enter = enter,
		.call_image = call_image,
		.run_prog = run_prog,
		.call_original = call_original,
		.leave = leave,
	};

	n64_frame(c)->common.wide = true;
	mi_tramp_write(c, t, &ops, 8 * nr_stacked(t), 8 * NR_SAVED);
}
