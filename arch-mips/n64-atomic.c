// SPDX-License-Identifier: GPL-2.0
/*
 * 64-bit CPUs: atomic instructions.
 *
 * Ordering follows the kernel's memory model: operations that return a value
 * are fully ordered, the others relaxed. Barriers are left out where the CPU
 * does not reorder, as the kernel's own do.
 */
#include "n64.h"

#define FENCE		BJN_MIPS_CPU_WEAK
#define FENCE_LLSC	BJN_MIPS_CPU_LLSC_SYNC

static bool is_arena(const struct bpf_insn *insn)
{
	return BPF_MODE(insn->code) == BJN_PROBE_ATOMIC;
}

/*
 * Register with the address dst + *off, above the base of an arena where it is
 * one: then *off becomes 0, else it is made short for ll and sc. At most
 * N64_ADDI_WORDS + 2.
 */
static enum mi_reg address(struct bjn_ctx *c, const struct bpf_insn *insn, s64 *off)
{
	enum mi_reg base;

	*off = insn->off;
	if (is_arena(insn)) {
		if (!n64_frame(c)->arena)
			bjn_fail(c, -EINVAL, "arena access without an arena");
		base = N64_X0;
		mi_daddu(c, base, n64_src(c, insn->dst_reg, base), N64_ARENA);
	} else {
		base = n64_base(c, insn->dst_reg, off);
	}
	if (is_arena(insn) ? !*off : mi_llsc_reaches(c, *off))
		return base;
	n64_addi(c, N64_X0, base, *off, N64_X1);
	*off = 0;
	return N64_X0;
}

/*
 * The verifier does not care whether an address in an arena is aligned, but
 * the kernel does not survive ll at one that is not (arch/mips/kernel/
 * unaligned.c), whatever the exception table says. Such an access is left out
 * like one that faults: what it returns (X1) reads as 0. Kills X2.
 */
static void skip_unaligned(struct bjn_ctx *c, const struct bpf_insn *insn, enum mi_reg addr,
			   struct mi_outs *o)
{
	if (!is_arena(insn))
		return;
	mi_andi(c, N64_X2, addr, BPF_SIZE(insn->code) == BPF_DW ? 7 : 3);
	mi_out(c, o, MI_OP_bne, N64_X2, MI_ZERO);
	mi_move(c, N64_X1, MI_ZERO);		/* delay slot */
}

/*
 * The next word may fault if this is an access to an arena: then the rest is
 * skipped, and a value that is returned reads as 0.
 */
static void may_fault(struct bjn_ctx *c, const struct bpf_insn *insn, u32 resume)
{
	if (is_arena(insn))
		bjn_may_fault(c, resume, insn->imm & BPF_FETCH ? N64_X1 : BJN_EX_NO_REG);
}

/* Instructions of a read-modify-write; sc stores the low half of any value. */
static u32 rmw_op(s32 imm)
{
	switch (imm & ~BPF_FETCH) {
	case BPF_ADD:
		return MI_OP_daddu;
	case BPF_AND:
		return MI_OP_and;
	case BPF_OR:
		return MI_OP_or;
	case BPF_XOR:
		return MI_OP_xor;
	}
	return 0;
}

/* The result of an atomic operation: X1, which ll has sign-extended. */
static void result(struct bjn_ctx *c, enum mi_reg rd, bool dw)
{
	if (dw)
		mi_move(c, rd, N64_X1);
	else
		n64_zext(c, rd, N64_X1);
}

/*
 * *(size *)(dst + off) op= src; with BPF_FETCH src becomes the old value
 *
 * 1:	X1 = ll [addr]
 *	X2 = X1 op src
 *	X2 = sc [addr], X2
 *	if (!X2) goto 1
 *	src = X1
 */
