// SPDX-License-Identifier: GPL-2.0
/*
 * A compile driver for user space. As the kernel does, it cuts a program at
 * the starts of its subprograms, compiles each on its own, and compiles all a
 * second time when the addresses are known.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>

#include "../../module/core/buf.h"
#include "jit.h"

#define DUMMY_FUNC	0xffff800000100000ull	/* a function not compiled yet */

/**
 * struct work - state of one bt_compile()
 * @code: the whole program
 * @opt: how to compile
 * @img: result
 * @r: memory for the code
 * @insns: copy of the instructions in which functions get their addresses
 * @off: word offsets of the subprogram being compiled, and of the first pass
 * @ctx: compilation of that subprogram
 * @sub: index of it
 * @cell: holds the address of the exception callback, or NULL
 */
struct work {
	const struct bt_code *code;
	const struct bt_options *opt;
	struct bt_image *img;
	struct bt_region *r;
	struct bpf_insn *insns;
	u32 *off;
	struct bjn_prog prog;
	struct bjn_ctx ctx;
	u32 sub;
	u32 *cell;
};

/* Buffers that only ever grow, so that millions of programs cost no malloc. */
struct buffer {
	void *p;
	size_t size;
};

static void *grow(struct buffer *b, size_t size)
{
	if (size > b->size) {
		free(b->p);
		b->size = size * 2;
		b->p = malloc(b->size);
		if (!b->p)
			b->size = 0;
	}
	return b->p;
}

const struct bjn_backend *bt_backend;

static struct buffer buf_insns, buf_off, buf_code, buf_fix, buf_ex;

/**
 * bt_region_open - get memory for code
 * @r: region
 * @size: bytes
 *
 * Return: 0 or -ENOMEM.
 */
int bt_region_open(struct bt_region *r, size_t size)
{
	r->used = 0;
	r->size = size;
	r->base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (r->base != MAP_FAILED)
		return 0;
	r->base = NULL;
	return -ENOMEM;
}

/**
 * bt_region_seal - make the code executable
 * @r: region; nothing may be added afterwards
 * @prot: protection beyond reading and executing (bt_target.code_prot)
 *
 * Return: 0 or -EACCES.
 */
int bt_region_seal(struct bt_region *r, int prot)
{
	__builtin___clear_cache((char *)r->base, (char *)r->base + r->used);
	return mprotect(r->base, r->size, PROT_READ | PROT_EXEC | prot) ? -EACCES : 0;
}

/**
 * bt_region_close - give the memory back
 * @r: region
 */
void bt_region_close(struct bt_region *r)
{
	if (r->base)
		munmap(r->base, r->size);
	r->base = NULL;
}

static u32 *region_take(struct bt_region *r, size_t bytes)
{
	u8 *p = r->base + r->used;

	bytes = (bytes + 15) & ~(size_t)15;
	if (bytes > r->size - r->used)
		return NULL;
	r->used += bytes;
	return (u32 *)(void *)p;
}

static int fail(struct work *w, int err, u32 at, const char *why)
{
	w->img->err = err;
	w->img->err_at = at;
	w->img->why = why;
	return err;
}

static struct bt_sub *sub_at(struct bt_image *img, u32 start)
{
	u32 i;

	for (i = 0; i < img->nr_sub; i++)
		if (img->sub[i].start == start)
			return &img->sub[i];
	return NULL;
}

/* Where code will run: here, or at the address that was asked for. */
static u64 address(const struct work *w, const u32 *code)
{
	if (w->opt->base)
		return w->opt->base + (u64)((const u8 *)code - w->r->base);
	return (uintptr_t)code;
}

/**
 * bt_sub_address - address of the subprogram that a call goes to
 * @prog: program given to a call_target() callback
 * @idx: call instruction
 *
 * Return: 0 in the first pass.
 */
u64 bt_sub_address(const struct bjn_prog *prog, u32 idx)
{
	const struct work *w = prog->priv;
	u32 start = w->img->sub[w->sub].start + idx + 1 + (u32)prog->insns[idx].imm;

	return prog->extra_pass ? address(w, sub_at(w->img, start)->code) : 0;
}

static u32 two(const struct bpf_insn *in)
{
	return in->code == BJN_LD_IMM64 ? 2 : 1;
}

