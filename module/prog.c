// SPDX-License-Identifier: GPL-2.0
/*
 * Compile driver: bpf_prog -> bjn_prog -> image.
 *
 * A program without subprograms is compiled in one call. One with subprograms
 * comes here twice per subprogram (kernel/bpf: jit_subprogs): the first pass
 * fixes where every image lies and how long it is, the second one fills in
 * the addresses, once all are known. What we cannot compile goes to the stock
 * JIT; when that is found out at a later subprogram, the earlier ones are
 * handed over as well, before anything points at them.
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "bjn.h"
#include "compat/compat.h"
#include "compat/tramp.h"
#include "core/buf.h"
#include "decline.h"
#include "glue.h"
#include "load.h"
#include "privstack.h"
#include "registry.h"
#include "route.h"
#include "trace.h"

struct bjn_stats bjn_stats;

/**
 * struct bjn_job - one call of the compile hook
 * @ctx: compilation
 * @p: the program as the emitter sees it
 * @prog: the program as the kernel sees it
 * @env: verifier's environment, or NULL
 * @img: its image
 * @priv: its private stack; belongs to @img once there is one
 * @small_off: room for ctx.off of a small program; not initialised
 */
struct bjn_job {
	struct bjn_ctx ctx;
	struct bjn_prog p;
	struct bpf_prog *prog;
	struct bpf_verifier_env *env;
	struct bjn_image *img;
	struct bjn_priv_stack priv;
	u32 small_off[64];
};

/* Functions of the kernel that are not called like others; 0: not there. */
static unsigned long throw_addr;
static unsigned long may_goto_addr;
static unsigned long kptr_xchg_addr;

/*
 * Programs load the 8 bytes of a kptr of which the kernel writes the first unsigned long
 * (bpf_kptr_xchg()): with 32 bits, big endian, that is the upper half, and the address
 * that a program uses is 0 although the value is not.
 */
#define KPTRS_DIFFER	(!IS_ENABLED(CONFIG_64BIT) && IS_ENABLED(CONFIG_CPU_BIG_ENDIAN))

static void *job_alloc(size_t bytes)
{
	if (bjn_sabotage_alloc())
		return NULL;
	return kvmalloc(bytes, GFP_KERNEL);
}

/**
 * bjn_inline_kind - what becomes of a helper that we inline
 * @id: of the helper, BPF_FUNC_*
 *
 * Return: BJN_CALL_HELPER for those that are called.
 */
enum bjn_call_kind bjn_inline_kind(s32 id)
{
	switch (id) {
	case BPF_FUNC_get_smp_processor_id:
		return BJN_CALL_CPU_ID;
	case BPF_FUNC_get_current_task:
	case BPF_FUNC_get_current_task_btf:
		return BJN_CALL_CURRENT;
	}
	return BJN_CALL_HELPER;
}

/**
 * bjn_is_inlined_helper - did the verifier leave the id of a helper in a call?
 * @insn: call instruction
 */
bool bjn_is_inlined_helper(const struct bpf_insn *insn)
{
	return !insn->src_reg && bjn_inline_kind(insn->imm) != BJN_CALL_HELPER;
}

/**
 * bjn_is_may_goto - does a call end the time slice of a may_goto?
 * @insn: call instruction
 */
bool bjn_is_may_goto(const struct bpf_insn *insn)
{
	return may_goto_addr && !insn->src_reg &&
	       (unsigned long)((u8 *)__bpf_call_base + insn->imm) == may_goto_addr;
}

static u8 arg_flags(u8 model)
{
	return (model & BTF_FMODEL_SIGNED_ARG ? BJN_ARG_SIGNED : 0) |
	       (model & BTF_FMODEL_ARENA_ARG ? BJN_ARG_ARENA : 0) |
	       (model & BTF_FMODEL_NULLABLE_ARG ? BJN_ARG_NULLABLE : 0);
}

static int kfunc_model(const struct bpf_prog *prog, const struct bpf_insn *insn,
		       struct bjn_call *call)
{
	const struct btf_func_model *m = bjn_ksym.bpf_jit_find_kfunc_model(prog, insn);
	u8 i;

