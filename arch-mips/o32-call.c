// SPDX-License-Identifier: GPL-2.0
/*
 * 32-bit CPUs: calls.
 *
 * R1 and R2 are the first two 64-bit arguments of the C ABI, R0 is its 64-bit
 * result; R3 to R5 and then arguments 6 and up go to the stack.
 */
#include "o32.h"

#define ARGS	16	/* offset of the first argument on the stack */

static bool is_live(struct bjn_ctx *c, u8 reg)
{
	return o32_frame(c)->live & 1u << reg;
}

/* A word for the delay slot of a call by way of t9, whose address is loaded next. */
static u32 take_word(struct bjn_ctx *c)
{
	return mi_take(c, 1u << MI_T9, 1u << MI_T9 | 1u << MI_RA);
}

/* Call an absolute address. */
static void call_absolute(struct bjn_ctx *c, u64 addr)
{
	u32 word = take_word(c);

	if (!addr || addr & 3)
		bjn_fail(c, -EINVAL, "call of an impossible address");
	mi_li32(c, MI_T9, (s32)addr);
	mi_call_reg(c, MI_T9);
	mi_slot(c, word);
}

/* Put R3 to R5 on the stack. */
static void push_args(struct bjn_ctx *c)
{
	int i;

	for (i = 0; i < O32_ARG_WORDS; i++)
		if (is_live(c, (u8)(BPF_REG_3 + i / 2)))
			mi_sw(c, O32_ARG3 + i, ARGS + 4 * i, MI_SP);
}

/* R0 = helper(R1, R2, R3, R4, R5) */
static void call_helper(struct bjn_ctx *c, const struct bjn_call *call)
{
	push_args(c);
	call_absolute(c, call->addr);
}

/* Extend an argument of less than 4 bytes as the C ABI wants it. */
static void extend_arg(struct bjn_ctx *c, enum mi_reg r, u8 size, bool is_signed)
{
	if (size >= 4)
		return;
	if (is_signed)
		o32_sext(c, r, r, 8u * size);
	else
		mi_andi(c, r, r, (1u << 8 * size) - 1);
}

/* One word of an argument: register or stack. */
static void put_word(struct bjn_ctx *c, u32 slot, enum mi_reg r)
{
	if (slot >= 4)
		mi_sw(c, r, slot * 4, MI_SP);
	else if (MI_A0 + slot != r)
		mi_move(c, MI_A0 + slot, r);
}

/* Halves of argument @i of a kfunc; one beyond R5 is fetched from the stack. */
static struct o32_pair fetch_arg(struct bjn_ctx *c, u8 i, u8 size)
{
	struct o32_pair p = { O32_X1, O32_X2 };
	u8 be = mi_is_be(c);

	if (i < 5)
		return o32_src(c, BPF_REG_1 + i, O32_X1);
	mi_lw(c, p.lo, O32_STACK_ARG(i - 4) + 4 * be, MI_SP);
	if (size == 8)
		mi_lw(c, p.hi, O32_STACK_ARG(i - 4) + 4 * !be, MI_SP);
	return p;
}

/* Make all of R0 from a result of the C ABI; at most two words. */
static void widen_result(struct bjn_ctx *c, const struct bjn_call *call)
{
	struct o32_pair r0 = o32_dst(c, BPF_REG_0);

	if (!call->ret_size || call->ret_size == 8)
		return;
	if (r0.lo != MI_V0)
		mi_move(c, r0.lo, MI_V0);
	if (call->ret_flags & BJN_ARG_SIGNED)
		mi_sra(c, r0.hi, r0.lo, 31);
	else
		o32_zero(c, r0.hi);
}

/*
 * R0 = kfunc(R1, ...). Arguments move to lower places only, in ascending
 * order: none is overwritten before it is used.
 */
static void call_kfunc(struct bjn_ctx *c, const struct bjn_call *call)
{
	u8 be = mi_is_be(c), i;
	u32 slot = 0;

	if (call->nargs > 5 && !o32_frame(c)->args) {
		bjn_fail(c, -EINVAL, "call without its arguments on the stack");
		return;
	}
	for (i = 0; i < call->nargs; i++) {
		struct o32_pair p = fetch_arg(c, i, call->arg_size[i]);

		if (call->arg_size[i] == 8) {
			slot = (slot + 1) & ~1u;
			put_word(c, slot++, be ? p.hi : p.lo);
			put_word(c, slot++, be ? p.lo : p.hi);
		} else {
			extend_arg(c, p.lo, call->arg_size[i],
				   call->arg_flags[i] & BJN_ARG_SIGNED);
			put_word(c, slot++, p.lo);
		}
	}
	call_absolute(c, call->addr);
	widen_result(c, call);
}

/*
 * R0 = subprogram(R1, R2, R3, R4, R5). The pointer to the tail call count goes
 * to the home of a0, which belongs to the callee.
 */