static int add_sub(struct work *w, u32 start)
{
	struct bt_image *img = w->img;
	u32 i;

	if (sub_at(img, start))
		return 0;
	if (img->nr_sub >= BT_MAX_SUBPROGS)
		return fail(w, -E2BIG, start, "too many subprograms");
	for (i = img->nr_sub++; i && img->sub[i - 1].start > start; i--)
		img->sub[i] = img->sub[i - 1];
	img->sub[i] = (struct bt_sub){ .start = start };
	return 0;
}

/* Every target of a call or of a function reference starts a subprogram. */
static int split(struct work *w)
{
	const struct bt_code *c = w->code;
	struct bt_image *img = w->img;
	u32 i;

	if (add_sub(w, 0) || (w->opt->exception_cb && add_sub(w, w->opt->exception_cb)))
		return img->err;
	for (i = 0; i < c->len; i += two(&c->insns[i]))
		if (bt_names_sub(&c->insns[i]) &&
		    add_sub(w, i + 1 + (u32)bt_jump_off(&c->insns[i])))
			return img->err;
	for (i = 0; i < img->nr_sub; i++) {
		u32 end = i + 1 < img->nr_sub ? img->sub[i + 1].start : c->len;

		img->sub[i].len = end - img->sub[i].start;
	}
	return 0;
}

static bool has_tail_call(const struct bt_code *c)
{
	u32 i;

	for (i = 0; i < c->len; i += two(&c->insns[i]))
		if (c->insns[i].code == BJN_TAIL_CALL)
			return true;
	return false;
}

/* References to functions hold an address, a dummy in the first pass. */
static void fill_functions(struct work *w, bool known)
{
	const struct bt_code *c = w->code;
	u32 i;

	memcpy(w->insns, c->insns, c->len * sizeof(*w->insns));
	for (i = 0; i < c->len; i += two(&c->insns[i])) {
		const struct bpf_insn *in = &c->insns[i];
		u64 v = DUMMY_FUNC;

		if (in->code != BJN_LD_IMM64 || in->src_reg != BPF_PSEUDO_FUNC)
			continue;
		if (known)
			v = address(w, sub_at(w->img, i + 1 + (u32)in->imm)->code);
		w->insns[i].imm = (s32)(u32)v;
		w->insns[i + 1].imm = (s32)(v >> 32);
	}
}

/* Private stacks, each between two guards that must stay as they are. */
static u64 stacks[BT_MAX_SUBPROGS][128] __attribute__((aligned(16)));

#define STACK_TOP	(sizeof(stacks[0]) - BT_GUARD)

/* R10 of a subprogram on its private stack, as the emitter is told. */
static u64 private_stack(const struct work *w, u32 depth)
{
	u64 top = (uintptr_t)stacks[w->sub] + STACK_TOP;
	struct bt_sub *s = &w->img->sub[w->sub];

	s->priv_depth = 0;
	if (!(w->opt->private_stacks >> w->sub % 32 & 1) || !depth || has_tail_call(w->code))
		return 0;
	s->priv_depth = (depth + 15) & ~15u;
	if (w->opt->base)
		top = w->opt->priv_base + w->sub * sizeof(stacks[0]) + STACK_TOP;
	return top - w->opt->per_cpu;
}

static u8 *low_guard(const struct bt_sub *s, u32 sub)
{
	return (u8 *)stacks[sub] + STACK_TOP - s->priv_depth - BT_GUARD;
}

/**
 * bt_guards_set - write the guards of a program's private stacks
 * @img: program that is about to run
 */
void bt_guards_set(const struct bt_image *img)
{
	u32 i;

	for (i = 0; i < img->nr_sub; i++) {
		if (!img->sub[i].priv_depth)
			continue;
		memset(low_guard(&img->sub[i], i), BT_GUARD_BYTE, BT_GUARD);
		memset((u8 *)stacks[i] + STACK_TOP, BT_GUARD_BYTE, BT_GUARD);
	}
}

/**
 * bt_guards_good - has nobody written to them since?
 * @img: program that ran
 */
bool bt_guards_good(const struct bt_image *img)
{
	u32 i, j;

	for (i = 0; i < img->nr_sub; i++)
		for (j = 0; img->sub[i].priv_depth && j < BT_GUARD; j++)
			if (low_guard(&img->sub[i], i)[j] != BT_GUARD_BYTE ||
			    ((u8 *)stacks[i])[STACK_TOP + j] != BT_GUARD_BYTE)
				return false;
	return true;
}

