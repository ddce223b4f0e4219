// SPDX-License-Identifier: GPL-2.0
/*
 * Atomic instructions.
 *
 * Ordering follows the kernel's memory model, as the stock JIT of Linux 7.3
 * does: operations that return a value are fully ordered (the _db forms, or
 * ll/sc with the barrier of the kernel's own cmpxchg), the others relaxed.
 */
#include "emit.h"

/* Hints of dbar (arch/loongarch/include/asm/barrier.h). */
#define LA_DBAR_ACQUIRE	0x14	/* earlier loads before later accesses */
#define LA_DBAR_RELEASE	0x12	/* earlier accesses before later stores */
#define LA_DBAR_LLSC	0x700	/* after an ll/sc loop */


static bool is_arena(const struct bpf_insn *insn)
{
	return BPF_MODE(insn->code) == BJN_PROBE_ATOMIC;
}

/*
 * Base register of an access to reg + off, in an arena to arena + reg + off;
 * at most 2 words.
 */
static enum la_reg base_of(struct bjn_ctx *c, const struct bpf_insn *insn, u8 reg, s64 *off)
{
	u8 arena = la_frame(c)->arena;

	if (!is_arena(insn))
		return la_base(c, reg, off);
	if (arena == LA_NONE)
		bjn_fail(c, -EINVAL, "arena access without an arena");
	la_add_d(c, LA_X2, la_src(c, reg, LA_X2), arena);
	return LA_X2;
}

/* Register with the address; at most LA_ADDI_WORDS words on top of the base. */
static enum la_reg address(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum la_reg base = base_of(c, insn, insn->dst_reg, &off);

	if (!off && base != LA_X2)
		return base;
	la_addi(c, LA_X0, base, off, LA_X0);
	return LA_X0;
}

/*
 * The next word may fault if this is an access to an arena. Then a value that
 * is returned reads as 0. Any read-modify-write is reported as a write.
 */
static void may_fault(struct bjn_ctx *c, const struct bpf_insn *insn, u32 resume, u8 reg)
{
	if (!is_arena(insn))
		return;
	bjn_may_fault(c, resume, reg);
	bjn_is_arena(c, la_frame(c)->map[insn->dst_reg], insn->off, true);
}

/*
 * The verifier does not care whether an address in an arena is aligned, but
 * the kernel does not survive an atomic instruction at one that is not. Such
 * an access is left out like one that faults: what it returns (X2) reads as 0.
 * @words: from the branch to where execution goes on. Kills X3.
 */
static void skip_unaligned(struct bjn_ctx *c, const struct bpf_insn *insn, enum la_reg addr,
			   u32 words)
{
	if (!is_arena(insn))
		return;
	la_andi(c, LA_X3, addr, BPF_SIZE(insn->code) == BPF_DW ? 7 : 3);
	la_move(c, LA_X2, LA_ZERO);
	la_bnez(c, LA_X3, 4 * words);
}

/* Instructions of one read-modify-write, relaxed and returning. */
struct rmw {
	s32 imm;
	u32 w, d, db_w, db_d;
};

static const struct rmw rmws[] = {
	{ BPF_ADD, LA_OP_amadd_w, LA_OP_amadd_d, LA_OP_amadd_db_w, LA_OP_amadd_db_d },
	{ BPF_AND, LA_OP_amand_w, LA_OP_amand_d, LA_OP_amand_db_w, LA_OP_amand_db_d },
	{ BPF_OR, LA_OP_amor_w, LA_OP_amor_d, LA_OP_amor_db_w, LA_OP_amor_db_d },
	{ BPF_XOR, LA_OP_amxor_w, LA_OP_amxor_d, LA_OP_amxor_db_w, LA_OP_amxor_db_d },
	{ BPF_XCHG & ~BPF_FETCH, 0, 0, LA_OP_amswap_db_w, LA_OP_amswap_db_d },
};

static const struct rmw *find_rmw(s32 imm)
{
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(rmws); i++)
		if (rmws[i].imm == (imm & ~BPF_FETCH))
			return &rmws[i];
	return NULL;
}

/* *(size *)(dst + off) op= src; with BPF_FETCH src becomes the old value */
static void read_modify_write(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool dw = BPF_SIZE(insn->code) == BPF_DW;
	const struct rmw *rmw = find_rmw(insn->imm);
	enum la_reg addr, rs;

	if (!rmw || !(rmw->w || insn->imm & BPF_FETCH)) {
		bjn_fail(c, -EOPNOTSUPP, "unknown atomic operation");
		return;
	}
	addr = address(c, insn);
	rs = la_src(c, insn->src_reg, LA_X1);
	skip_unaligned(c, insn, addr, 2);
	if (!(insn->imm & BPF_FETCH)) {
		may_fault(c, insn, 1, BJN_EX_NO_REG);
		la_dkj(c, dw ? rmw->d : rmw->w, LA_ZERO, rs, addr);
		return;
	}
	may_fault(c, insn, 1, LA_X2);
	la_dkj(c, dw ? rmw->db_d : rmw->db_w, LA_X2, rs, addr);
	rs = la_dst(c, insn->src_reg);
	if (dw)
		la_move(c, rs, LA_X2);
	else
		la_zext_w(c, rs, LA_X2);
}