static void call_subprog(struct bjn_ctx *c, const struct bjn_call *call)
{
	const struct o32_frame *f = o32_frame(c);
	u32 word;

	push_args(c);
	if (c->prog->extra_pass && !call->addr)
		bjn_fail(c, -EINVAL, "call of a program without an address");
	if (f->tcc_kind == O32_TCC_BOTH || f->tcc_kind == O32_TCC_PTR) {
		mi_lw(c, O32_X1, f->tcc_kind == O32_TCC_BOTH ? f->tcc_ptr : f->size, MI_SP);
		mi_sw(c, O32_X1, 0, MI_SP);
	}
	o32_give_s8_back(c);
	word = take_word(c);
	mi_address(c, MI_T9, c->prog->extra_pass ? call->addr : 0);
	mi_call_reg(c, MI_T9);
	mi_slot(c, word);
}

/*
 * bpf_throw(R1): go to the exception callback of the program with R1 as it is.
 * The callback needs no frame but that of the boundary. Its address is known
 * when the whole program has been compiled, so it is read when it is needed.
 */
static void throw_exception(struct bjn_ctx *c, const struct bjn_call *call)
{
	o32_give_s8_back(c);
	mi_li32(c, MI_T9, (s32)call->addr);
	mi_lw(c, MI_T9, 0, MI_T9);
	mi_jump_reg(c, MI_T9);
	mi_idle(c);
}

/*
 * AX = check(R10 + AX): the routine has the low half of AX as argument, all of
 * AX as result, and preserves all other registers (struct bjn_call).
 */
static void timed_may_goto(struct bjn_ctx *c, const struct bjn_call *call)
{
	mi_addu(c, O32_AX_LO, O32_AX_LO, o32_src(c, BPF_REG_10, O32_X1).lo);
	call_absolute(c, call->addr);
}

/* R0 = number of this CPU */
static void inline_cpu_id(struct bjn_ctx *c, const struct bjn_call *call)
{
	o32_access(c, O32_LOAD, BPF_W, o32_dst(c, BPF_REG_0), MI_THREAD,
		   (s32)c->env->off_thread_cpu, false);
}

/* R0 = the current task, all of it as the helper returns it */
static void inline_current(struct bjn_ctx *c, const struct bjn_call *call)
{
	bool is_signed = call->ret_flags & BJN_ARG_SIGNED;

	o32_access(c, is_signed ? O32_LOAD_SX : O32_LOAD, BPF_W, o32_dst(c, BPF_REG_0), MI_THREAD,
		   (s32)c->env->off_thread_task, false);
}

static void (*const call_emitters[])(struct bjn_ctx *c, const struct bjn_call *call) = {
	[BJN_CALL_HELPER] = call_helper,
	[BJN_CALL_KFUNC] = call_kfunc,
	[BJN_CALL_SUBPROG] = call_subprog,
	[BJN_CALL_CPU_ID] = inline_cpu_id,
	[BJN_CALL_CURRENT] = inline_current,
	[BJN_CALL_THROW] = throw_exception,
	[BJN_CALL_MAY_GOTO] = timed_may_goto,
};

/* R0 = function(R1, R2, R3, R4, R5) */
void o32_call(struct bjn_ctx *c, const struct bpf_insn *insn)
{
	struct bjn_call call = { 0 };
	int err = c->prog->ops->call_target(c->prog, c->idx, &call);

	if (err)
		bjn_fail(c, err, "target of a call is unknown");
	else if (call.kind >= BJN_ARRAY_SIZE(call_emitters) || !call_emitters[call.kind])
		bjn_fail(c, -EOPNOTSUPP, "unknown kind of call");
	else
		call_emitters[call.kind](c, &call);
}

/* Store or load R0 to R5, as far as they are live, save for @except. */
static void spill(struct bjn_ctx *c, u32 op, u8 except)
{
	s32 off = o32_frame(c)->spill;
	u8 reg;

	for (reg = BPF_REG_0; reg <= BPF_REG_5; reg++, off += 8) {
		if (reg == except || !is_live(c, reg))
			continue;
		mi_tib(c, op, (enum mi_reg)o32_frame(c)->lo[reg], off, MI_SP);
		mi_tib(c, op, (enum mi_reg)o32_frame(c)->hi[reg], off + 4, MI_SP);
	}
}

/*
 * Register with one half of a BPF register: its own unless an argument has
 * already been put there, else @tmp, loaded from where spill() left it.
 */
static enum mi_reg half(struct bjn_ctx *c, u8 reg, bool high, u32 written, enum mi_reg tmp)
{
	struct o32_pair p = o32_src(c, reg, tmp);
	enum mi_reg r = high ? p.hi : p.lo;

	if (!(written >> r & 1))
		return r;
	mi_lw(c, tmp, o32_frame(c)->spill + 8 * reg + 4 * high, MI_SP);
	return tmp;
}