/**
 * bt_throw_cell - where the address of a program's exception callback is
 * @prog: program given to a call_target() callback
 *
 * Return: address, or 0 for a program that does not throw.
 */
u64 bt_throw_cell(const struct bjn_prog *prog)
{
	const struct work *w = prog->priv;

	return w->cell ? address(w, w->cell) : 0;
}

static void describe_prog(struct work *w, u64 image, bool extra_pass)
{
	const struct bt_sub *s = &w->img->sub[w->sub];
	struct bjn_prog *p = &w->prog;

	memset(p, 0, sizeof(*p));
	p->insns = w->insns + s->start;
	p->len = s->len;
	p->stack_depth = w->opt->stack_depth;
	if (!p->stack_depth)
		p->stack_depth = bt_find_depth(p->insns, p->len);
	p->image = image;
	p->arena_kern = w->opt->arena_kern;
	p->arena_user = w->opt->arena_user;
	p->priv_stack = private_stack(w, p->stack_depth);
	p->exception_boundary = w->opt->throws && !w->sub;
	p->exception_cb = w->opt->exception_cb && s->start == w->opt->exception_cb;
	p->attachable = w->opt->attach && !p->exception_cb;
	p->is_subprog = w->sub > 0;
	p->hidden_args = w->opt->hidden_args && w->sub;
	p->extension = w->opt->extension && !w->sub;
	p->is_main_of_many = !w->sub && w->img->nr_sub > 1;
	p->tail_call_reachable = has_tail_call(w->code);
	p->extra_pass = extra_pass;
	p->ops = w->opt->ops;
	p->priv = w;
}

/* Compile the current subprogram into the buffers of the context. */
static int compile_sub(struct work *w, u64 image, bool extra_pass)
{
	struct bjn_ctx *c = &w->ctx;
	const struct bt_sub *s = &w->img->sub[w->sub];
	int err;

	describe_prog(w, image, extra_pass);
	memset(c, 0, sizeof(*c));
	c->env = w->opt->env;
	c->prog = &w->prog;
	c->be = bt_backend;
	c->off = w->off;
	err = bjn_plan(c);
	if (!err) {
		c->cap = c->facts.max_words;
		c->code = grow(&buf_code, (c->cap + 1) * sizeof(u32));
		c->fix = grow(&buf_fix, (c->facts.jumps + 1) * sizeof(*c->fix));
		c->ex = grow(&buf_ex, (c->facts.extable + 1) * sizeof(*c->ex));
		if (!c->code || !c->fix || !c->ex)
			return fail(w, -ENOMEM, 0, "out of memory");
		err = bjn_emit(c);
	}
	if (err)
		return fail(w, err, s->start + c->err_idx, c->err_why);
	return 0;
}

static int keep_extable(struct work *w, const struct bt_sub *s)
{
	struct bt_image *img = w->img;
	u32 i, n = w->ctx.nr_ex;
	struct bt_ex *ex;

	if (!n)
		return 0;
	ex = realloc(img->ex, (img->nr_ex + n) * sizeof(*ex));
	if (!ex)
		return fail(w, -ENOMEM, 0, "out of memory");
	img->ex = ex;
	for (i = 0; i < n; i++) {
		ex = &img->ex[img->nr_ex++];
		ex->at = (uintptr_t)(s->code + w->ctx.ex[i].at);
		ex->resume = (uintptr_t)(s->code + w->ctx.ex[i].resume);
		ex->reg = w->ctx.ex[i].reg;
	}
	return 0;
}

static void keep_starts(struct work *w, const struct bt_sub *s)
{
	u32 i;

	for (i = 0; w->opt->starts && i < s->len; i++)
		w->opt->starts[s->start + i] = (uintptr_t)(s->code + w->off[i]);
}

static int place(struct work *w, struct bt_sub *s)
{
	s->words = w->ctx.pos;
	s->code = region_take(w->r, s->words * sizeof(u32));
	return s->code ? 0 : fail(w, -ENOSPC, 0, "no room left for code");
}

