// SPDX-License-Identifier: GPL-2.0
/* A program from its bytes to its two results. */
#include <stdlib.h>

#include "session.h"

struct bjn_env bt_env;

static struct bt_region fixed_region;
static struct bt_program fixed[BT_NR_SLOTS];

#define INSN(c, d, s, o, i) { .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) }

static const struct bpf_insn leaf[] = {
	INSN(BPF_LDX | BPF_MEM | BPF_W, 0, 1, 0, 0),
	INSN(BPF_ALU64 | BPF_XOR | BPF_K, 0, 0, 0, 0x5a5a),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

static const struct bpf_insn bounce[] = {
	INSN(BJN_LD_IMM64, 2, BPF_PSEUDO_MAP_FD, 0, 0),
	INSN(0, 0, 0, 0, 0),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 3, 0, 0, BT_SLOT_SELF),
	INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BT_H_TAIL_CALL),
	INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 77),
	INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

/* Compile a program that stays in the prog_array for good. */
static int fix_slot(u32 slot, const struct bpf_insn *insns, u32 len)
{
	struct bt_program *p = &fixed[slot];
	const char *why;

	if (bt_prepare(p, insns, len, 0, &why) || bt_translate(p, &fixed_region, false))
		return -EINVAL;
	bt_world.slots[slot].bpf_func = p->img.sub[0].code;
	bt_world.slots[slot].interp = &p->interp;
	return 0;
}

/**
 * bt_session_init - create the world and the fixed tail call targets
 *
 * Return: 0 or a negative errno; without the fixed targets one can still go on,
 * but programs that tail-call them crash.
 */
int bt_session_init(void)
{
	int err = bt_world_init();

	if (err)
		return err;
	bt_world_env(&bt_env);
	bt_backend = bt_target.be;
	err = bt_run_init();
	if (err)
		return err;
	err = bt_region_open(&fixed_region, 65536);
	if (err)
		return err;
	if (fix_slot(BT_SLOT_LEAF, leaf, BJN_ARRAY_SIZE(leaf)) ||
	    fix_slot(BT_SLOT_BOUNCE, bounce, BJN_ARRAY_SIZE(bounce))) {
		bt_world.array.ptrs[BT_SLOT_LEAF] = NULL;
		bt_world.array.ptrs[BT_SLOT_BOUNCE] = NULL;
	}
	return bt_region_seal(&fixed_region, bt_target.code_prot);
}

static u64 function(const struct bt_func *f)
{
	return (uintptr_t)(bt_target.wrap ? bt_target.wrap(f->fn) : f->fn);
}

static void describe_kfunc(const struct bt_func *f, struct bjn_call *call)
{
	call->kind = BJN_CALL_KFUNC;
	call->addr = function(f);
	call->nargs = f->nargs;
	call->ret_size = sizeof(u64);
	memcpy(call->arg_size, f->size, sizeof(f->size));
	memcpy(call->arg_flags, f->flags, sizeof(f->flags));
}

static bool is_special_helper(s32 id)
{
	return id == BT_H_CPU_ID || id == BT_H_CURRENT || id == BT_H_CURRENT_BTF ||
	       id == BT_H_MAY_GOTO;
}

/* Calls that are not calls of a C function. */
static void describe_special(const struct bjn_prog *prog, const struct bpf_insn *in,
			     struct bjn_call *call)
{
	if (in->src_reg) {
		call->kind = BJN_CALL_THROW;
		call->addr = bt_throw_cell(prog);
	} else if (in->imm == BT_H_MAY_GOTO) {
		call->kind = BJN_CALL_MAY_GOTO;
		call->addr = (uintptr_t)bt_target.may_goto;
	} else {
		call->kind = in->imm == BT_H_CPU_ID ? BJN_CALL_CPU_ID : BJN_CALL_CURRENT;
		call->ret_flags = in->imm == BT_H_CURRENT ? BJN_ARG_SIGNED : 0;
	}
}

static int call_target(const struct bjn_prog *prog, u32 idx, struct bjn_call *call)
{
	const struct bpf_insn *in = &prog->insns[idx];
	const struct bt_func *f;

	memset(call, 0, sizeof(*call));
	if (in->src_reg == BPF_PSEUDO_CALL) {
		call->kind = BJN_CALL_SUBPROG;
		call->addr = bt_sub_address(prog, idx);
		return 0;
	}
	if (in->src_reg ? in->imm == BT_K_THROW : is_special_helper(in->imm)) {
		describe_special(prog, in, call);
		return 0;
	}
	f = in->src_reg ? bt_kfunc(in->imm) : bt_helper(in->imm);
	if (!f)
		return -EINVAL;
	if (in->src_reg)
		describe_kfunc(f, call);
	else
		call->addr = function(f);
	return 0;
}

/* An instruction array of this world may lead anywhere. */
static bool indirect_target(const struct bjn_prog *prog, u32 idx)
{
	(void)prog;
	(void)idx;
	return true;
}

