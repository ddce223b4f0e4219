// SPDX-License-Identifier: GPL-2.0
/* Loads, stores and atomics (RFC 9669 section 5). */
#include "vm.h"

static u32 bytes_of(u8 code)
{
	static const u8 bytes[4] = { 4, 2, 1, 8 };	/* BPF_W, H, B, DW */

	return bytes[BJN_SIZE(code) >> 3];
}

static u64 load(u64 addr, u32 size)
{
	const void *p = (const void *)(uintptr_t)addr;
	u64 v8;
	u32 v4;
	u16 v2;

	switch (size) {
	case 1:
		return *(const u8 *)p;
	case 2:
		memcpy(&v2, p, 2);
		return v2;
	case 4:
		memcpy(&v4, p, 4);
		return v4;
	}
	memcpy(&v8, p, 8);
	return v8;
}

static void store(u64 addr, u32 size, u64 v)
{
	void *p = (void *)(uintptr_t)addr;
	u32 v4 = (u32)v;
	u16 v2 = (u16)v;

	switch (size) {
	case 1:
		*(u8 *)p = (u8)v;
		return;
	case 2:
		memcpy(p, &v2, 2);
		return;
	case 4:
		memcpy(p, &v4, 4);
		return;
	}
	memcpy(p, &v, 8);
}

static u64 extend(u64 v, u32 size)
{
	u32 up = 64 - 8 * size;

	return (u64)((s64)(v << up) >> up);
}

/**
 * struct access - where an instruction reads or writes
 * @addr: address, arena base included
 * @size: bytes
 * @fault: nothing is there, and the instruction is of the kind that survives it
 */
struct access {
	u64 addr;
	u32 size;
	bool fault;
};

static bool is_arena(const struct bpf_insn *in)
{
	u8 mode = BJN_MODE(in->code);

	return mode == BJN_PROBE_MEM32 || mode == BJN_PROBE_ATOMIC ||
	       (mode == BJN_PROBE_MEM32SX && BJN_CLASS(in->code) == BPF_LDX);
}

static bool is_probe(const struct bpf_insn *in)
{
	u8 mode = BJN_MODE(in->code);

	return is_arena(in) || mode == BJN_PROBE_MEM || mode == BJN_PROBE_MEMSX;
}

static struct access locate(const struct bi_vm *vm, const struct bpf_insn *in, u32 reg)
{
	const struct bi_prog *p = vm->f->prog;
	struct access a = { .size = bytes_of(in->code) };
	u64 base = vm->f->r[reg];

	if (is_arena(in))
		base = p->arena_kern + (u32)base;
	a.addr = base + (u64)(s64)in->off;
	if (is_probe(in))
		a.fault = !p->host->mapped(a.addr, a.size);
	return a;
}

void bi_ldx(struct bi_vm *vm, const struct bpf_insn *in)
{
	u8 mode = BJN_MODE(in->code);
	struct access a;
	u64 v;

	if (in->src_reg == BI_REG_ARGS) {
		bi_load_arg(vm, in);
		return;
	}
	a = locate(vm, in, in->src_reg);
	v = a.fault ? 0 : load(a.addr, a.size);
	if (mode == BPF_MEMSX || mode == BJN_PROBE_MEMSX || mode == BJN_PROBE_MEM32SX)
		v = extend(v, a.size);
	vm->f->r[in->dst_reg] = v;
}

void bi_st(struct bi_vm *vm, const struct bpf_insn *in)
{
	struct access a;

	if (in->dst_reg == BI_REG_ARGS) {
		bi_store_arg(vm, in, (u64)(s64)in->imm);
		return;
	}
	a = locate(vm, in, in->dst_reg);
	if (!a.fault)
		store(a.addr, a.size, (u64)(s64)in->imm);
}

void bi_stx(struct bi_vm *vm, const struct bpf_insn *in)
{
	struct access a;

	if (in->dst_reg == BI_REG_ARGS) {
		bi_store_arg(vm, in, vm->f->r[in->src_reg]);
		return;
	}
	a = locate(vm, in, in->dst_reg);
	if (!a.fault)
		store(a.addr, a.size, vm->f->r[in->src_reg]);
}

