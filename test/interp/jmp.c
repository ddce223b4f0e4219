// SPDX-License-Identifier: GPL-2.0
/* Jumps, calls and exits (RFC 9669 section 4.3). */
#include "vm.h"

/* Conditions see 64-bit operands; 32-bit ones come in both extensions. */
struct operands {
	u64 d, s;
	s64 sd, ss;
};

typedef bool (*cond_fn)(const struct operands *o);

static bool is_eq(const struct operands *o)
{
	return o->d == o->s;
}

static bool is_ne(const struct operands *o)
{
	return o->d != o->s;
}

static bool is_gt(const struct operands *o)
{
	return o->d > o->s;
}

static bool is_ge(const struct operands *o)
{
	return o->d >= o->s;
}

static bool is_lt(const struct operands *o)
{
	return o->d < o->s;
}

static bool is_le(const struct operands *o)
{
	return o->d <= o->s;
}

static bool is_sgt(const struct operands *o)
{
	return o->sd > o->ss;
}

static bool is_sge(const struct operands *o)
{
	return o->sd >= o->ss;
}

static bool is_slt(const struct operands *o)
{
	return o->sd < o->ss;
}

static bool is_sle(const struct operands *o)
{
	return o->sd <= o->ss;
}

static bool is_set(const struct operands *o)
{
	return o->d & o->s;
}

static const cond_fn conds[16] = {
	[BPF_JEQ >> 4]	= is_eq,
	[BPF_JNE >> 4]	= is_ne,
	[BPF_JGT >> 4]	= is_gt,
	[BPF_JGE >> 4]	= is_ge,
	[BPF_JLT >> 4]	= is_lt,
	[BPF_JLE >> 4]	= is_le,
	[BPF_JSGT >> 4]	= is_sgt,
	[BPF_JSGE >> 4]	= is_sge,
	[BPF_JSLT >> 4]	= is_slt,
	[BPF_JSLE >> 4]	= is_sle,
	[BPF_JSET >> 4]	= is_set,
};

void bi_jmp(struct bi_vm *vm, const struct bpf_insn *in)
{
	struct bi_frame *f = vm->f;
	struct operands o;

	o.d = f->r[in->dst_reg];
	o.s = in->code & BPF_X ? f->r[in->src_reg] : (u64)(s64)in->imm;
	if (BJN_CLASS(in->code) == BPF_JMP32) {
		o.d = (u32)o.d;
		o.s = (u32)o.s;
		o.sd = (s32)o.d;
		o.ss = (s32)o.s;
	} else {
		o.sd = (s64)o.d;
		o.ss = (s64)o.s;
	}
	if (conds[in->code >> 4](&o))
		f->pc += (u32)(s32)in->off;
}

void bi_ja(struct bi_vm *vm, const struct bpf_insn *in)
{
	vm->f->pc += (u32)(s32)in->off;
}

void bi_gotol(struct bi_vm *vm, const struct bpf_insn *in)
{
	vm->f->pc += (u32)in->imm;
}

/* Here an instruction array holds indices instead of addresses. */
void bi_gotox(struct bi_vm *vm, const struct bpf_insn *in)
{
	vm->f->pc = (u32)vm->f->r[in->dst_reg];
}

void bi_exit(struct bi_vm *vm, const struct bpf_insn *in)
{
	vm->f->done = true;
}

static int call_kfunc(struct bi_vm *vm, s32 id, const struct bi_args *a, u64 *ret)
{
	const struct bi_host *host = vm->f->prog->host;
	u64 arg[BJN_MAX_ARGS];
	u32 n = 5;

	if (id == host->throw_id) {
		bi_throw(vm, a->r[0]);
		return 0;
	}
	memcpy(arg, a->r, sizeof(a->r));
	for (; n < BJN_MAX_ARGS && a->given & 1u << (n - 5); n++)
		arg[n] = a->more[n - 5];
	return host->kfunc(vm, id, arg, n, ret);
}

void bi_call(struct bi_vm *vm, const struct bpf_insn *in)
{
	struct bi_frame *f = vm->f;
	struct bi_args *a = &f->out;
	u64 ret = 0;
	int err = 0;
	u32 i;

	memcpy(a->r, &f->r[BPF_REG_1], sizeof(a->r));
	if (in->src_reg == BPF_PSEUDO_CALL)
		ret = bi_enter(vm, f->prog, f->pc + (u32)in->imm, a);
	else if (in->src_reg == BPF_PSEUDO_KFUNC_CALL)
		err = call_kfunc(vm, in->imm, a, &ret);
	else
		err = f->prog->host->helper(vm, in->imm, a->r, &ret);
	if (err)
		bi_fail(vm, err, "call of an unknown function");
	/* A load from a packet (BPF_LD_ABS) is one of a helper, too, and loses no argument. */
	if (in->src_reg) {
		a->given = 0;
		f->in_gone = true;
	}
	f->r[BPF_REG_0] = ret;
	/* Nobody may rely on the argument registers now. */
	for (i = BPF_REG_1; i <= BPF_REG_5; i++)
		f->r[i] = 0xdead00000000dead + i;
}

/* R1 is the context, R2 the prog_array, R3 the 32-bit index. */
void bi_tail_call(struct bi_vm *vm, const struct bpf_insn *in)
{
	struct bi_frame *f = vm->f;
	const struct bi_prog *next;

	if (vm->tail_calls >= BJN_MAX_TAIL_CALLS)
		return;
	next = f->prog->host->tail_target(f->r[BPF_REG_2], (u32)f->r[BPF_REG_3]);
	if (!next)
		return;
	vm->tail_calls++;
	bi_start(f, next, 0);
}