	if (!m || m->nr_args > BJN_MAX_ARGS)
		return -EINVAL;
	call->nargs = m->nr_args;
	call->ret_size = m->ret_size;
	call->ret_flags = bjn_result_is_signed(m) ? BJN_ARG_SIGNED : 0;
	for (i = 0; i < m->nr_args; i++) {
		call->arg_size[i] = m->arg_size[i];
		call->arg_flags[i] = arg_flags(m->arg_flags[i]);
	}
	return 0;
}

/* A throw is a jump to the callback; the kernel's bpf_throw() is not involved. */
static int throw_target(const struct bpf_prog *prog, struct bjn_call *call)
{
	call->kind = BJN_CALL_THROW;
	call->addr = bjn_exception_cb(prog);
	return call->addr ? 0 : -EOPNOTSUPP;
}

static int may_goto_target(struct bjn_call *call)
{
	call->kind = BJN_CALL_MAY_GOTO;
	call->addr = bjn_glue_may_goto();
	return call->addr ? 0 : -EOPNOTSUPP;
}

static int call_target(const struct bjn_prog *p, u32 idx, struct bjn_call *call)
{
	struct bjn_job *job = p->priv;
	const struct bpf_insn *insn = &p->insns[idx];
	bool fixed;
	int err;

	memset(call, 0, sizeof(*call));
	if (bjn_is_inlined_helper(insn)) {
		call->kind = bjn_inline_kind(insn->imm);
		/* it returns (long)current; with _btf, (unsigned long)current */
		if (insn->imm == BPF_FUNC_get_current_task)
			call->ret_flags = BJN_ARG_SIGNED;
		return 0;
	}
	err = bjn_ksym.bpf_jit_get_func_addr(job->prog, insn, p->extra_pass, &call->addr, &fixed);
	if (err)
		return err;
	switch (insn->src_reg) {
	case BPF_PSEUDO_CALL:
		call->kind = BJN_CALL_SUBPROG;
		return 0;
	case BPF_PSEUDO_KFUNC_CALL:
		if (call->addr == throw_addr)
			return throw_target(job->prog, call);
		call->kind = BJN_CALL_KFUNC;
		return kfunc_model(job->prog, insn, call);
	}
	if (call->addr == may_goto_addr)
		return may_goto_target(call);
	if (KPTRS_DIFFER && call->addr == kptr_xchg_addr) {
		bjn_fail(&job->ctx, -EOPNOTSUPP, "bpf_kptr_xchg() stores where programs of this byte order do not look");
		return -EOPNOTSUPP;
	}
	call->kind = BJN_CALL_HELPER;
	return 0;
}

/* Does an extension stand for a main program, which returns a C int? */
static bool replaces_main(const struct bpf_prog *prog)
{
	const struct bjn_image *img = bjn_registry_at(bjn_replaced(prog));

	return img && img->is_main;
}

/*
 * A static function with a pointer among its parameters has a type that the kernel
 * does not trust: whatever is attached to it takes it for one of five u64
 * (bpf_check_attach_target(), btf_distill_func_proto()), however many it has.
 */
static bool has_hidden_args(const struct bpf_prog *prog)
{
	u32 i;

	if (bjn.env.reg_ax == BJN_REG_ARGS || !bjn_is_unreliable(prog))
		return false;
	for (i = 0; i < prog->len; i++)
		if (BPF_CLASS(prog->insnsi[i].code) == BPF_LDX &&
		    prog->insnsi[i].src_reg == BJN_REG_ARGS)
			return true;
	return false;
}

