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

/**
 * mi_tramp_layout - lay out the frame of a trampoline
 * @f: filled in
 * @t: what the trampoline does
 * @out: bytes of outgoing arguments
 * @saves: bytes of saved registers
 */
void mi_tramp_layout(struct mi_tramp_frame *f, const struct mi_tramp *t, s32 out, s32 saves)
{
	f->run = (out + 7) & ~7;
	f->cookies = f->run + (s32)((t->run_size + 7) & ~7u);
	f->ip = f->cookies + 8 * nr_sessions(t);
	f->meta = f->ip + 8 * t->has_ip;
	f->args = f->meta + 8;
	f->ret = f->args + 8 * t->nr_args;
	f->extra = f->ret + 8;
	f->saves = f->extra + 8 * 3;
	f->size = (f->saves + saves + 15) & ~15;
}

/**
 * mi_tramp_meta - word in front of the context while a program runs
 * @t: what the trampoline does
 * @f: its frame
 * @p: the program, or NULL: one without a session
 * @cookie: offset of the word of its session; moves on to that of the next
 * @is_return: the original has been called
 */
u64 mi_tramp_meta(const struct mi_tramp *t, const struct mi_tramp_frame *f,
		  const struct mi_tramp_prog *p, s32 *cookie, bool is_return)
{
	u64 meta = t->nr_args | (is_return ? MI_TRAMP_IS_RETURN : 0);

	if (p && p->session) {
		meta |= (u64)(f->args - *cookie) / 8 << MI_TRAMP_COOKIE_SHIFT;
		*cookie += 8;
	}
	return meta;
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
