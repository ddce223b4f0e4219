// SPDX-License-Identifier: GPL-2.0
/*
 * 32-bit CPUs: atomic instructions. 4 bytes are done with ll and sc, 8 bytes
 * by the kernel's atomic64_t, as all other code on such a CPU has to.
 *
 * Ordering follows the kernel's memory model: operations that return a value
 * are fully ordered, the others relaxed. Barriers are left out where the CPU
 * does not reorder, as the kernel's own do.
 */
#include "o32.h"

#define FENCE		BJN_MIPS_CPU_WEAK
#define FENCE_LLSC	BJN_MIPS_CPU_LLSC_SYNC

/* Register with the address dst + *off, *off being made short for ll and sc. */
static enum mi_reg address(struct bjn_ctx *c, u8 reg, s64 *off)
{
	enum mi_reg base = o32_base(c, reg, off);

	if (mi_llsc_reaches(c, *off))
		return base;
	o32_addi(c, O32_X0, base, (s32)*off, O32_X1);
	*off = 0;
	return O32_X0;
}

static u32 rmw_op(s32 imm)
{
	switch (imm & ~BPF_FETCH) {
	case BPF_ADD:
		return MI_OP_addu;
	case BPF_AND:
		return MI_OP_and;
	case BPF_OR:
		return MI_OP_or;
	case BPF_XOR:
		return MI_OP_xor;
	}
	return 0;
}

/* The high half of a register whose low half has been loaded. */
static void finish(struct bjn_ctx *c, u8 reg)
{
	if (!mi_is_zext(c, reg))
		o32_zero(c, o32_dst(c, reg).hi);
}

/*
 * *(u32 *)(dst + off) op= src; with BPF_FETCH src becomes the old value
 *
 * 1:	X1 = ll [addr]
 *	X2 = X1 op src
 *	X2 = sc [addr], X2
 *	if (!X2) goto 1
 *	src = X1
 */
static void read_modify_write(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool fetch = insn->imm & BPF_FETCH;
	u32 op = rmw_op(insn->imm);
	s64 off = insn->off;
	enum mi_reg addr, rs;
	u32 loop;

	if (!op && insn->imm != BPF_XCHG) {
		bjn_fail(c, -EOPNOTSUPP, "unknown atomic operation");
		return;
	}
	addr = address(c, insn->dst_reg, &off);
	rs = o32_src(c, insn->src_reg, O32_X3).lo;
	mi_fence(c, fetch ? FENCE | FENCE_LLSC : FENCE_LLSC);
	loop = c->pos;
	mi_load_linked(c, false, O32_X1, off, addr);
	if (op)
		mi_dst(c, op, O32_X2, O32_X1, rs);
	else
		mi_move(c, O32_X2, rs);
	mi_store_cond(c, false, O32_X2, off, addr);
	mi_retry(c, O32_X2, loop);
	mi_idle(c);
	if (fetch) {
		mi_move(c, o32_dst(c, insn->src_reg).lo, O32_X1);
		finish(c, insn->src_reg);
		mi_fence(c, FENCE);
	}
}

/*
 * R0 = old = *(u32 *)(dst + off); if (old == (u32)R0) *(u32 *)(dst + off) = src
 *
 * 1:	X1 = ll [addr]
 *	if (X1 != R0) goto 2
 *	X2 = src
 *	X2 = sc [addr], X2
 *	if (!X2) goto 1
 * 2:	R0 = X1			in the delay slot: when the loop goes on, they are equal
 */
