// SPDX-License-Identifier: GPL-2.0
/* Arithmetic (RFC 9669 sections 4.1 and 4.2). */
#include "vm.h"

/*
 * Each operation gets both operands already cut to the operation's width
 * (32-bit ones zero-extended) and its result is cut again by the caller.
 */
typedef u64 (*alu_fn)(u64 d, u64 s, bool wide);

static s64 as_signed(u64 v, bool wide)
{
	return wide ? (s64)v : (s32)v;
}

static u64 op_add(u64 d, u64 s, bool wide)
{
	return d + s;
}

static u64 op_sub(u64 d, u64 s, bool wide)
{
	return d - s;
}

static u64 op_mul(u64 d, u64 s, bool wide)
{
	return d * s;
}

/* A division by zero gives zero. */
static u64 op_div(u64 d, u64 s, bool wide)
{
	return s ? d / s : 0;
}

/* The most negative number divided by -1 overflows to itself. */
static u64 op_sdiv(u64 d, u64 s, bool wide)
{
	s64 a = as_signed(d, wide), b = as_signed(s, wide);

	if (!b)
		return 0;
	return b == -1 ? 0 - d : (u64)(a / b);
}

/* A remainder by zero leaves the destination as it is. */
static u64 op_mod(u64 d, u64 s, bool wide)
{
	return s ? d % s : d;
}

static u64 op_smod(u64 d, u64 s, bool wide)
{
	s64 a = as_signed(d, wide), b = as_signed(s, wide);

	if (!b)
		return d;
	return b == -1 ? 0 : (u64)(a % b);
}

static u64 op_or(u64 d, u64 s, bool wide)
{
	return d | s;
}

static u64 op_and(u64 d, u64 s, bool wide)
{
	return d & s;
}

static u64 op_xor(u64 d, u64 s, bool wide)
{
	return d ^ s;
}

/* Shift amounts are taken modulo the width. */
static u64 op_lsh(u64 d, u64 s, bool wide)
{
	return d << (s & (wide ? 63 : 31));
}

static u64 op_rsh(u64 d, u64 s, bool wide)
{
	return d >> (s & (wide ? 63 : 31));
}

static u64 op_arsh(u64 d, u64 s, bool wide)
{
	return (u64)(as_signed(d, wide) >> (s & (wide ? 63 : 31)));
}

static u64 op_neg(u64 d, u64 s, bool wide)
{
	return 0 - d;
}

static u64 op_mov(u64 d, u64 s, bool wide)
{
	return s;
}

static const alu_fn ops[16] = {
	[BPF_ADD >> 4]	= op_add,
	[BPF_SUB >> 4]	= op_sub,
	[BPF_MUL >> 4]	= op_mul,
	[BPF_DIV >> 4]	= op_div,
	[BPF_OR >> 4]	= op_or,
	[BPF_AND >> 4]	= op_and,
	[BPF_LSH >> 4]	= op_lsh,
	[BPF_RSH >> 4]	= op_rsh,
	[BPF_NEG >> 4]	= op_neg,
	[BPF_MOD >> 4]	= op_mod,
	[BPF_XOR >> 4]	= op_xor,
	[BPF_MOV >> 4]	= op_mov,
	[BPF_ARSH >> 4]	= op_arsh,
};

/* The user's view of an arena pointer: NULL stays NULL. */
static u64 cast_user(const struct bi_prog *p, u64 v)
{
	return (u32)v ? (p->arena_user & ~0xffffffffull) | (u32)v : 0;
}

/* MOV with a register and a nonzero offset. */
static u64 mov_special(struct bi_vm *vm, const struct bpf_insn *in, u64 v)
{
	switch (in->off) {
	case 8:
		return (u64)(s64)(s8)v;
	case 16:
		return (u64)(s64)(s16)v;
	case 32:
		return (u64)(s64)(s32)v;
	case BJN_MOV_ARENA_CAST:
		if (in->imm == (s32)BJN_CAST_USER_IMM)
			return cast_user(vm->f->prog, v);
		return (u32)v;
	case BJN_MOV_PERCPU:
		return v + vm->f->prog->per_cpu;
	}
	bi_fail(vm, -EOPNOTSUPP, "unknown kind of move");
	return 0;
}

static alu_fn signed_op(alu_fn fn)
{
	return fn == op_div ? op_sdiv : fn == op_mod ? op_smod : fn;
}

void bi_alu(struct bi_vm *vm, const struct bpf_insn *in)
{
	bool wide = BJN_CLASS(in->code) == BPF_ALU64;
	u64 mask = wide ? ~0ull : 0xffffffffull;
	u64 *d = &vm->f->r[in->dst_reg];
	u64 s = in->code & BPF_X ? vm->f->r[in->src_reg] : (u64)(s64)in->imm;
	alu_fn fn = ops[in->code >> 4];

	if (BJN_OP(in->code) == BPF_MOV && in->code & BPF_X && in->off)
		s = mov_special(vm, in, s);
	else if (in->off == 1)
		fn = signed_op(fn);
	*d = fn(*d & mask, s & mask, wide) & mask;
}

static u64 swap(u64 v, u32 bits)
{
	u64 r = 0;
	u32 i;

	for (i = 0; i < bits; i += 8)
		r |= (v >> i & 0xff) << (bits - 8 - i);
	return r;
}

/* Byte order: to little endian, to big endian, or (ALU64) swapped in any case. */
void bi_end(struct bi_vm *vm, const struct bpf_insn *in)
{
	static const u16 one = 1;
	bool cpu_is_le = *(const u8 *)&one;
	bool to_be = in->code & BPF_X;
	u64 *d = &vm->f->r[in->dst_reg];
	u32 bits = (u32)in->imm;
	u64 v = *d & (~0ull >> (64 - bits));

	if (BJN_CLASS(in->code) == BPF_ALU64 || to_be == cpu_is_le)
		v = swap(v, bits);
	*d = v;
}
