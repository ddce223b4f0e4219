// SPDX-License-Identifier: GPL-2.0
/*
 * Trampolines and text pokes for the kernel, which has none of its own for
 * MIPS: what is put in the place of its functions, and what they know.
 *
 * What is attached to a program of ours is reached through the pointer behind
 * its code; its first word is all that is patched (tramp.h). A program that
 * the stock JIT compiled has no such place: attaching to it is refused, as is
 * attaching to functions of the kernel, which takes an ftrace that MIPS lacks.
 *
 * Memory for a trampoline is only asked for when its size was given, so all of
 * it is ours, and each piece of it holds the module.
 */
#include <linux/bpf.h>
#include <linux/err.h>
#include <linux/filter.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "bjn.h"
#include "glue.h"
#include "ksym.h"
#include "load.h"
#include "registry.h"
#include "tramp.h"
#include "trampoline.h"

#ifdef BJN_OUR_TRAMPOLINES

#define MAX_BYTES	(2 * PAGE_SIZE)

/* As many words of code as the address of a bpf_tramp_image may take. */
#define ANY_IMAGE	0x9876543212345678ull

/**
 * struct area - memory with trampolines
 * @node: in the list of all
 * @start: first byte; PAGE_SIZE at most
 * @frame: bytes of stack that its trampoline keeps while the original runs; 0 if it goes on there
 */
struct area {
	struct list_head node;
	unsigned long start;
	u32 frame;
};

/**
 * struct job - a trampoline being written
 * @t: what it does
 * @c: buffer
 * @progs: programs before, then those after the original
 */
struct job {
	struct mi_tramp t;
	struct bjn_ctx c;
	struct mi_tramp_prog progs[2 * BPF_MAX_TRAMP_LINKS];
};

static LIST_HEAD(areas);
static DEFINE_SPINLOCK(lock);

/* Held while it is decided whether one more trampoline fits on the stack. */
static DEFINE_MUTEX(depth_lock);

/* Programs of ours can be attached to even while new ones go to the stock JIT. */
static bool is_switched_off(void)
{
	return bjn_load_switches().disabled & BJN_FEAT(TRAMPOLINES);
}

static struct area *find_locked(unsigned long addr)
{
	struct area *area;

	list_for_each_entry(area, &areas, node) {
		if (addr - area->start < PAGE_SIZE)
			return area;
	}
	return NULL;
}

/**
 * bjn_tramp_allocated - there is memory for trampolines
 * @image: its address
 *
 * Return: 0, or a negative errno: it must not be used.
 */
int bjn_tramp_allocated(void *image)
{
	struct area *area;

	if (!try_module_get(THIS_MODULE))
		return -EBUSY;
	area = bjn_sabotage_alloc() ? NULL : kmalloc(sizeof(*area), GFP_KERNEL);
	if (!area) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}
	area->start = (unsigned long)image;
	area->frame = 0;
	spin_lock(&lock);
	list_add(&area->node, &areas);
	spin_unlock(&lock);
	return 0;
}

/**
 * bjn_tramp_freed - memory for trampolines is no more
 * @image: its address
 */
void bjn_tramp_freed(void *image)
{
	struct area *area;

	spin_lock(&lock);
	area = find_locked((unsigned long)image);
	if (area)
		list_del(&area->node);
	spin_unlock(&lock);
	if (!area)
		return;
	kfree(area);
	module_put(THIS_MODULE);
}

static bool is_in_trampoline(void *ip)
{
	bool found;

	spin_lock(&lock);
	found = find_locked((unsigned long)ip);
	spin_unlock(&lock);
	return found;
}

static void set_frame(void *image, u32 frame)
{
	struct area *area;

	spin_lock(&lock);
	area = find_locked((unsigned long)image);
	if (area)
		area->frame = frame;
	spin_unlock(&lock);
}

/* 0 for the program that replaces another one */
static u32 frame_of(void *image)
{
	struct area *area;
	u32 frame;

	spin_lock(&lock);
	area = find_locked((unsigned long)image);
	frame = area ? area->frame : 0;
	spin_unlock(&lock);
	return frame;
}

/* Change one word that other CPUs may be executing. */
static void patch(u32 *at, u32 word)
{
	WRITE_ONCE(*at, word);
	bjn_glue_sync(at, at + 1);
}