/* How a program is called, and what can be attached to it. */
static void describe_entry(struct bjn_prog *p, const struct bpf_prog *prog)
{
	p->is_subprog = prog->aux->func_idx != 0;
	p->is_main_of_many = prog->is_func && !prog->aux->func_idx;
	p->hidden_args = p->is_subprog && has_hidden_args(prog);
	if (!(bjn.env.features & BJN_FEAT(TRAMPOLINES)))
		return;
	p->attachable = prog->aux->func_info && !p->exception_cb;
	/* An exception callback returns in the place of its main program. */
	if (p->is_subprog && !p->exception_cb)
		return;
	p->extension = !p->is_subprog && prog->type == BPF_PROG_TYPE_EXT;
	p->wide_result = prog->type == BPF_PROG_TYPE_STRUCT_OPS ||
			 (prog->type == BPF_PROG_TYPE_EXT && !replaces_main(prog));
}

static bool indirect_target(const struct bjn_prog *p, u32 idx)
{
	const struct bjn_job *job = p->priv;

	return bjn_indirect_target(job->env, job->prog, idx);
}

static const struct bjn_prog_ops prog_ops = {
	.call_target = call_target,
	.indirect_target = indirect_target,
};

static void job_init(struct bjn_job *job, struct bpf_verifier_env *env, struct bpf_prog *prog,
		     bool extra)
{
	struct bjn_prog *p = &job->p;

	memset(job, 0, offsetof(struct bjn_job, small_off));
	job->prog = prog;
	job->env = env;
	p->insns = prog->insnsi;
	p->len = prog->len;
	p->stack_depth = prog->aux->stack_depth;
	p->arena_kern = bjn_arena_kern(prog);
	p->arena_user = bjn_arena_user(prog);
	p->tail_call_reachable = prog->aux->tail_call_reachable;
	bjn_aux_exceptions(prog->aux, p);
	describe_entry(p, prog);
	p->extra_pass = extra;
	p->ops = &prog_ops;
	p->priv = job;
	job->ctx.env = &bjn.env;
	job->ctx.prog = p;
	job->ctx.be = bjn.be;
}

/* Code, fix-ups and exception table in one piece of memory. */
static int job_buffers(struct bjn_job *job)
{
	struct bjn_ctx *c = &job->ctx;
	size_t code = c->facts.max_words * sizeof(u32);
	size_t fix = c->facts.jumps * sizeof(*c->fix);
	size_t ex = c->facts.extable * sizeof(*c->ex);
	u8 *mem = job_alloc(code + fix + ex);

	if (!mem)
		return -ENOMEM;
	c->code = (u32 *)mem;
	c->cap = c->facts.max_words;
	c->fix = (struct bjn_fixup *)(mem + code);
	c->ex = (struct bjn_extable *)(mem + code + fix);
	return 0;
}

static int job_no_memory(struct bjn_job *job)
{
	bjn_fail(&job->ctx, -ENOMEM, "out of memory");
	return -ENOMEM;
}

/* Emit into a buffer of our own; the program is not touched. */
static int job_emit(struct bjn_job *job)
{
	struct bjn_ctx *c = &job->ctx;

	if (job->p.len < ARRAY_SIZE(job->small_off))
		c->off = job->small_off;
	else
		c->off = job_alloc((job->p.len + 1) * sizeof(u32));
	if (!c->off)
		return job_no_memory(job);
	if (bjn_plan(c))
		return c->err;
	if (job_buffers(job))
		return job_no_memory(job);
	return bjn_emit(c);
}

static void job_done(struct bjn_job *job)
{
	kvfree(job->ctx.code);
	if (job->ctx.off != job->small_off)
		kvfree(job->ctx.off);
}

/* The exception table lies behind the code. */
static u32 table_offset(const struct bjn_image *img)
{
	return round_up(img->bytes, (u32)__alignof__(struct exception_table_entry));
}

static struct bjn_image *image_alloc(struct bjn_job *job)
{
	struct bjn_ctx *c = &job->ctx;
	u32 bytes = c->pos * sizeof(u32);
	struct bjn_image *img = bjn_sabotage_alloc() ? NULL : kzalloc(sizeof(*img), GFP_KERNEL);