static const struct bjn_prog_ops prog_ops = {
	.call_target = call_target,
	.indirect_target = indirect_target,
};

static u64 reference(const struct bpf_insn *in, const char **why)
{
	if (in->src_reg == BPF_PSEUDO_MAP_FD && in->imm == 0)
		return (uintptr_t)&bt_world.array;
	if (in->src_reg == BPF_PSEUDO_MAP_VALUE && in->imm == BT_V_MEM)
		return (uintptr_t)bt_world.mem;
	if (in->src_reg == BPF_PSEUDO_MAP_VALUE && in->imm == BT_V_PERCPU && bt_target.per_cpu)
		return (uintptr_t)bt_world.mem - bt_target.per_cpu();
	if (in->src_reg == BPF_PSEUDO_MAP_VALUE && (u32)in->imm < BT_MAX_INSNS)
		return (uintptr_t)&bt_world.jump_table[in->imm];
	*why = "ld_imm64 refers to something that this world has not";
	return 0;
}

/*
 * References to maps become addresses, helper 12 a tail call; every instruction
 * stays in its place. Map 0 is the prog_array; a map value reference with imm N
 * is the address of the slot of the instruction array that leads to instruction N,
 * or the memory.
 */
static int resolve(const struct bpf_insn *in, u32 len, struct bt_code *out,
		   const char **why)
{
	u32 i;

	if (!bt_code_reserve(out, len + BT_DEFAULT_CB_LEN)) {
		*why = "out of memory";
		return -ENOMEM;
	}
	memcpy(out->insns, in, len * sizeof(*in));
	out->len = len;
	for (i = 0; i < len; i++) {
		struct bpf_insn *o = &out->insns[i];

		out->map[i] = i;
		if (o->code == (BPF_JMP | BPF_CALL) && !o->src_reg && o->imm == BT_H_TAIL_CALL) {
			o->code = BJN_TAIL_CALL;
			o->imm = 0;
		}
		if (o->code != BJN_LD_IMM64)
			continue;
		if (o->src_reg && o->src_reg != BPF_PSEUDO_FUNC) {
			u64 v = reference(o, why);

			if (!v)
				return -EINVAL;
			o[0].src_reg = 0;
			o[0].imm = (s32)(u32)v;
			o[1].imm = (s32)(v >> 32);
		}
		i++;
		out->map[i] = i;
	}
	out->map[len] = len;
	return 0;
}

static bool has_code(const struct bt_code *c, u8 code)
{
	u32 i;

	for (i = 0; i < c->len; i++)
		if (c->insns[i].code == code)
			return true;
		else if (c->insns[i].code == BJN_LD_IMM64)
			i++;
	return false;
}

/**
 * bt_prepare - do what the verifier does
 * @p: program; its buffers are reused
 * @insns: as the user wrote it
 * @len: number of slots
 * @blind: seed of constant blinding, or 0 for none
 * @why: on error one phrase
 *
 * Return: 0 or a negative errno.
 */
int bt_prepare(struct bt_program *p, const struct bpf_insn *insns, u32 len, u32 blind,
	       const char **why)
{
	int err = resolve(insns, len, &p->resolved, why);

	p->len = len;
	p->final = &p->guarded;
	if (err)
		return err;
	bt_find_exceptions(&p->resolved, &p->exc);
	p->has_loops = bt_has_may_goto(&p->resolved);
	if (p->has_loops)
		err = bt_loops(&p->resolved, bt_env.reg_ax, &p->looped, why);
	if (!err)
		err = bt_guard(p->has_loops ? &p->looped : &p->resolved, bt_env.reg_ax, &p->guarded,
			       why);
	if (!err && blind) {
		err = bt_blind(&p->guarded, bt_env.reg_ax, &blind, &p->blinded, why);
		p->final = &p->blinded;
	}
	if (err)
		return err;
	p->tail_calls = has_code(&p->resolved, BJN_TAIL_CALL);
	p->gotox = has_code(&p->resolved, BJN_GOTOX);
	p->interp.insns = p->resolved.insns;
	p->interp.len = p->resolved.len;
	p->interp.exception_cb = p->exc.custom;
	p->interp.per_cpu = bt_target.per_cpu ? bt_target.per_cpu() : 0;
	p->interp.arena_kern = (uintptr_t)bt_world.arena;
	p->interp.arena_user = BT_ARENA_USER;
	p->interp.host = &bt_host;
	return 0;
}

static bool reserve_starts(struct bt_program *p)
{
	if (!p->gotox || p->starts_cap > p->final->len)
		return true;
	free(p->starts);
	p->starts_cap = p->final->len + 1;
	p->starts = malloc(p->starts_cap * sizeof(u64));
	return p->starts;
}

/* Where instruction @i of the user's program is in the compiled one. */
static u32 final_index(const struct bt_program *p, u32 i)
{
	if (p->has_loops)
		i = p->looped.map[i];
	i = p->guarded.map[i];
	return p->final == &p->blinded ? p->blinded.map[i] : i;
}

