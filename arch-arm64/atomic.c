// SPDX-License-Identifier: GPL-2.0
/*
 * Atomic instructions, with the CPU's atomic memory operations or as loops of
 * exclusive loads and stores.
 *
 * Ordering follows the kernel's memory model: operations that return a value
 * are fully ordered (the -al forms, or a loop that ends with a release and a
 * barrier as the kernel's own), the others relaxed.
 *
 * On an arena pointer every access may fault: a load or a returned value is
 * then 0, memory is not written.
 */
#include "emit.h"

/* T0 or a register of the program = dst + off, in the arena if it is one */
static enum a64_reg address(struct bjn_ctx *c, const struct bpf_insn *insn, u8 reg)
{
	u8 arena = a64_frame(c)->arena;
	s64 off = insn->off;
	enum a64_reg base;

	if (BJN_MODE(insn->code) == BJN_PROBE_ATOMIC) {
		if (arena == A64_NONE) {
			bjn_fail(c, -EINVAL, "arena access without an arena");
			return A64_ZR;
		}
		a64_add(c, A64_X, A64_T0, a64_src(c, reg, A64_T0), arena);
		if (off)
			a64_addi(c, A64_X, A64_T0, A64_T0, off, A64_T1);
		return A64_T0;
	}
	base = a64_base(c, reg, &off);
	if (!off)
		return base;
	a64_addi(c, A64_X, A64_T0, base, off, A64_T1);
	return A64_T0;
}

static bool is_arena(const struct bpf_insn *insn)
{
	return BJN_MODE(insn->code) == BJN_PROBE_ATOMIC;
}

/*
 * The next word may fault and is followed by what comes then. @reg is the BPF
 * register with the address.
 */
static void may_fault(struct bjn_ctx *c, const struct bpf_insn *insn, u8 zeroed, u8 reg,
		      bool write)
{
	if (!is_arena(insn))
		return;
	bjn_may_fault(c, 1, zeroed);
	bjn_is_arena(c, a64_frame(c)->map[reg], insn->off, write);
}

/*
 * The next word is part of a loop that is left when it faults, @resume words
 * on. The kernel's report wants to go on behind the word, so there is none.
 */
static void loop_may_fault(struct bjn_ctx *c, const struct bpf_insn *insn, u32 resume)
{
	if (is_arena(insn))
		bjn_may_fault(c, resume, A64_T2);
}

static enum a64_width size_width(const struct bpf_insn *insn)
{
	return BPF_SIZE(insn->code) == BPF_DW ? A64_X : A64_W;
}

/**
 * struct rmw - machine instructions of one read-modify-write
 * @imm: BPF's name of it, without BPF_FETCH
 * @relaxed: without a result
 * @ordered: with a result
 * @alu: what a loop does; 0: replaces the value
 *
 * The atomic instructions of 8 bytes differ from these by A64_RMW_X.
 */
struct rmw {
	s32 imm;
	u32 relaxed;
	u32 ordered;
	u32 alu;
};

#define A64_RMW_X	0x40000000u

static const struct rmw rmws[] = {
	{ BPF_ADD, A64_OP_ldadd_w, A64_OP_ldaddal_w, A64_OP_add },
	{ BPF_AND, A64_OP_ldclr_w, A64_OP_ldclral_w, A64_OP_and },
	{ BPF_OR, A64_OP_ldset_w, A64_OP_ldsetal_w, A64_OP_orr },
	{ BPF_XOR, A64_OP_ldeor_w, A64_OP_ldeoral_w, A64_OP_eor },
	{ BPF_XCHG & ~BPF_FETCH, 0, A64_OP_swpal_w, 0 },
};

static const struct rmw *find_rmw(s32 imm)
{
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(rmws); i++)
		if (rmws[i].imm == (imm & ~BPF_FETCH))
			return &rmws[i];
	return NULL;
}

/* With the CPU's own instruction; AND clears bits, so it wants the complement. */
static void rmw_lse(struct bjn_ctx *c, const struct bpf_insn *insn, const struct rmw *rmw,
		    enum a64_reg addr, enum a64_reg rs)
{
	bool fetch = insn->imm & BPF_FETCH;
	enum a64_width w = size_width(insn);
	enum a64_reg rt = fetch ? a64_dst(c, insn->src_reg) : A64_ZR;
	u32 op = fetch ? rmw->ordered : rmw->relaxed;

	if (rmw->imm == BPF_AND) {
		a64_orn(c, w, A64_T2, A64_ZR, rs);
		rs = A64_T2;
	}
	may_fault(c, insn, fetch ? (u8)rt : BJN_EX_NO_REG, insn->dst_reg, true);
	a64_stn(c, op | (w ? A64_RMW_X : 0), rs, rt, addr);
}

static void load_exclusive(struct bjn_ctx *c, enum a64_width w, enum a64_reg rt, enum a64_reg rn)
{
	a64_tn(c, w ? A64_OP_ldxr_x : A64_OP_ldxr_w, rt, rn);
}

static void store_exclusive(struct bjn_ctx *c, enum a64_width w, bool release, enum a64_reg rs,
			    enum a64_reg rt, enum a64_reg rn)
{
	u32 op = release ? A64_OP_stlxr_w : A64_OP_stxr_w;