static void compare_exchange(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct o32_pair r0 = o32_dst(c, BPF_REG_0);
	struct mi_outs outs = { .nr = 0 };
	s64 off = insn->off;
	enum mi_reg addr = address(c, insn->dst_reg, &off);
	enum mi_reg rs = o32_src(c, insn->src_reg, O32_X3).lo;
	u32 loop;

	mi_fence(c, FENCE | FENCE_LLSC);
	loop = c->pos;
	mi_load_linked(c, false, O32_X1, off, addr);
	mi_out(c, &outs, MI_OP_bne, O32_X1, r0.lo);
	mi_move(c, O32_X2, rs);			/* delay slot */
	mi_store_cond(c, false, O32_X2, off, addr);
	mi_retry(c, O32_X2, loop);
	if (mi_cpu(c, BJN_MIPS_CPU_R10000))
		mi_idle(c);			/* a branch likely leaves it out */
	mi_land(c, &outs);
	mi_move(c, r0.lo, O32_X1);
	mi_fence(c, FENCE | FENCE_LLSC);
	finish(c, BPF_REG_0);
}

/*
 * dst = *(unsigned size *)(src + off), later accesses stay behind it; the
 * verifier refuses 8 bytes on a 32-bit CPU, for they are not one access
 */
static void load_acquire(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	o32_ldx(c, insn);
	mi_fence(c, FENCE);
}

/* *(size *)(dst + off) = src, earlier accesses stay before it */
static void store_release(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	mi_fence(c, FENCE);
	o32_stx(c, insn);
}

/* Class STX and mode ATOMIC of up to 4 bytes, told apart by imm. */
void o32_atomic(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (insn->imm == BPF_LOAD_ACQ)
		load_acquire(c, insn);
	else if (insn->imm == BPF_STORE_REL)
		store_release(c, insn);
	else if (BPF_SIZE(insn->code) != BPF_W)
		bjn_fail(c, -EOPNOTSUPP, "atomic operation on less than 4 bytes");
	else if (insn->imm == BPF_CMPXCHG)
		compare_exchange(c, insn);
	else
		read_modify_write(c, insn);
}

/* Helper of an operation on 8 bytes, or BJN_MIPS_NR_HELPERS. */
static enum bjn_mips_helper helper64(s32 imm)
{
	switch (imm) {
	case BPF_ADD:
		return BJN_MIPS_ADD64_ONLY;
	case BPF_AND:
		return BJN_MIPS_AND64_ONLY;
	case BPF_OR:
		return BJN_MIPS_OR64_ONLY;
	case BPF_XOR:
		return BJN_MIPS_XOR64_ONLY;
	case BPF_ADD | BPF_FETCH:
		return BJN_MIPS_ADD64;
	case BPF_AND | BPF_FETCH:
		return BJN_MIPS_AND64;
	case BPF_OR | BPF_FETCH:
		return BJN_MIPS_OR64;
	case BPF_XOR | BPF_FETCH:
		return BJN_MIPS_XOR64;
	}
	return BJN_MIPS_NR_HELPERS;
}

/* The same for 8 bytes. */
void o32_atomic64(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	const struct o32_arg value = { O32_REG, insn->src_reg };
	const struct o32_arg addr = { O32_ADDR, insn->dst_reg, insn->off };
	const struct o32_arg value_first[] = { value, addr };
	const struct o32_arg addr_first[] = { addr, value };
	const struct o32_arg compare[] = { addr, { O32_REG, BPF_REG_0 }, value };

	if (insn->imm == BPF_LOAD_ACQ)
		load_acquire(c, insn);
	else if (insn->imm == BPF_STORE_REL)
		store_release(c, insn);
	else if (insn->imm == BPF_CMPXCHG)
		o32_own_call(c, BJN_MIPS_CMPXCHG64, BPF_REG_0, compare, 3);
	else if (insn->imm == BPF_XCHG)
		o32_own_call(c, BJN_MIPS_XCHG64, insn->src_reg, addr_first, 2);
	else if (helper64(insn->imm) == BJN_MIPS_NR_HELPERS)
		bjn_fail(c, -EOPNOTSUPP, "unknown atomic operation");
	else
		o32_own_call(c, helper64(insn->imm),
			     insn->imm & BPF_FETCH ? insn->src_reg : O32_NO_RESULT, value_first, 2);
}