	if (!img)
		return NULL;
	img->prog = job->prog;
	img->group = bjn_group_key(job->prog);
	img->bytes = bytes;
	img->nr_ex = c->nr_ex;
	img->stock_func = job->prog->bpf_func;
	img->priv = job->priv;
	img->frame = c->frame_bytes;
	img->is_main = !job->p.is_subprog && !job->p.extension;
	img->extension = job->p.extension;
	img->wide = job->p.is_subprog || job->p.wide_result;
	img->tails = job->p.tail_call_reachable || c->facts.flags & BJN_OP_TAIL;
	img->many_args = BPF_REG_AX != 11 && c->facts.regs & 1u << 11;
	if (c->nr_ex)
		bytes = table_offset(img) + c->nr_ex * sizeof(struct exception_table_entry);
	if (bjn_mem_alloc(&img->mem, job->prog, bytes)) {
		kfree(img);
		return NULL;
	}
	return img;
}

/*
 * The address of the image makes long jumps shorter, as the back end has said.
 * The memory is gone on failure.
 */
static int emit_in_place(struct bjn_job *job)
{
	struct bjn_ctx *c = &job->ctx;

	if (!c->far)
		return 0;
	job->p.image = (unsigned long)job->img->mem.ro;
	if (!bjn_emit(c) && (c->pos * sizeof(u32) > job->img->bytes || c->nr_ex != job->img->nr_ex))
		bjn_fail(c, -EINVAL, "code grows when its address is known");
	if (c->err) {
		bjn_mem_free(&job->img->mem, job->prog);
		return c->err;
	}
	job->img->bytes = c->pos * sizeof(u32);
	return 0;
}

static int write_extable(struct bjn_job *job)
{
	const struct bjn_image *img = job->img;
	struct exception_table_entry *rw = (void *)(img->mem.rw + table_offset(img));
	struct exception_table_entry *ro = (void *)(img->mem.ro + table_offset(img));
	const u32 *code = (const u32 *)img->mem.ro;
	u32 i;

	for (i = 0; i < img->nr_ex; i++) {
		const struct bjn_extable *e = &job->ctx.ex[i];
		int err = bjn_glue_extable(&rw[i], &ro[i], code + e->at, code + e->resume, e);

		if (err)
			return err;
	}
	return 0;
}

/* The program takes over its image. */
static void publish(struct bjn_job *job)
{
	struct bpf_prog *prog = job->prog;
	struct bjn_image *img = job->img;

	prog->bpf_func = (void *)img->mem.ro;
	prog->jited = 1;
	prog->jited_len = img->bytes - bjn.be->tail_words * sizeof(u32);
}

/*
 * Tables that name addresses inside a final image. The offsets become bytes;
 * line info wants the end of each instruction, instruction arrays its start.
 */
static void publish_tables(struct bjn_job *job)
{
	struct bpf_prog *prog = job->prog;
	struct bjn_image *img = job->img;
	u32 *off = job->ctx.off;
	u32 i;

	for (i = 0; i <= prog->len; i++)
		off[i] *= sizeof(u32);
	prog->aux->num_exentries = img->nr_ex;
	prog->aux->extable = img->nr_ex ? (void *)(img->mem.ro + table_offset(img)) : NULL;
	bjn_ksym.bpf_prog_fill_jited_linfo(prog, off + 1);
	bjn_publish_insn_ptrs(prog, off, img->mem.ro);
}

/* Write the image and make it executable. The memory is gone on failure. */
static int finish_image(struct bjn_job *job)
{
	struct bjn_image *img = job->img;
	int err;

	memcpy(img->mem.rw, job->ctx.code, img->bytes);
	img->entry = job->ctx.entry;
	img->word = job->ctx.code[0];
	err = write_extable(job);
	if (err) {
		bjn_mem_free(&img->mem, job->prog);
		return err;
	}
	err = bjn_mem_finalize(&img->mem, job->prog);
	if (err)
		return err;
	bjn_glue_sync(img->mem.ro, img->mem.ro + img->bytes);
	publish(job);
	publish_tables(job);
	return 0;
}

static void image_counted(const struct bjn_image *img)
{
	atomic64_inc(&bjn_stats.compiled);
	atomic64_inc(&bjn_stats.programs);
	atomic64_add(img->bytes, &bjn_stats.bytes);
}