	a64_xtn(c, op | (w ? A64_RMW_X : 0), rs, rt, rn);
}

/*
 * 1:	T2 = load exclusive [addr]
 *	T1 = T2 op src
 *	T3 = store exclusive [addr], T1
 *	if (T3) goto 1
 *	barrier			with a result
 *	src = T2		with a result
 */
static void rmw_loop(struct bjn_ctx *c, const struct bpf_insn *insn, const struct rmw *rmw,
		     enum a64_reg addr, enum a64_reg rs)
{
	bool fetch = insn->imm & BPF_FETCH;
	enum a64_width w = size_width(insn);
	u32 alu = !!rmw->alu;

	loop_may_fault(c, insn, 3 + alu);
	load_exclusive(c, w, A64_T2, addr);
	if (alu) {
		a64_wdnm(c, rmw->alu, w, A64_T1, A64_T2, rs);
		rs = A64_T1;
	}
	loop_may_fault(c, insn, 2);
	store_exclusive(c, w, fetch, A64_T3, rs, addr);
	a64_cbnz(c, A64_W, A64_T3, -4 * (2 + (s64)alu));
	if (fetch) {
		a64_dmb_ish(c);
		a64_mov(c, A64_X, a64_dst(c, insn->src_reg), A64_T2);
	}
}

/* *(size *)(dst + off) op= src; with BPF_FETCH src becomes the old value */
static void read_modify_write(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	const struct rmw *rmw = find_rmw(insn->imm);
	enum a64_reg addr, rs;

	if (!rmw || !(rmw->relaxed || insn->imm & BPF_FETCH)) {
		bjn_fail(c, -EOPNOTSUPP, "unknown atomic operation");
		return;
	}
	addr = address(c, insn, insn->dst_reg);
	rs = a64_src(c, insn->src_reg, (enum a64_reg)a64_frame(c)->t4);
	if (a64_cpu(c, BJN_A64_CPU_LSE))
		rmw_lse(c, insn, rmw, addr, rs);
	else
		rmw_loop(c, insn, rmw, addr, rs);
}

/*
 * R0 = old = *(size *)(dst + off); if (old == R0) *(size *)(dst + off) = src
 *
 * 1:	T2 = load exclusive [addr]
 *	if (T2 != R0) goto 2
 *	T3 = store exclusive [addr], src
 *	if (T3) goto 1
 * 2:	barrier
 *	R0 = T2
 */
static void compare_exchange(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_width w = size_width(insn);
	enum a64_reg addr = address(c, insn, insn->dst_reg);
	enum a64_reg rs = a64_src(c, insn->src_reg, A64_T1);
	enum a64_reg r0 = a64_dst(c, BPF_REG_0);	/* perhaps that of an argument (args.c) */

	if (a64_cpu(c, BJN_A64_CPU_LSE)) {
		may_fault(c, insn, (u8)r0, insn->dst_reg, true);
		a64_stn(c, w ? A64_OP_casal_x : A64_OP_casal_w, r0, rs, addr);
		return;
	}
	loop_may_fault(c, insn, 5);
	load_exclusive(c, w, A64_T2, addr);
	a64_subs(c, w, A64_ZR, A64_T2, r0);
	a64_b_cond(c, A64_NE, 12);
	loop_may_fault(c, insn, 2);
	store_exclusive(c, w, true, A64_T3, rs, addr);
	a64_cbnz(c, A64_W, A64_T3, -16);
	a64_dmb_ish(c);
	a64_mov(c, A64_X, r0, A64_T2);
}

/* Ordered accesses; index is BPF_SIZE >> 3: W, H, B, DW. */
static const struct {
	u32 acquire;	/* also ordered behind earlier releases */
	u32 acquire_pc;
	u32 release;
} ordered[4] = {
	{ A64_OP_ldar_w, A64_OP_ldapr_w, A64_OP_stlr_w },
	{ A64_OP_ldarh, A64_OP_ldaprh, A64_OP_stlrh },
	{ A64_OP_ldarb, A64_OP_ldaprb, A64_OP_stlrb },
	{ A64_OP_ldar_x, A64_OP_ldapr_x, A64_OP_stlr_x },
};

/* dst = load_acquire(src + off) */
static void load_acquire(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	u8 i = BPF_SIZE(insn->code) >> 3;
	enum a64_reg addr = address(c, insn, insn->src_reg);
	enum a64_reg rt = a64_dst(c, insn->dst_reg);

	may_fault(c, insn, (u8)rt, insn->src_reg, false);
	a64_tn(c, a64_cpu(c, BJN_A64_CPU_LRCPC) ? ordered[i].acquire_pc : ordered[i].acquire,
	       rt, addr);
}

/* store_release(dst + off, src) */
static void store_release(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	enum a64_reg addr = address(c, insn, insn->dst_reg);
	enum a64_reg rt = a64_src(c, insn->src_reg, A64_T1);

	may_fault(c, insn, BJN_EX_NO_REG, insn->dst_reg, true);
	a64_tn(c, ordered[BPF_SIZE(insn->code) >> 3].release, rt, addr);
}

/* everything of BPF_STX | BPF_ATOMIC and BPF_STX | BPF_PROBE_ATOMIC */
void a64_atomic(struct bjn_ctx *c, const struct bpf_insn *insn)
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
