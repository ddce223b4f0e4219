// SPDX-License-Identifier: GPL-2.0
/* Trampolines: what both widths share. */
#include "tramp.h"

static s32 nr_sessions(const struct mi_tramp *t)
{
	s32 n = 0;
	u32 i;

	for (i = 0; i < t->nr_fentry; i++)
		n += t->fentry[i].session;
	return n;
}

/* Lay out the frame with @out bytes of outgoing arguments and @saves of saved registers. */
static void lay_out(struct mi_tramp_frame *f, const struct mi_tramp *t, s32 out, s32 saves)
{
	f->run = (out + 7) & ~7;
	f->cookies = f->run + (s32)((t->run_size + 7) & ~7u);
	f->ip = f->cookies + 8 * nr_sessions(t);
	f->meta = f->ip + 8 * t->has_ip;
	f->args = f->meta + 8;
	f->ret = f->args + 8 * t->nr_args;
	f->extra = f->ret + 8;
	f->saves = f->extra + 8 * (t->nr_args < 5 && t->caller == MI_TRAMP_SUB ? 8 - t->nr_args : 3);
	f->size = (f->saves + saves + 15) & ~15;
}

/*
 * Word in front of the context while a program runs, or NULL: one without a
 * session. *@cookie is the word of its session and moves on to the next.
 */
static u64 meta_word(const struct mi_tramp *t, const struct mi_tramp_frame *f,
		     const struct mi_tramp_prog *p, s32 *cookie, bool is_return)
{
	u64 meta = t->nr_args | (is_return ? MI_TRAMP_IS_RETURN : 0);

	if (p && p->session) {
		meta |= (u64)(f->args - *cookie) / 8 << MI_TRAMP_COOKIE_SHIFT;
		*cookie += 8;
	}
	return meta;
}

/* What programs find below and behind their context before any of them has run. */
static void fill_frame(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f,
		       const struct mi_tramp_ops *ops)
{
	s32 at;

	ops->store_const(c, f->meta, meta_word(t, f, NULL, NULL, false));
	if (t->has_ip)
		ops->store_const(c, f->ip, t->ip);
	for (at = f->cookies; at < f->ip; at += 8)
		ops->store_const(c, at, 0);
	if (t->sessions || t->returns)
		ops->store_const(c, f->ret, 0);
}

static void run_progs(struct bjn_ctx *c, const struct mi_tramp *t, const struct mi_tramp_frame *f,
		      const struct mi_tramp_ops *ops, bool is_return)
{
	struct mi_tramp_prog *p = is_return ? t->fexit : t->fentry;
	u32 n = is_return ? t->nr_fexit : t->nr_fentry, i;
	s32 cookie = f->cookies;

	for (i = 0; i < n; i++) {
		if (p[i].session)
			ops->store_const(c, f->meta, meta_word(t, f, &p[i], &cookie, is_return));
		ops->run_prog(c, t, f, &p[i], t->returns && !is_return);
	}
}

/**
 * mi_tramp_write - write a trampoline
 * @c: buffer, with env, code and cap set; err is set when it does not fit
 * @t: what it does
 * @ops: how that is done on this CPU
 * @out: bytes of outgoing arguments
 * @saves: bytes of saved registers
 */
void mi_tramp_write(struct bjn_ctx *c, struct mi_tramp *t, const struct mi_tramp_ops *ops,
		    s32 out, s32 saves)
{
	struct mi_tramp_frame f;

	lay_out(&f, t, out, saves);
	c->frame_bytes = (u32)f.size;
	ops->enter(c, t, &f);
	fill_frame(c, t, &f, ops);
	if (t->call_orig)
		ops->call_image(c, t, t->enter);
	run_progs(c, t, &f, ops, false);
	if (t->call_orig)
		ops->call_original(c, t, &f);
	if (t->sessions)
		ops->store_const(c, f.meta, meta_word(t, &f, NULL, NULL, true));
	run_progs(c, t, &f, ops, true);
	if (t->call_orig)
		ops->call_image(c, t, t->exit);
	ops->leave(c, t, &f);
}

/**
 * mi_redirect - make a branch
 * @word: set to the branch; it has a delay slot
 * @from: its address
 * @to: where it goes
 *
 * Return: false when that is too far.
 */
bool mi_redirect(u32 *word, u64 from, u64 to)
{
	s64 words = (s64)(to - from - 4) >> 2;

	if (bjn_is_s(words, 16)) {
		*word = MI_OP_beq | ((u32)words & 0xffff);
		return true;
	}
	*word = MI_OP_j | (u32)(to >> 2 & 0x3ffffff);
	return (from + 4) >> 28 == to >> 28;
}