/* The only pass, or the first of two. */
static int compile_first(struct bjn_job *job)
{
	bool two_passes = job->prog->is_func;
	int err;

	if (bjn_priv_stack_alloc(&job->priv, job->prog))
		return job_no_memory(job);
	job->p.priv_stack = bjn_priv_stack_fp(&job->priv);
	err = job_emit(job);
	if (err)
		return err;
	job->img = image_alloc(job);
	if (!job->img)
		return job_no_memory(job);
	if (two_passes) {
		publish(job);
	} else {
		err = emit_in_place(job);
		if (!err)
			err = finish_image(job);
		if (err) {
			kfree(job->img);
			bjn_fail(&job->ctx, err, "image could not be written");
			return err;
		}
	}
	bjn_registry_add(job->img, two_passes);
	image_counted(job->img);
	return 0;
}

static void image_gone(struct bjn_image *img, const struct bpf_prog *prog)
{
	bjn_priv_stack_free(&img->priv, prog);
	kfree(img);
	atomic64_dec(&bjn_stats.programs);
	module_put(THIS_MODULE);
}

/* The core refuses a program whose bpf_func changes in the second pass. */
static void fail_extra(struct bpf_prog *prog)
{
	prog->bpf_func = NULL;
	prog->jited = 0;
	prog->jited_len = 0;
	atomic64_inc(&bjn_stats.failed);
}

/*
 * The verifier does not limit how deep global functions call each other. Where it
 * does not, it hands out what it knows. The interpreter would need more stack.
 */
static void check_depth(struct bjn_job *job)
{
	if (!job->env || bjn_deepest_stack(job->env, job->prog) <= THREAD_SIZE - SZ_4K)
		return;
	bjn_fail(&job->ctx, -E2BIG, "its functions call each other too deep for the stack of this kernel");
	bjn_require_jit(job->env);
}

/* What can be said when all functions are known, said of the main program. */
static int check_calls(struct bjn_job *job)
{
	u32 limit = bjn.env.level_bytes;

	if (job->p.is_subprog)
		return 0;
	if (bjn_tails_below_callback(job->prog))
		bjn_fail(&job->ctx, -EOPNOTSUPP, "a tail call below a callback would find no count");
	/* The verifier's limit lets 33 of them take 8 KB and what the frames cost. */
	else if (limit && bjn_held_stack(job->prog) > limit)
		bjn_fail(&job->ctx, -E2BIG, "33 tail calls from its subprograms need more stack than this kernel has");
	else
		check_depth(job);
	return job->ctx.err;
}

static int compile_extra(struct bjn_job *job)
{
	struct bjn_image *img = job->img;
	int err;

	job->p.image = (unsigned long)img->mem.ro;
	job->p.priv_stack = bjn_priv_stack_fp(&img->priv);
	err = check_calls(job);
	if (!err)
		err = job_emit(job);
	if (!err && (job->ctx.pos * sizeof(u32) > img->bytes || job->ctx.nr_ex != img->nr_ex)) {
		err = -EINVAL;
		bjn_fail(&job->ctx, err, "code grows between the passes");
	}
	if (err) {
		bjn_mem_free(&img->mem, job->prog);
		return err;
	}
	atomic64_sub(img->bytes - job->ctx.pos * sizeof(u32), &bjn_stats.bytes);
	img->bytes = job->ctx.pos * sizeof(u32);
	err = finish_image(job);
	if (err)
		bjn_fail(&job->ctx, err, "image could not be written");
	else
		bjn_registry_final(img);
	return err;
}

static struct bpf_prog *run_extra(struct bpf_verifier_env *env, struct bpf_prog *prog)
{
	struct bjn_job job;
	int err;

	job_init(&job, env, prog, true);
	job.img = bjn_registry_find(prog);
	err = compile_extra(&job);
	if (err) {
		bjn_decline(prog, &job.ctx, "the load fails");
		bjn_registry_take(prog);
		fail_extra(prog);
		image_gone(job.img, prog);
	}
	job_done(&job);
	return prog;
}