static unsigned long *pointer_of(const struct bjn_image *img)
{
	return (unsigned long *)(img->mem.ro + img->entry.pointer * sizeof(u32));
}

/* An extension returns what the callers of the function want that it replaces. */
static bool may_replace(const struct bjn_image *img, void *by)
{
	const struct bjn_image *ext = bjn_registry_at((unsigned long)by);

	return ext && ext->extension && ext->wide == !img->is_main;
}

/*
 * A chain of tail calls holds on to the frames of all trampolines of a program's
 * functions as well, 33 times, see bjn_env.level_bytes. Tail calls do not come
 * through the trampoline of a main program. What takes no more than before is
 * never refused, or it could not be taken away.
 */
static int take_stack(struct bjn_image *img, void *to)
{
	u32 limit = bjn.env.level_bytes, was = img->tramp;
	int err = 0;

	if (!limit || img->is_main || !img->tails)
		return 0;
	mutex_lock(&depth_lock);
	img->tramp = frame_of(to);
	if (img->tramp > was && bjn_held_stack(img->prog) > limit) {
		img->tramp = was;
		err = -ENOTSUPP;
	}
	mutex_unlock(&depth_lock);
	return err;
}

static int attach(struct bjn_image *img, void *to)
{
	u32 *first = (u32 *)img->mem.ro;
	u32 word;
	int err;

	if (!mi_redirect(&word, (unsigned long)first,
			 (unsigned long)(first + img->entry.detour)))
		return -ERANGE;
	err = take_stack(img, to);
	if (err)
		return err;
	WRITE_ONCE(*pointer_of(img), (unsigned long)to);
	smp_wmb(); /* who sees the branch sees the pointer */
	img->redirected = true;
	patch(first, word);
	return 0;
}

/*
 * Who is in the detour already still gets where the pointer leads, and what is
 * there stays for a grace period.
 */
static void detach(struct bjn_image *img)
{
	patch((u32 *)img->mem.ro, img->word);
	img->redirected = false;
	img->tramp = 0;
}

/* The branch over a program that has been detached from a trampoline in use. */
static int skip(void *from, void *to)
{
	u32 word;

	if (!mi_redirect(&word, (unsigned long)from, (unsigned long)to))
		return -ERANGE;
	patch(from, word);
	return 0;
}

/**
 * bjn_tramp_poke - replacement of bpf_arch_text_poke()
 * @ip: start of a program, or a place in a trampoline
 * @old_addr: what is attached, or NULL
 * @new_addr: what is to be attached, or NULL
 * @is_jump: it replaces the program, or is to be skipped to
 *
 * Return: 0, -EOPNOTSUPP for code that is not ours or has no detour, -EINVAL
 * when something else is attached, -ERANGE when the branch is too long.
 */
int bjn_tramp_poke(void *ip, void *old_addr, void *new_addr, bool is_jump)
{
	struct bjn_image *img;

	if (is_in_trampoline(ip))
		return skip(ip, new_addr);
	img = bjn_registry_at((unsigned long)ip);
	if (!img || !img->entry.pointer)
		return -EOPNOTSUPP;
	if (!old_addr && new_addr && is_switched_off())
		return -EOPNOTSUPP;
	if (is_jump && new_addr && !may_replace(img, new_addr))
		return -EOPNOTSUPP;
	if (img->redirected != !!old_addr)
		return -EINVAL;
	if (old_addr && *pointer_of(img) != (unsigned long)old_addr)
		return -EINVAL;
	if (new_addr)
		return attach(img, new_addr);
	detach(img);
	return 0;
}

static int describe_args(struct mi_tramp *t, const struct btf_func_model *m)
{
	int i;

	if (m->nr_args > BJN_MAX_ARGS)
		return -ENOTSUPP;
	t->nr_args = m->nr_args;
	for (i = 0; i < m->nr_args; i++) {
		if (bjn_arg_is_struct(m, i) || m->arg_size[i] > sizeof(u64))
			return -ENOTSUPP;
		t->arg_size[i] = m->arg_size[i];
#ifdef BTF_FMODEL_SIGNED_ARG
		t->arg_flags[i] = m->arg_flags[i] & BTF_FMODEL_SIGNED_ARG ? BJN_ARG_SIGNED : 0;
#endif
	}
	t->ret_size = m->ret_size;
	t->ret_signed = m->ret_flags & BTF_FMODEL_SIGNED_ARG;
	return m->ret_size > sizeof(u64) ? -ENOTSUPP : 0;
}