/* One half of an argument, for register $a0 + @slot or beyond on the stack. */
static void load_half(struct bjn_ctx *c, const struct o32_arg *arg, bool high, u32 slot,
		      u32 written)
{
	enum mi_reg rd = slot < 4 ? MI_A0 + slot : O32_X1, rs = rd;

	if (arg->kind == O32_REG)
		rs = half(c, arg->reg, high, written, rd);
	else if (high)
		o32_sign(c, rd, arg->v);
	else
		mi_li32(c, rd, arg->v);
	if (slot >= 4)
		mi_sw(c, rs, slot * 4, MI_SP);
	else if (rs != rd)
		mi_move(c, rd, rs);
}

/* An address, in register $a0 + @slot. */
static void load_address(struct bjn_ctx *c, const struct o32_arg *arg, u32 slot, u32 written)
{
	enum mi_reg rd = MI_A0 + slot, base;
	s64 off = arg->v;

	if (arg->reg == BPF_REG_10)
		base = o32_base(c, arg->reg, &off);
	else
		base = half(c, arg->reg, false, written, rd);
	if (off || base == MI_SP)
		o32_addi(c, rd, base, (s32)off, O32_X2);
	else if (base != rd)
		mi_move(c, rd, base);
}

/* The argument that begins with register $a0 + @slot, or beyond on the stack. */
static void load_arg(struct bjn_ctx *c, const struct o32_arg *arg, u32 slot, u32 written)
{
	u8 be = mi_is_be(c);

	if (arg->kind == O32_ADDR) {
		load_address(c, arg, slot, written);
		return;
	}
	load_half(c, arg, false, slot + be, written);
	load_half(c, arg, true, slot + !be, written);
}

/* Does a register pair have its argument to begin with? */
static bool is_in_place(const struct o32_arg *arg, u32 slot)
{
	return arg->kind == O32_REG && arg->reg == BPF_REG_1 + slot / 2 && slot < 4;
}

/**
 * o32_own_call - call a function that does what the CPU cannot
 * @c: compilation
 * @helper: which one
 * @dst: BPF register for the result, or O32_NO_RESULT
 * @args: arguments of 64 bits each or addresses, the latter among the first two
 * @nr: number of arguments, at most 3
 *
 * At most O32_OWN_CALL_WORDS.
 */
void o32_own_call(struct bjn_ctx *c, enum bjn_mips_helper helper, u8 dst,
		  const struct o32_arg *args, u32 nr)
{
	bool is_arg_pair = dst == BPF_REG_1 || dst == BPF_REG_2;
	u32 written = 0, i;
	struct o32_pair d;
	u8 be = mi_is_be(c);

	/* The old value of the result is not needed, save perhaps as an argument. */
	spill(c, MI_OP_sw, is_arg_pair ? O32_NO_RESULT : dst);
	for (i = 0; i < nr; i++) {
		load_arg(c, &args[i], 2 * i, written);
		if (!is_in_place(&args[i], 2 * i) && i < 2)
			written |= 3u << (MI_A0 + 2 * i);
	}
	call_absolute(c, c->env->helper[helper]);
	if (dst != O32_NO_RESULT && dst != BPF_REG_0) {
		d = o32_dst(c, dst);
		mi_move(c, d.lo, MI_V0 + be);
		mi_move(c, d.hi, MI_V0 + !be);
	}
	spill(c, MI_OP_lw, dst);
}

/**
 * o32_add_percpu - this CPU's address of a per-CPU pointer
 * @c: compilation
 * @rd: result
 * @rs: per-CPU pointer; neither is O32_X1 or O32_X2
 *
 * rd = rs + __per_cpu_offset[cpu]; at most O32_PERCPU_WORDS.
 */
void o32_add_percpu(struct bjn_ctx *c, enum mi_reg rd, enum mi_reg rs)
{
	u64 table = c->env->helper[BJN_MIPS_PERCPU];
	const struct o32_pair x1 = { O32_X1, O32_X2 };

	if (!table) {
		if (rd != rs)
			mi_move(c, rd, rs);
		return;
	}
	o32_access(c, O32_LOAD, BPF_W, x1, MI_THREAD, (s32)c->env->off_thread_cpu, false);
	mi_li32(c, O32_X2, (s32)table);
	mi_sll(c, O32_X1, O32_X1, 2);
	mi_addu(c, O32_X2, O32_X2, O32_X1);
	mi_lw(c, O32_X2, 0, O32_X2);
	mi_addu(c, rd, rs, O32_X2);
}

/**
 * o32_percpu - the per-CPU address instruction
 * @c: compilation
 * @rd: result
 * @rs: per-CPU pointer
 *
 * At most O32_PERCPU_WORDS + 1.
 */
void o32_percpu(struct bjn_ctx *c, struct o32_pair rd, struct o32_pair rs)
{
	if (!(c->env->features & BJN_FEAT(PERCPU_INSN)))
		bjn_fail(c, -EOPNOTSUPP, "per-CPU address instruction");
	o32_add_percpu(c, rd.lo, rs.lo);
	o32_zero(c, rd.hi);
}