static struct bpf_prog *run_stock(struct bpf_verifier_env *env, struct bpf_prog *prog)
{
	u32 insns = prog->len;
	u64 t = ktime_get_ns();
	u64 cpu = bjn_trace_clock();
	bool first = !prog->jited;

	prog = bjn_stock_compile(env, prog);
	t = ktime_get_ns() - t;
	if (prog->jited) {
		bjn_trace(prog, false, first ? insns : 0, cpu);
		atomic64_add(t, &bjn_stats.stock_ns);
		if (first) {
			atomic64_inc(&bjn_stats.stock);
			atomic64_add(insns, &bjn_stats.stock_insns);
			atomic64_add(prog->jited_len, &bjn_stats.stock_bytes);
		}
	}
	return prog;
}

/*
 * Give the subprograms that we already compiled to the stock JIT. The core has
 * seen them compiled and does not look again: it takes one without an image for
 * one at address 0. So when one is refused, the load must end here.
 */
static bool hand_over(struct bpf_verifier_env *env, const void *group)
{
	struct bjn_image *img;
	bool good = true;

	while ((img = bjn_registry_take_group(group))) {
		struct bpf_prog *prog = img->prog;

		prog->bpf_func = img->stock_func;
		prog->jited = 0;
		prog->jited_len = 0;
		bjn_mem_free(&img->mem, prog);
		atomic64_dec(&bjn_stats.compiled);
		atomic64_sub(img->bytes, &bjn_stats.bytes);
		image_gone(img, prog);
		good &= run_stock(env, prog)->jited;
	}
	return good;
}

/* A program with a feature that only we have was verified with it, so it was on. */
static bool user_disabled(const struct bpf_prog *prog, u64 disabled)
{
	return disabled && (disabled & bjn_route_content(prog)) && !bjn_route_needs_us(prog);
}

/* Does a program, as far as it has been compiled, need us? */
static bool whole_needs_us(const struct bpf_prog *prog)
{
	return bjn_route_needs_us(prog) ||
	       (prog->is_func && bjn_registry_any(bjn_group_key(prog), bjn_route_needs_us));
}

static struct bpf_prog *declined(struct bpf_verifier_env *env, struct bpf_prog *prog,
				 const struct bjn_ctx *ctx)
{
	if (whole_needs_us(prog)) {
		bjn_decline(prog, ctx, bjn_disarm(prog) ?
			    "it needs a feature that only we have, so it returns 0 and does nothing" :
			    "it needs a feature that only we have, so the load fails");
		atomic64_inc(&bjn_stats.failed);
		return prog;
	}
	bjn_decline(prog, ctx, "it goes to the stock JIT");
	atomic64_inc(&bjn_stats.declined);
	if (prog->is_func && !hand_over(env, bjn_group_key(prog)))
		return prog;
	return run_stock(env, prog);
}

/* Its program went to the stock JIT before this function showed what it needs. */
static struct bpf_prog *run_nobody(struct bpf_prog *prog)
{
	const struct bjn_ctx ctx = {
		.err = -EOPNOTSUPP,
		.err_why = "the stock JIT has an earlier function of it",
	};

	bjn_decline(prog, &ctx, "it needs a feature that only we have, so the load fails");
	atomic64_inc(&bjn_stats.failed);
	return prog;
}