static void read_modify_write(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool dw = BPF_SIZE(insn->code) == BPF_DW;
	bool fetch = insn->imm & BPF_FETCH;
	u32 op = rmw_op(insn->imm);
	struct mi_outs outs = { .nr = 0 };
	enum mi_reg addr, rs;
	s64 off;
	u32 loop;

	if (!op && insn->imm != BPF_XCHG) {
		bjn_fail(c, -EOPNOTSUPP, "unknown atomic operation");
		return;
	}
	addr = address(c, insn, &off);
	rs = n64_src(c, insn->src_reg, N64_X3);
	skip_unaligned(c, insn, addr, &outs);
	mi_fence(c, fetch ? FENCE | FENCE_LLSC : FENCE_LLSC);
	loop = c->pos;
	may_fault(c, insn, 5);
	mi_load_linked(c, dw, N64_X1, off, addr);
	if (op)
		mi_dst(c, op, N64_X2, N64_X1, rs);
	else
		mi_move(c, N64_X2, rs);
	may_fault(c, insn, 3);
	mi_store_cond(c, dw, N64_X2, off, addr);
	mi_retry(c, N64_X2, loop);
	mi_idle(c);
	mi_land(c, &outs);
	if (fetch) {
		result(c, n64_dst(c, insn->src_reg), dw);
		mi_fence(c, FENCE);
	}
}

/*
 * R0 = old = *(size *)(dst + off); if (old == R0) *(size *)(dst + off) = src
 *
 *	X3 = (s32)R0			4 bytes only
 * 1:	X1 = ll [addr]
 *	if (X1 != expected) goto 2
 *	X2 = src
 *	X2 = sc [addr], X2
 *	if (!X2) goto 1
 * 2:	R0 = X1
 *
 * If it is a single word, R0 = X1 is in the delay slot: it does no harm when the
 * loop goes on, for X1 is what was expected; of 4 bytes only the upper half may
 * change, which must not be that of the address. A branch likely would leave it
 * out, and a fault goes on behind it.
 */
static void compare_exchange(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool dw = BPF_SIZE(insn->code) == BPF_DW;
	struct mi_outs outs = { .nr = 0 };
	enum mi_reg expected = N64_R0;
	s64 off;
	enum mi_reg addr = address(c, insn, &off);
	enum mi_reg rs = n64_src(c, insn->src_reg, MI_T9);
	bool one_word = dw || (mi_has_fields(c) && insn->dst_reg != BPF_REG_0);
	bool in_slot = one_word && !is_arena(insn) && !mi_cpu(c, BJN_MIPS_CPU_R10000);
	u32 loop;

	if (!dw && !(mi_is_zext(c, BPF_REG_0) && mi_is_sext(c, BPF_REG_0))) {
		/* R0 is no longer sign-extended when the loop goes on. */
		n64_sext(c, N64_X3, N64_R0);
		expected = N64_X3;
	}
	skip_unaligned(c, insn, addr, &outs);
	mi_fence(c, FENCE | FENCE_LLSC);
	loop = c->pos;
	may_fault(c, insn, 6);
	mi_load_linked(c, dw, N64_X1, off, addr);
	mi_out(c, &outs, MI_OP_bne, N64_X1, expected);
	mi_move(c, N64_X2, rs);
	may_fault(c, insn, 3);
	mi_store_cond(c, dw, N64_X2, off, addr);
	mi_retry(c, N64_X2, loop);
	if (!in_slot)
		mi_idle(c);
	mi_land(c, &outs);
	result(c, N64_R0, dw);
	mi_fence(c, FENCE | FENCE_LLSC);
}

/* dst = *(unsigned size *)(src + off), later accesses stay behind it */
static void load_acquire(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	if (is_arena(insn))
		n64_ldx_arena(c, insn);
	else
		n64_ldx(c, insn);
	mi_fence(c, FENCE);
}

/* *(size *)(dst + off) = src, earlier accesses stay before it */
static void store_release(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	mi_fence(c, FENCE);
	if (is_arena(insn))
		n64_stx_arena(c, insn);
	else
		n64_stx(c, insn);
}

/* Class STX and mode ATOMIC or, in an arena, PROBE_ATOMIC, told apart by imm. */
void n64_atomic(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool word = BPF_SIZE(insn->code) == BPF_W || BPF_SIZE(insn->code) == BPF_DW;

	if (insn->imm == BPF_LOAD_ACQ)
		load_acquire(c, insn);
	else if (insn->imm == BPF_STORE_REL)
		store_release(c, insn);
	else if (!word)
		bjn_fail(c, -EOPNOTSUPP, "atomic operation on less than 4 bytes");
	else if (insn->imm == BPF_CMPXCHG)
		compare_exchange(c, insn);
	else
		read_modify_write(c, insn);
}