/**
 * bt_needs - features of the back end without which it cannot be compiled
 * @p: program after bt_prepare()
 *
 * Return: BJN_FEAT() bits; not all features are looked for.
 */
u64 bt_needs(const struct bt_program *p)
{
	const struct bt_code *c = &p->resolved;
	u64 needs = 0;
	u32 i;

	for (i = 0; i < c->len; i++) {
		const struct bpf_insn *in = &c->insns[i];

		if (in->code == BJN_LD_IMM64)
			i++;
		else if (in->src_reg == BI_REG_ARGS || in->dst_reg == BI_REG_ARGS)
			needs |= BJN_FEAT(STACK_ARGS);
		else if (in->code == (BPF_ALU64 | BPF_MOV | BPF_X) && in->off == BJN_MOV_PERCPU)
			needs |= BJN_FEAT(PERCPU_INSN);
		else if (in->code == BJN_GOTOX)
			needs |= BJN_FEAT(GOTOX);
	}
	return needs | (p->exc.throws ? BJN_FEAT(EXCEPTIONS) : 0) |
	       (p->has_loops ? BJN_FEAT(TIMED_MAY_GOTO) : 0) |
	       (bt_uses_arena(c) ? BJN_FEAT(ARENA) : 0);
}

/**
 * bt_uses_arena - does a program need an arena?
 * @c: program
 */
bool bt_uses_arena(const struct bt_code *c)
{
	u32 i;

	for (i = 0; i < c->len; i++) {
		const struct bpf_insn *in = &c->insns[i];
		u8 class = BJN_CLASS(in->code), mode = BJN_MODE(in->code);

		if (in->code == BJN_LD_IMM64)
			i++;
		else if (in->code == (BPF_ALU64 | BPF_MOV | BPF_X) && in->off == BJN_MOV_ARENA_CAST)
			return true;
		else if ((class == BPF_LDX || class == BPF_ST || class == BPF_STX) &&
			 (mode == BJN_PROBE_MEM32 || mode == BJN_PROBE_ATOMIC ||
			  (class == BPF_LDX && mode == BJN_PROBE_MEM32SX)))
			return true;
	}
	return false;
}

/**
 * bt_translate - compile
 * @p: program after bt_prepare()
 * @r: where the code goes
 * @know_image: tell the emitter the final address also without subprograms
 *
 * Return: 0 or a negative errno with the reason in @p->img.
 */
int bt_translate(struct bt_program *p, struct bt_region *r, bool know_image)
{
	struct bt_options opt = { .env = &bt_env, .ops = &prog_ops, .know_image = know_image,
				  .tramp = bt_target.tramp, .redirect = bt_target.redirect };

	if (!reserve_starts(p)) {
		p->img.err = -ENOMEM;
		p->img.why = "out of memory";
		return -ENOMEM;
	}
	if (bt_target.per_cpu && bt_env.features & BJN_FEAT(PRIVATE_STACK)) {
		opt.private_stacks = p->private_stacks;
		opt.per_cpu = bt_target.per_cpu();
	}
	opt.attach = bt_target.tramp ? p->attach : BT_ATTACH_NOTHING;
	opt.throws = p->exc.throws;
	opt.exception_cb = p->exc.cb ? final_index(p, p->exc.cb) : 0;
	if (p->gotox)
		opt.starts = p->starts;
	if (bt_uses_arena(&p->resolved)) {
		opt.arena_kern = (uintptr_t)bt_world.arena;
		opt.arena_user = BT_ARENA_USER;
	}
	return bt_compile(p->final, &opt, r, &p->img);
}

/**
 * bt_native - run the emitter's code
 * @p: program after bt_translate(), its region sealed
 * @args: R1 to R5
 * @res: what became of it
 */
void bt_native(struct bt_program *p, const u64 *args, struct bt_result *res)
{
	u32 i;

	bt_world.slots[BT_SLOT_SELF].bpf_func = p->img.sub[0].code;
	for (i = 0; p->gotox && i < p->len; i++)
		bt_world.jump_table[i] = p->starts[final_index(p, i)];
	bt_current_vm = NULL;
	bt_run_native(&p->img, args, res);
}

/**
 * bt_interpret - run the interpreter
 * @p: program after bt_prepare()
 * @args: R1 to R5
 * @r0: result
 * @why: on error one phrase
 *
 * Return: 0 or a negative errno.
 */
int bt_interpret(struct bt_program *p, const u64 *args, u64 *r0, const char **why)
{
	u32 i;

	bt_world.slots[BT_SLOT_SELF].interp = &p->interp;
	for (i = 0; p->gotox && i < p->len; i++)
		bt_world.jump_table[i] = i;
	return bi_run(&p->interp, args, BT_MAX_STEPS, r0, why);
}

/**
 * bt_code_bound - bytes of code that are enough for a program
 * @p: program after bt_prepare()
 */
size_t bt_code_bound(const struct bt_program *p)
{
	return 65536 + (size_t)p->final->len * 256;
}
