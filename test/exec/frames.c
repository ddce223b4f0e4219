// SPDX-License-Identifier: GPL-2.0
/*
 * What the verifier does to functions before the JIT sees them: it finds the
 * exception callback and takes may_goto apart. Facts from kernel/bpf/fixups.c,
 * bpf_do_misc_fixups() and bpf_jit_subprogs().
 */
#include <stdlib.h>

#include "../interp/interp.h"
#include "frames.h"

static u32 slots(const struct bpf_insn *in)
{
	return in->code == BJN_LD_IMM64 ? 2 : 1;
}

/**
 * bt_names_sub - is it a call of a subprogram or a reference to one?
 * @in: instruction
 */
bool bt_names_sub(const struct bpf_insn *in)
{
	return bt_is_jump(in) && (in->code == BJN_LD_IMM64 || in->code == (BPF_JMP | BPF_CALL));
}

static bool is_throw(const struct bpf_insn *in)
{
	return in->code == (BPF_JMP | BPF_CALL) && in->src_reg == BPF_PSEUDO_KFUNC_CALL &&
	       in->imm == BT_K_THROW;
}

/**
 * bt_find_exceptions - does a program throw, and who gets it?
 * @c: program with room for BT_DEFAULT_CB_LEN more instructions. The mark of
 *	its callback is removed; a program that throws and has none gets one
 *	that returns what was thrown.
 * @e: filled in
 */
void bt_find_exceptions(struct bt_code *c, struct bt_exceptions *e)
{
	u32 i;

	memset(e, 0, sizeof(*e));
	for (i = 0; i < c->len; i += slots(&c->insns[i])) {
		struct bpf_insn *in = &c->insns[i];

		if (is_throw(in))
			e->throws = true;
		if (in->code != BJN_LD_IMM64 || in->src_reg != BPF_PSEUDO_FUNC ||
		    in->off != BT_EXCEPTION_CB)
			continue;
		in->off = 0;
		e->custom = i + 1 + (u32)in->imm;
	}
	e->cb = e->custom;
	if (!e->throws || e->custom)
		return;
	e->cb = c->len;
	c->insns[c->len++] = (struct bpf_insn){
		.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_0, .src_reg = BPF_REG_1,
	};
	c->insns[c->len++] = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
}

static bool is_store(const struct bpf_insn *in)
{
	return BJN_CLASS(in->code) == BPF_ST || BJN_CLASS(in->code) == BPF_STX;
}

/**
 * bt_find_depth - deepest access below R10
 * @insns: one function
 * @len: number of slots
 *
 * Return: bytes, a multiple of eight; 512 at least once R10 gets into another
 * register.
 */
u32 bt_find_depth(const struct bpf_insn *insns, u32 len)
{
	s32 depth = 0;
	u32 i;

	for (i = 0; i < len; i += slots(&insns[i])) {
		const struct bpf_insn *in = &insns[i];
		bool load_acq = BJN_CLASS(in->code) == BPF_STX && in->imm == BPF_LOAD_ACQ;
		bool based = is_store(in) && !load_acq ? in->dst_reg == BPF_REG_10 :
			     (BJN_CLASS(in->code) == BPF_LDX || load_acq) &&
			     in->src_reg == BPF_REG_10;

		if (based && -in->off > depth)
			depth = -in->off;
		if (!based && in->src_reg == BPF_REG_10 && depth < 512)
			depth = 512;
	}
	return (u32)(depth + 7) & ~7u;
}

/**
 * bt_has_may_goto - is there a loop that is bounded by time?
 * @c: program
 */
bool bt_has_may_goto(const struct bt_code *c)
{
	u32 i;

	for (i = 0; i < c->len; i += slots(&c->insns[i]))
		if (c->insns[i].code == BT_MAY_GOTO)
			return true;
	return false;
}

/* The slot of each instruction's function, and 1 more at the start of the function. */
static void find_slots(const struct bt_code *c, s16 *slot, u8 *start)
{
	u32 i, j, end;

	memset(start, 0, c->len + 1);
	start[0] = 1;
	start[c->len] = 1;
	for (i = 0; i < c->len; i += slots(&c->insns[i]))
		if (bt_names_sub(&c->insns[i]))
			start[i + 1 + (u32)bt_jump_off(&c->insns[i])] = 1;
	for (i = 0; i < c->len; i = end) {
		s16 at = 0;

		for (end = i + 1; !start[end]; end++)
			;
		for (j = i; j < end; j += slots(&c->insns[j]))
			if (c->insns[j].code == BT_MAY_GOTO)
				at = (s16)-(s32)(bt_find_depth(&c->insns[i], end - i) + 16);
		for (j = i; j < end; j++)
			slot[j] = at;
		if (at)
			slot[i] |= 1;
	}
}

/* Two stores at the start of the function. */
static u32 front(const struct bt_rewrite *rw, u32 i)
{
	return rw->slot[i] & 1 ? 2 : 0;
}

/*
 * AX = [fp + slot]; if (!AX) goto target; if (!--AX) AX = may_goto(slot);
 * [fp + slot] = AX. The count is followed by a time stamp.
 */
static void may_goto(u8 ax, s16 slot, const struct bpf_insn *in, struct bt_patch *p)
{
	bt_patch_put(p, BPF_LDX | BPF_MEM | BPF_DW, ax, BPF_REG_10, slot, 0);
	bt_patch_put(p, BPF_JMP | BPF_JEQ | BPF_K, ax, 0, in->off, 0);
	bt_patch_put(p, BPF_ALU64 | BPF_SUB | BPF_K, ax, 0, 0, 1);
	bt_patch_put(p, BPF_JMP | BPF_JNE | BPF_K, ax, 0, 2, 0);
	bt_patch_put(p, BPF_ALU64 | BPF_MOV | BPF_K, ax, 0, 0, slot);
	bt_patch_put(p, BPF_JMP | BPF_CALL, 0, 0, 0, BT_H_MAY_GOTO);
	bt_patch_put(p, BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, ax, slot, 0);
}

static void loop_insn(struct bt_rewrite *rw, const struct bpf_insn *in, struct bt_patch *p)
{
	u32 i = (u32)(in - rw->code->insns);
	s16 slot = rw->slot[i] & ~1;

	if (front(rw, i)) {
		bt_patch_put(p, BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, slot, BI_LOOPS);
		bt_patch_put(p, BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, slot + 8, 0);
	}
	if (in->code == BT_MAY_GOTO) {
		may_goto(rw->ax, slot, in, p);
	} else if (p->n) {
		p->insn[p->n++] = in[0];
		if (slots(in) == 2)
			p->insn[p->n++] = in[1];
	}
}

/**
 * bt_loops - take may_goto apart
 * @in: program
 * @reg_ax: number of the auxiliary register
 * @out: result
 * @why: on error one phrase
 *
 * Return: 0, -ENOMEM, -EINVAL or -ERANGE.
 */
int bt_loops(const struct bt_code *in, u8 reg_ax, struct bt_code *out, const char **why)
{
	s16 *slot = malloc((in->len + 1) * sizeof(*slot));
	u8 *start = malloc(in->len + 1);
	struct bt_rewrite rw = { .ax = reg_ax, .code = in, .front = front, .slot = slot };
	int err = -ENOMEM;

	*why = "out of memory";
	if (slot && start) {
		find_slots(in, slot, start);
		err = bt_expand(in, loop_insn, &rw, out, why);
	}
	free(slot);
	free(start);
	return err;
}