/* Who calls the trampoline, and where does the original begin? */
static int describe_target(struct mi_tramp *t, u32 flags, void *func_addr)
{
	const struct bjn_image *img;

	if (flags & BPF_TRAMP_F_INDIRECT) {
		t->caller = MI_TRAMP_C;
		return flags & BPF_TRAMP_F_CALL_ORIG ? -ENOTSUPP : 0;
	}
	img = bjn_registry_at((unsigned long)func_addr);
	if (!img || !img->entry.pointer)
		return -ENOTSUPP;
	t->caller = img->wide ? MI_TRAMP_SUB : MI_TRAMP_MAIN;
	t->nr_passed = img->many_args ? BJN_MAX_ARGS : 5;
	t->body = (unsigned long)(img->mem.ro + img->entry.body * sizeof(u32));
	return 0;
}

static int describe_prog(struct mi_tramp_prog *p, const struct mi_tramp *t,
			 const bjn_tramp_list *list, int i)
{
	struct bpf_prog *prog = bjn_tramp_prog(list, i);
	const struct bjn_image *img = bjn_registry_at((unsigned long)prog->bpf_func);

	p->prog = (unsigned long)prog;
	p->func = (unsigned long)prog->bpf_func;
	p->insns = prog->jited ? 0 : (unsigned long)prog->insnsi;
	p->enter = (unsigned long)bjn_ksym.bpf_trampoline_enter(prog);
	p->exit = (unsigned long)bjn_ksym.bpf_trampoline_exit(prog);
	p->cookie = bjn_tramp_cookie(list, i);
	p->session = bjn_tramp_wants_cookie(list, i);
	p->wide = img && img->wide;
	/* Somebody else's program has only 32 bits of a result. */
	return t->returns && t->ret_size > sizeof(u32) && !p->wide ? -ENOTSUPP : 0;
}

static int describe_progs(struct mi_tramp_prog *progs, u32 *nr, const struct mi_tramp *t,
			  const bjn_tramp_list *list)
{
	int err = 0, i;

	*nr = bjn_tramp_count(list);
	for (i = 0; i < *nr && !err; i++)
		err = describe_prog(&progs[i], t, list, i);
	return err;
}

static int describe(struct job *job, unsigned long im, const struct btf_func_model *m, u32 flags,
		    bjn_tramp_list *lists, void *func_addr)
{
	struct mi_tramp *t = &job->t;
	int err;

	if (flags & (BPF_TRAMP_F_ORIG_STACK | BPF_TRAMP_F_SHARE_IPMODIFY))
		return -ENOTSUPP;
	/* Only functions of the kernel can have them. */
	if (bjn_tramp_count(&lists[BPF_TRAMP_MODIFY_RETURN]))
		return -ENOTSUPP;
	t->returns = flags & BPF_TRAMP_F_RET_FENTRY_RET;
	t->call_orig = flags & BPF_TRAMP_F_CALL_ORIG;
	t->go_on = flags & BPF_TRAMP_F_RESTORE_REGS;
	t->has_ip = flags & BPF_TRAMP_F_IP_ARG;
	t->ip = (unsigned long)func_addr;
	t->sessions = bjn_tramp_has_sessions(lists);
	t->image = im;
	t->enter = (unsigned long)bjn_ksym.__bpf_tramp_enter;
	t->exit = (unsigned long)bjn_ksym.__bpf_tramp_exit;
	t->run_size = sizeof(struct bpf_tramp_run_ctx);
	t->run_cookie = offsetof(struct bpf_tramp_run_ctx, bpf_cookie);
	t->fentry = job->progs;
	t->fexit = job->progs + BPF_MAX_TRAMP_LINKS;
	err = describe_args(t, m);
	if (!err)
		err = describe_target(t, flags, func_addr);
	if (!err)
		err = describe_progs(t->fentry, &t->nr_fentry, t, &lists[BPF_TRAMP_FENTRY]);
	if (!err)
		err = describe_progs(t->fexit, &t->nr_fexit, t, &lists[BPF_TRAMP_FEXIT]);
	return err;
}

static int emit(struct job *job)
{
#ifdef CONFIG_64BIT
	n64_tramp(&job->c, &job->t);
#else
	o32_tramp(&job->c, &job->t);
#endif
	if (job->c.err == -ENOSPC)
		return -E2BIG;
	return job->c.err ?: (int)(job->c.pos * sizeof(u32));
}