/* The same with the compare-and-swap instruction. */
static void compare_and_swap(struct bjn_ctx *c, const struct bpf_insn *insn, enum la_reg addr)
{
	bool dw = BPF_SIZE(insn->code) == BPF_DW;
	enum la_reg rs = la_src(c, insn->src_reg, LA_X1);

	skip_unaligned(c, insn, addr, 3);
	la_move(c, LA_X2, la_r0(c));
	may_fault(c, insn, 1, LA_X2);
	la_dkj(c, dw ? LA_OP_amcas_db_d : LA_OP_amcas_db_w, LA_X2, rs, addr);
	if (dw)
		la_move(c, la_r0(c), LA_X2);
	else
		la_zext_w(c, la_r0(c), LA_X2);
}

/*
 * R0 = old = *(size *)(dst + off); if (old == R0) *(size *)(dst + off) = src
 *
 *	X3 = (s32)R0			4 bytes only
 * 1:	X2 = ll [addr]
 *	if (X2 != expected) goto 2
 *	X1 = src
 *	X1 = sc [addr], X1
 *	if (!X1) goto 1
 * 2:	R0 = X2
 */
static void compare_exchange(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	bool dw = BPF_SIZE(insn->code) == BPF_DW;
	enum la_reg addr = address(c, insn);
	enum la_reg expected = la_r0(c);
	enum la_reg rs;

	if (c->env->cpu & BJN_LA_CPU_LAMCAS) {
		compare_and_swap(c, insn, addr);
		return;
	}
	skip_unaligned(c, insn, addr, dw ? 6 : 7);
	if (!dw) {
		expected = LA_X3;
		la_sext_w(c, expected, la_r0(c));
	}
	may_fault(c, insn, 5, LA_X2);
	la_djo14(c, dw ? LA_OP_ll_d : LA_OP_ll_w, LA_X2, addr, 0);
	la_bne(c, LA_X2, expected, 16);
	rs = la_src(c, insn->src_reg, LA_X1);
	if (rs != LA_X1)
		la_move(c, LA_X1, rs);
	may_fault(c, insn, 2, LA_X2);
	la_djo14(c, dw ? LA_OP_sc_d : LA_OP_sc_w, LA_X1, addr, 0);
	la_beqz(c, LA_X1, -16);
	if (dw)
		la_move(c, la_r0(c), LA_X2);
	else
		la_zext_w(c, la_r0(c), LA_X2);
	la_dbar(c, LA_DBAR_LLSC);
}

/* dst = load_acquire(src + off) */
static void load_acquire(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum la_reg base = base_of(c, insn, insn->src_reg, &off);

	la_access(c, LA_LOAD, BPF_SIZE(insn->code), la_dst(c, insn->dst_reg), base, off,
		  is_arena(insn));
	if (is_arena(insn))
		bjn_is_arena(c, la_frame(c)->map[insn->src_reg], insn->off, false);
	la_dbar(c, LA_DBAR_ACQUIRE);
}

/* store_release(dst + off, src) */
static void store_release(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	s64 off = insn->off;
	enum la_reg base = base_of(c, insn, insn->dst_reg, &off);
	enum la_reg rs = la_src(c, insn->src_reg, LA_X1);

	la_dbar(c, LA_DBAR_RELEASE);
	la_access(c, LA_STORE, BPF_SIZE(insn->code), rs, base, off, is_arena(insn));
	if (is_arena(insn))
		bjn_is_arena(c, la_frame(c)->map[insn->dst_reg], insn->off, true);
}

/* everything of BPF_STX | BPF_ATOMIC and, in an arena, BPF_PROBE_ATOMIC */
void la_atomic(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u8 size = BPF_SIZE(insn->code);

	if (insn->imm == BPF_LOAD_ACQ)
		load_acquire(c, insn);
	else if (insn->imm == BPF_STORE_REL)
		store_release(c, insn);
	else if (size != BPF_W && size != BPF_DW)
		bjn_fail(c, -EOPNOTSUPP, "atomic operation on less than 4 bytes");
	else if (insn->imm == BPF_CMPXCHG)
		compare_exchange(c, insn);
	else
		read_modify_write(c, insn);
}