static struct bpf_prog *run_first(struct bpf_verifier_env *env, struct bpf_prog *orig,
				  u64 disabled)
{
	struct bpf_prog *prog = bjn_blind(orig);
	int err = PTR_ERR_OR_ZERO(prog);
	struct bjn_job job;

	if (err)
		prog = orig;
	job_init(&job, env, prog, false);
	if (err)
		bjn_fail(&job.ctx, err, "its constants cannot be blinded");
	else if (bjn_aux_features(prog->aux) & ~bjn.possible)
		bjn_fail(&job.ctx, -EOPNOTSUPP, "uses a feature that the back end lacks");
	else if (user_disabled(prog, disabled))
		bjn_fail(&job.ctx, -EOPNOTSUPP, "uses a feature that is switched off");
	else if (!try_module_get(THIS_MODULE))
		bjn_fail(&job.ctx, -EBUSY, "the module is being removed");
	else if (compile_first(&job)) {
		bjn_priv_stack_free(&job.priv, prog);
		module_put(THIS_MODULE);
	}
	if (job.ctx.err) {
		bjn_blind_done(orig, prog);
		prog = declined(env, orig, &job.ctx);
	} else {
		bjn_blind_done(prog, orig);
	}
	job_done(&job);
	return prog;
}

static struct bpf_prog *jit_compile(struct bpf_verifier_env *env, struct bpf_prog *prog,
				    const struct bjn_switches *s)
{
	u32 insns = prog->len;
	u64 cpu = bjn_trace_clock();
	u64 t;

	if (!prog->jit_requested)
		return bjn_stock_compile(env, prog);
	switch (bjn_route(prog, s->enabled)) {
	case BJN_ROUTE_FIRST:
		t = ktime_get_ns();
		prog = run_first(env, prog, s->disabled);
		break;
	case BJN_ROUTE_EXTRA:
		t = ktime_get_ns();
		prog = run_extra(env, prog);
		insns = 0;
		break;
	case BJN_ROUTE_NOBODY:
		return run_nobody(prog);
	default:
		return run_stock(env, prog);
	}
	t = ktime_get_ns() - t;
	if (prog->jited && bjn_registry_find(prog)) {
		bjn_trace(prog, true, insns, cpu);
		atomic64_add(t, &bjn_stats.ns);
		atomic64_add(insns, &bjn_stats.insns);
	}
	return prog;
}

/**
 * bjn_jit_compile - replacement of bpf_int_jit_compile()
 * @env: verifier state, or NULL (always NULL on 6.x)
 * @prog: program or subprogram
 *
 * Return: the program, compiled if prog->jited; never NULL or an ERR_PTR.
 */
struct bpf_prog *bjn_jit_compile(struct bpf_verifier_env *env, struct bpf_prog *prog)
{
	struct bjn_load *load = bjn_load_take(prog);
	struct bjn_switches s = load ? load->switches : bjn_load_switches();

	prog = jit_compile(env, prog, &s);
	bjn_load_put(load);
	return prog;
}

/**
 * bjn_jit_free - replacement of bpf_jit_free()
 * @prog: program, ours or not, compiled or not
 *
 * A final image of ours is freed by the stock function, which finds it through
 * prog->bpf_func; one that never had its second pass is freed here.
 */
void bjn_jit_free(struct bpf_prog *prog)
{
	struct bjn_image *img = bjn_registry_take(prog);

	bjn_load_put(bjn_load_take(prog));
	if (img && img->mem.rw_hdr) {
		bjn_mem_free(&img->mem, prog);
		prog->jited = 0;
	}
	if (img)
		bjn_priv_stack_free(&img->priv, prog);
	bjn_stock_free(prog);
	if (img)
		image_gone(img, NULL);
}

/**
 * bjn_prog_init - look up what the driver recognises in programs
 *
 * Return: 0 or -ENOMEM.
 */
int bjn_prog_init(void)
{
	throw_addr = bjn_ksym_lookup("bpf_throw");
	if (!throw_addr)
		bjn.possible &= ~BJN_FEAT(EXCEPTIONS);
	may_goto_addr = bjn_ksym_lookup("arch_bpf_timed_may_goto");
	if (!may_goto_addr)
		bjn.possible &= ~BJN_FEAT(TIMED_MAY_GOTO);
	kptr_xchg_addr = bjn_ksym_lookup("bpf_kptr_xchg");
	return bjn_trace_init();
}

void bjn_prog_exit(void)
{
	bjn_load_exit();
	bjn_trace_exit();
}

int bjn_prog_show(struct seq_file *m, void *v)
{
	return bjn_registry_show(m, v);
}