static struct job *job_alloc(void)
{
	struct job *job = bjn_sabotage_alloc() ? NULL : kvzalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return NULL;
	job->c.env = &bjn.env;
	job->c.cap = MAX_BYTES / sizeof(u32);
	job->c.code = kvmalloc(MAX_BYTES, GFP_KERNEL);
	if (job->c.code)
		return job;
	kvfree(job);
	return NULL;
}

static void job_free(struct job *job)
{
	kvfree(job->c.code);
	kvfree(job);
}

static bool may_build(u32 flags, void *func_addr)
{
	const struct bjn_image *img;

	if (flags & BPF_TRAMP_F_INDIRECT)
		return bjn_load_switches().offered & BJN_FEAT(TRAMPOLINES);
	img = bjn_registry_at((unsigned long)func_addr);
	return !is_switched_off() || (img && img->redirected);
}

/**
 * bjn_tramp_size - replacement of arch_bpf_trampoline_size()
 * @m: arguments and result of the function
 * @flags: BPF_TRAMP_F_*
 * @lists: programs to be run, by enum bpf_tramp_prog_type
 * @func_addr: the function
 *
 * With the feature switched off, nothing is attached any more where nothing
 * is; what is there may change, or could not be taken away.
 *
 * Return: bytes, or a negative errno: -ENOTSUPP for what cannot be done.
 */
int bjn_tramp_size(const struct btf_func_model *m, u32 flags, bjn_tramp_list *lists,
		   void *func_addr)
{
	struct job *job;
	int size;

	if (!may_build(flags, func_addr))
		return -ENOTSUPP;
	job = job_alloc();
	if (!job)
		return -ENOMEM;
	size = describe(job, (unsigned long)ANY_IMAGE, m, flags, lists, func_addr);
	if (!size)
		size = emit(job);
	job_free(job);
	return size;
}

static void add_skips(struct job *job, struct bpf_tramp_image *im, void *image,
		      bjn_tramp_list *lists, enum bpf_tramp_prog_type type)
{
	const struct mi_tramp_prog *p = type == BPF_TRAMP_FENTRY ? job->t.fentry : job->t.fexit;
	int i;

	for (i = 0; i < bjn_tramp_count(&lists[type]); i++, p++)
		bjn_tramp_add_skip(im, bjn_tramp_prog(&lists[type], i),
				   image + p->skip_at * sizeof(u32),
				   image + p->skip_to * sizeof(u32));
}

/* Who is in the original when everything is detached goes past what comes behind it. */
static void set_fexit(const struct job *job, struct bpf_tramp_image *im, void *image)
{
	const struct mi_tramp *t = &job->t;

	if (t->call_orig && t->nr_fexit)
		bjn_tramp_set_fexit(im, image + t->fexit[0].skip_at * sizeof(u32),
				    image + t->fexit[t->nr_fexit - 1].skip_to * sizeof(u32));
}

/**
 * bjn_tramp_prepare - replacement of arch_prepare_bpf_trampoline()
 * @im: the image; NULL for struct_ops
 * @image: where the trampoline goes
 * @image_end: end of the room for it
 * @m: arguments and result of the function
 * @flags: BPF_TRAMP_F_*
 * @lists: programs to be run
 * @func_addr: the function
 *
 * Return: bytes written, or a negative errno.
 */
int bjn_tramp_prepare(struct bpf_tramp_image *im, void *image, void *image_end,
		      const struct btf_func_model *m, u32 flags, bjn_tramp_list *lists,
		      void *func_addr)
{
	struct job *job = job_alloc();
	int size;

	if (!job)
		return -ENOMEM;
	size = describe(job, (unsigned long)im, m, flags, lists, func_addr);
	if (!size)
		size = emit(job);
	if (size > image_end - image)
		size = -E2BIG;
	if (size > 0) {
		memcpy(image, job->c.code, size);
		bjn_glue_fill(image + size, image_end - image - size);
		bjn_glue_sync(image, image_end);
		set_frame(image, job->t.call_orig ? job->c.frame_bytes : 0);
		add_skips(job, im, image, lists, BPF_TRAMP_FENTRY);
		add_skips(job, im, image, lists, BPF_TRAMP_FEXIT);
		set_fexit(job, im, image);
	}
	job_free(job);
	return size;
}

#endif