/* A speculation barrier computes nothing. */
void bi_nospec(struct bi_vm *vm, const struct bpf_insn *in)
{
}

/* The second slot holds the upper half; a function becomes a tagged index. */
void bi_ld_imm64(struct bi_vm *vm, const struct bpf_insn *in)
{
	struct bi_frame *f = vm->f;
	u64 v = (u32)in[0].imm | (u64)(u32)in[1].imm << 32;

	if (in->src_reg == BPF_PSEUDO_FUNC)
		v = BI_FUNC_TAG | (u32)(f->pc + in->imm);
	f->r[in->dst_reg] = v;
	f->pc++;
}

typedef u64 (*rmw_fn)(u64 old, u64 src);

static u64 rmw_add(u64 old, u64 src)
{
	return old + src;
}

static u64 rmw_or(u64 old, u64 src)
{
	return old | src;
}

static u64 rmw_and(u64 old, u64 src)
{
	return old & src;
}

static u64 rmw_xor(u64 old, u64 src)
{
	return old ^ src;
}

static u64 rmw_xchg(u64 old, u64 src)
{
	return src;
}

static rmw_fn rmw_of(s32 imm)
{
	switch (imm & ~BPF_FETCH) {
	case BPF_ADD:
		return rmw_add;
	case BPF_OR:
		return rmw_or;
	case BPF_AND:
		return rmw_and;
	case BPF_XOR:
		return rmw_xor;
	case BPF_XCHG & ~BPF_FETCH:
		return rmw_xchg;
	}
	return NULL;
}

/* R0 is compared, the source is stored on equality, R0 gets the old value. */
static void cmpxchg(struct bi_vm *vm, const struct bpf_insn *in, const struct access *a)
{
	u64 *r0 = &vm->f->r[BPF_REG_0];
	u64 mask = ~0ull >> (64 - 8 * a->size);
	u64 old = a->fault ? 0 : load(a->addr, a->size);

	if (!a->fault && old == (*r0 & mask))
		store(a->addr, a->size, vm->f->r[in->src_reg]);
	*r0 = old;
}

static void rmw(struct bi_vm *vm, const struct bpf_insn *in, const struct access *a)
{
	rmw_fn fn = rmw_of(in->imm);
	u64 *src = &vm->f->r[in->src_reg];
	u64 old = 0;

	if (!fn || (fn == rmw_xchg && !(in->imm & BPF_FETCH))) {
		bi_fail(vm, -EOPNOTSUPP, "unknown atomic operation");
		return;
	}
	if (!a->fault) {
		old = load(a->addr, a->size);
		store(a->addr, a->size, fn(old, *src));
	}
	if (in->imm & BPF_FETCH)
		*src = old;
}

void bi_atomic(struct bi_vm *vm, const struct bpf_insn *in)
{
	bool load_acq = in->imm == BPF_LOAD_ACQ;
	bool one_way = load_acq || in->imm == BPF_STORE_REL;
	struct access a = locate(vm, in, load_acq ? in->src_reg : in->dst_reg);

	/* In an arena the verifier lets it pass; inside of 16 bytes some CPUs can do it (FEAT_LSE2 of arm64). */
	if (is_arena(in) && !one_way && a.addr % 16 + a.size > 16)
		a.fault = true;
	if (!a.fault && a.addr & (a.size - 1))
		/* the verifier refuses it, or machines differ */
		bi_fail(vm, -EINVAL, "atomic operation on an address that is not aligned");
	else if (load_acq)
		vm->f->r[in->dst_reg] = a.fault ? 0 : load(a.addr, a.size);
	else if (in->imm == BPF_STORE_REL && !a.fault)
		store(a.addr, a.size, vm->f->r[in->src_reg]);
	else if (in->imm == BPF_STORE_REL)
		return;
	else if (a.size < 4)
		bi_fail(vm, -EOPNOTSUPP, "atomic operation on less than 32 bits");
	else if (in->imm == BPF_CMPXCHG)
		cmpxchg(vm, in, &a);
	else
		rmw(vm, in, &a);
}