/* Write a trampoline for the current subprogram; NULL: it gets none. */
static u32 *make_tramp(struct work *w, u32 *body)
{
	static u32 code[1024];
	struct bjn_ctx c = { .env = w->opt->env, .code = code, .cap = BJN_ARRAY_SIZE(code) };
	u32 *p;

	if (w->opt->attach == BT_ATTACH_DETOUR ||
	    !w->opt->tramp(&c, w->opt->attach, !w->sub, (uintptr_t)body))
		return body;
	p = c.err ? NULL : region_take(w->r, c.pos * sizeof(u32));
	if (p)
		memcpy(p, code, c.pos * sizeof(u32));
	return p;
}

static int attach(struct work *w, struct bt_sub *s)
{
	const struct bjn_entry *e = &w->ctx.entry;
	u32 *to;

	if (!e->pointer)
		return 0;
	to = make_tramp(w, s->code + e->body);
	if (!to)
		return fail(w, -ENOSPC, s->start, "no trampoline");
	*(uintptr_t *)(void *)(s->code + e->pointer) = (uintptr_t)to;
	if (!w->opt->redirect(s->code, (uintptr_t)s->code, (uintptr_t)(s->code + e->detour)))
		return fail(w, -ERANGE, s->start, "detour is too far");
	return 0;
}

static int finish_sub(struct work *w, struct bt_sub *s)
{
	if (w->ctx.pos > s->words)
		return fail(w, -EPROTO, s->start, "the second pass is longer than the first");
	s->words = w->ctx.pos;
	memcpy(s->code, w->ctx.code, s->words * sizeof(u32));
	if (attach(w, s))
		return w->img->err;
	keep_starts(w, s);
	return keep_extable(w, s);
}

/* A program without subprograms needs a second look only to learn its address. */
static int compile_single(struct work *w)
{
	struct bt_sub *s = &w->img->sub[0];

	if (compile_sub(w, 0, false) || place(w, s))
		return w->img->err;
	if (w->opt->know_image && compile_sub(w, address(w, s->code), false))
		return w->img->err;
	return finish_sub(w, s);
}

static int compile_many(struct work *w)
{
	struct bt_image *img = w->img;

	if (w->opt->throws) {
		w->cell = region_take(w->r, sizeof(u64));
		if (!w->cell)
			return fail(w, -ENOSPC, 0, "no room left for code");
	}
	fill_functions(w, false);
	for (w->sub = 0; w->sub < img->nr_sub; w->sub++)
		if (compile_sub(w, 0, false) || place(w, &img->sub[w->sub]))
			return img->err;
	fill_functions(w, true);
	for (w->sub = 0; w->sub < img->nr_sub; w->sub++) {
		struct bt_sub *s = &img->sub[w->sub];

		if (compile_sub(w, address(w, s->code), true) || finish_sub(w, s))
			return img->err;
	}
	if (w->cell)
		*(uintptr_t *)(void *)w->cell =
			(uintptr_t)address(w, sub_at(img, w->opt->exception_cb)->code);
	return 0;
}

/**
 * bt_compile - compile a program with the target's emitter
 * @code: program after all rewriting
 * @opt: how
 * @r: where the code goes; not executable before bt_region_seal()
 * @img: result; to be freed with bt_image_free() in any case
 *
 * Return: 0 or a negative errno, with the reason in @img.
 */
int bt_compile(const struct bt_code *code, const struct bt_options *opt, struct bt_region *r,
	       struct bt_image *img)
{
	struct work w = { .code = code, .opt = opt, .img = img, .r = r };

	img->nr_sub = 0;
	img->ex = NULL;
	img->nr_ex = 0;
	img->cpu = opt->env->cpu;
	img->err = 0;
	img->why = NULL;
	w.insns = grow(&buf_insns, code->len * sizeof(*w.insns));
	w.off = grow(&buf_off, (code->len + 1) * sizeof(u32));
	if (!w.insns || !w.off)
		return fail(&w, -ENOMEM, 0, "out of memory");
	memcpy(w.insns, code->insns, code->len * sizeof(*w.insns));
	if (split(&w))
		return img->err;
	return img->nr_sub > 1 ? compile_many(&w) : compile_single(&w);
}

/**
 * bt_image_free - free what belongs to an image; the code stays in its region
 * @img: image
 */
void bt_image_free(struct bt_image *img)
{
	free(img->ex);
	img->ex = NULL;
	img->nr_ex = 0;
}
