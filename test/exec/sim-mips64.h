/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simulator of the instructions that the n64 emitter uses, in the place of
 * the entry thunk. Emulators and most CPUs quietly ignore the upper halves of
 * the operands of 32-bit instructions; the architecture leaves the result open
 * unless they are sign-extended. Here that is a failure, as are a branch or an
 * access with an exception table entry in a delay slot, and the result of such
 * an instruction is rubbish. C functions run natively; afterwards every
 * register that they may destroy is rubbish as well.
 *
 * Included once, by target-NAME.c, behind target-mips.h.
 */
#ifndef BT_SIM_MIPS64_H
#define BT_SIM_MIPS64_H

#include "../../arch-mips/insn.h"
#include "jit.h"
#include "world.h"

#define SIM_STACK	16384
#define RUBBISH		0x0bad0bad0bad0badull

/* Bits of bt_state.bad beyond those of registers. */
enum { BAD_OPERAND = 11, BAD_SLOT, BAD_INSN };

struct sim {
	u64 r[32];
	u64 hi, lo;
	u64 pc, next;	/* this instruction, and the one after it */
	bool slot;	/* this one is in a delay slot */
	bool skip;	/* the delay slot is not executed */
	u64 bad;
};

static u32 insn_rs(u32 w) { return w >> 21 & 31; }
static u32 insn_rt(u32 w) { return w >> 16 & 31; }
static u32 insn_rd(u32 w) { return w >> 11 & 31; }
static u32 insn_sa(u32 w) { return w >> 6 & 31; }
static s64 insn_si(u32 w) { return (s16)w; }

static u64 sext32(u64 v)
{
	return (u64)(s64)(s32)v;
}

/* An operand of a 32-bit instruction. */
static u64 word(struct sim *m, u64 v)
{
	if (v != sext32(v))
		m->bad |= 1ull << BAD_OPERAND;
	return v;
}

static void set(struct sim *m, u32 rd, u64 v)
{
	if (rd)
		m->r[rd] = v;
}

static void set32(struct sim *m, u32 rd, u64 v)
{
	set(m, rd, m->bad & 1ull << BAD_OPERAND ? RUBBISH : sext32(v));
}

static void set_if(struct sim *m, u32 rd, bool cond, u64 yes, u64 no)
{
	set(m, rd, cond ? yes : no);
}

static void branch(struct sim *m, bool taken, u64 target)
{
	if (m->slot)
		m->bad |= 1ull << BAD_SLOT;
	m->slot = true;
	if (taken)
		m->next = target;
}

/* Without a branch the delay slot is left out. */
static void branch_likely(struct sim *m, bool taken, u64 target)
{
	if (taken)
		branch(m, true, target);
	else
		m->skip = true;
}

static u64 quot(bool is_signed, u64 a, u64 b)
{
	if (!b || (is_signed && b == ~0ull))
		return RUBBISH;
	return is_signed ? (u64)((s64)a / (s64)b) : a / b;
}

static u64 rem(bool is_signed, u64 a, u64 b)
{
	if (!b || (is_signed && b == ~0ull))
		return RUBBISH;
	return is_signed ? (u64)((s64)a % (s64)b) : a % b;
}

/* rd = rs op rt and rd = rt op rs, 64 bits */
static bool sim_alu64(struct sim *m, u32 w)
{
	u64 s = m->r[insn_rs(w)], t = m->r[insn_rt(w)];
	u32 rd = insn_rd(w);

	switch (w & 0xfc0007ff) {
	case MI_OP_and:		return set(m, rd, s & t), true;
	case MI_OP_or:		return set(m, rd, s | t), true;
	case MI_OP_xor:		return set(m, rd, s ^ t), true;
	case MI_OP_nor:		return set(m, rd, ~(s | t)), true;
	case MI_OP_slt:		return set(m, rd, (s64)s < (s64)t), true;
	case MI_OP_sltu:	return set(m, rd, s < t), true;
	case MI_OP_daddu:	return set(m, rd, s + t), true;
	case MI_OP_dsubu:	return set(m, rd, s - t), true;
	case MI_OP_movz:	return set_if(m, rd, t, m->r[rd], s), true;
	case MI_OP_movn:	return set_if(m, rd, t, s, m->r[rd]), true;
	case MI_OP_seleqz:	return set_if(m, rd, t, 0, s), true;
	case MI_OP_selnez:	return set_if(m, rd, t, s, 0), true;
	case MI_OP_dsllv:	return set(m, rd, t << (s & 63)), true;
	case MI_OP_dsrlv:	return set(m, rd, t >> (s & 63)), true;
	case MI_OP_dsrav:	return set(m, rd, (u64)((s64)t >> (s & 63))), true;
	case MI_OP_dmul:	return set(m, rd, s * t), true;
	case MI_OP_ddiv_r6:	return set(m, rd, quot(true, s, t)), true;
	case MI_OP_dmod:	return set(m, rd, rem(true, s, t)), true;
	case MI_OP_ddivu_r6:	return set(m, rd, quot(false, s, t)), true;
	case MI_OP_dmodu:	return set(m, rd, rem(false, s, t)), true;
	}
	return false;
}

/* The same with a 32-bit result. */
static bool sim_alu32(struct sim *m, u32 w)
{
	u64 s = m->r[insn_rs(w)], t = m->r[insn_rt(w)];
	u32 rd = insn_rd(w);

	switch (w & 0xfc0007ff) {
	case MI_OP_sllv:	return set(m, rd, sext32(t << (s & 31))), true;
	case MI_OP_srlv:	return set32(m, rd, (u32)word(m, t) >> (s & 31)), true;
	case MI_OP_srav:	return set32(m, rd, (u64)((s64)word(m, t) >> (s & 31))), true;
	case MI_OP_addu:	return set32(m, rd, word(m, s) + word(m, t)), true;
	case MI_OP_subu:	return set32(m, rd, word(m, s) - word(m, t)), true;
	case MI_OP_mul:
	case MI_OP_mul_r6:	return set32(m, rd, word(m, s) * word(m, t)), true;
	case MI_OP_div_r6:	return set32(m, rd, quot(true, word(m, s), word(m, t))), true;
	case MI_OP_mod:		return set32(m, rd, rem(true, word(m, s), word(m, t))), true;
	case MI_OP_divu_r6:	return set32(m, rd, quot(false, (u32)word(m, s), (u32)word(m, t))), true;
	case MI_OP_modu:	return set32(m, rd, rem(false, (u32)word(m, s), (u32)word(m, t))), true;
	}
	return false;
}

/* HI and LO */
static bool sim_hilo(struct sim *m, u32 w)
{
	u64 s = m->r[insn_rs(w)], t = m->r[insn_rt(w)];
	bool divu = (w & 0xfc00ffff) == MI_OP_divu_, div = (w & 0xfc00ffff) == MI_OP_div_;

	switch (w & 0xfc00ffff) {
	case MI_OP_dmultu:
		m->lo = s * t;
		m->hi = RUBBISH;
		return true;
	case MI_OP_ddiv_:
	case MI_OP_ddivu_:
		m->lo = quot((w & 0x3f) == 0x1e, s, t);
		m->hi = rem((w & 0x3f) == 0x1e, s, t);
		return true;
	}
	if (div || divu) {
		s = divu ? (u32)word(m, s) : word(m, s);
		t = divu ? (u32)word(m, t) : word(m, t);
		m->lo = sext32(quot(div, s, t));
		m->hi = sext32(rem(div, s, t));
		return true;
	}
	if ((w & 0xffff07ff) != MI_OP_mfhi && (w & 0xffff07ff) != MI_OP_mflo)
		return false;
	set(m, insn_rd(w), (w & 0x3f) == MI_OP_mfhi ? m->hi : m->lo);
	return true;
}

static bool sim_shift(struct sim *m, u32 w)
{
	u64 t = m->r[insn_rt(w)];
	u32 rd = insn_rd(w), sa = insn_sa(w);

	switch (w & 0xffe0003f) {
	case MI_OP_sll:		return set(m, rd, sext32(t << sa)), true;
	case MI_OP_srl:		return set32(m, rd, (u32)word(m, t) >> sa), true;
	case MI_OP_sra:		return set32(m, rd, (u64)((s64)word(m, t) >> sa)), true;
	case MI_OP_dsll:	return set(m, rd, t << sa), true;
	case MI_OP_dsrl:	return set(m, rd, t >> sa), true;
	case MI_OP_dsra:	return set(m, rd, (u64)((s64)t >> sa)), true;
	case MI_OP_dsll32:	return set(m, rd, t << (sa + 32)), true;
	case MI_OP_dsrl32:	return set(m, rd, t >> (sa + 32)), true;
	case MI_OP_dsra32:	return set(m, rd, (u64)((s64)t >> (sa + 32))), true;
	}
	return false;
}

static u64 field(u64 v, u32 pos, u32 size)
{
	return v << (64 - pos - size) >> (64 - size);
}

/* Fields and bytes. */
static bool sim_special3(struct sim *m, u32 w)
{
	u64 s = m->r[insn_rs(w)], t = m->r[insn_rt(w)];
	u32 rt = insn_rt(w), lsb = insn_sa(w), msb = insn_rd(w);
	u64 mask;

	switch (w & 0xfc00003f) {
	case MI_OP_dext:	return set(m, rt, field(s, lsb, msb + 1)), true;
	case MI_OP_dextm:	return set(m, rt, field(s, lsb, msb + 33)), true;
	case MI_OP_dextu:	return set(m, rt, field(s, lsb + 32, msb + 1)), true;
	case MI_OP_dins:
		mask = field(~0ull, 0, msb - lsb + 1) << lsb;
		return set(m, rt, (t & ~mask) | (s << lsb & mask)), true;
	}
	switch (w & 0xffe007ff) {
	case MI_OP_dsbh:
		t = (t & 0x00ff00ff00ff00ff) << 8 | (t >> 8 & 0x00ff00ff00ff00ff);
		return set(m, msb, t), true;
	case MI_OP_dshd:
		t = t << 48 | (t & 0xffff0000) << 16 | (t >> 16 & 0xffff0000) | t >> 48;
		return set(m, msb, t), true;
	}
	return false;
}

static bool sim_imm(struct sim *m, u32 w)
{
	u64 s = m->r[insn_rs(w)];
	u32 rt = insn_rt(w);
	s64 si = insn_si(w);

	switch (w & 0xfc000000) {
	case MI_OP_addiu:	return set32(m, rt, word(m, s) + (u64)si), true;
	case MI_OP_daddiu:	return set(m, rt, s + (u64)si), true;
	case MI_OP_slti:	return set(m, rt, (s64)s < si), true;
	case MI_OP_sltiu:	return set(m, rt, s < (u64)si), true;
	case MI_OP_andi:	return set(m, rt, s & (u16)si), true;
	case MI_OP_ori:		return set(m, rt, s | (u16)si), true;
	case MI_OP_xori:	return set(m, rt, s ^ (u16)si), true;
	case MI_OP_lui:		return set(m, rt, sext32((u64)(u16)si << 16)), true;
	}
	return false;
}

static bool load_store(struct sim *m, u32 op, u32 rt, u64 addr)
{
	u64 v = m->r[rt];
	void *p = (void *)(uintptr_t)addr;

	switch (op) {
	case MI_OP_lb:	return set(m, rt, (u64)(s64)*(s8 *)p), true;
	case MI_OP_lbu:	return set(m, rt, *(u8 *)p), true;
	case MI_OP_lh:	return set(m, rt, (u64)(s64)*(s16 *)p), true;
	case MI_OP_lhu:	return set(m, rt, *(u16 *)p), true;
	case MI_OP_lw:
	case MI_OP_ll:	return set(m, rt, (u64)(s64)*(s32 *)p), true;
	case MI_OP_lwu:	return set(m, rt, *(u32 *)p), true;
	case MI_OP_ld:
	case MI_OP_lld:	return set(m, rt, *(u64 *)p), true;
	case MI_OP_sb:	return *(u8 *)p = (u8)v, true;
	case MI_OP_sh:	return *(u16 *)p = (u16)v, true;
	case MI_OP_sc:
	case MI_OP_sw:	return *(u32 *)p = (u32)v, true;
	case MI_OP_scd:
	case MI_OP_sd:	return *(u64 *)p = v, true;
	}
	return false;
}

/* Every other conditional store fails, as if something had come between. */
static bool sc_fails;

/* ll and sc of Release 6 have a short offset. */
static u32 old_llsc(u32 w)
{
	switch (w & 0xfc00007f) {
	case MI_OP_ll_r6:	return MI_OP_ll;
	case MI_OP_sc_r6:	return MI_OP_sc;
	case MI_OP_lld_r6:	return MI_OP_lld;
	case MI_OP_scd_r6:	return MI_OP_scd;
	}
	return 0;
}

static bool sim_mem(struct sim *m, u32 w)
{
	const struct bt_ex *ex = bt_find_ex(m->pc);
	u32 op = old_llsc(w) ? old_llsc(w) : w & 0xfc000000;
	s64 off = old_llsc(w) ? (s64)(s16)w >> 7 : insn_si(w);
	u64 addr = m->r[insn_rs(w)] + (u64)off;

	if (op < MI_OP_lb && !old_llsc(w))
		return false;
	if (ex && m->slot)
		m->bad |= 1ull << BAD_SLOT;
	if (ex && !bt_host.mapped(addr, 1)) {
		m->next = ex->resume;
		return true;
	}
	if (op != MI_OP_sc && op != MI_OP_scd)
		return load_store(m, op, insn_rt(w), addr);
	sc_fails = !sc_fails;
	if (!sc_fails)
		load_store(m, op, insn_rt(w), addr);
	set(m, insn_rt(w), !sc_fails);
	return true;
}

static bool sim_branch(struct sim *m, u32 w)
{
	u64 s = m->r[insn_rs(w)], t = m->r[insn_rt(w)];
	u64 target = m->pc + 4 + (u64)(insn_si(w) * 4);

	if ((w & 0xfc000000) == MI_OP_bc) {
		m->next = m->pc + 4 + (u64)((s64)(s32)(w << 6) >> 4);
		return true;
	}
	switch (w & 0xfc000000) {
	case MI_OP_beq:		return branch(m, s == t, target), true;
	case MI_OP_bne:		return branch(m, s != t, target), true;
	case MI_OP_beql:	return branch_likely(m, s == t, target), true;
	case MI_OP_blez:	return branch(m, (s64)s <= 0, target), true;
	case MI_OP_bgtz:	return branch(m, (s64)s > 0, target), true;
	}
	switch (w & 0xfc1f0000) {
	case MI_OP_bltz:	return branch(m, (s64)s < 0, target), true;
	case MI_OP_bgez:	return branch(m, (s64)s >= 0, target), true;
	case MI_OP_bal:
		set(m, MI_RA, m->pc + 8);
		return branch(m, true, target), true;
	}
	if ((w & 0xfc000000) == MI_OP_j)
		return branch(m, true, (m->pc & ~0xfffffffull) | (w & 0x3ffffff) << 2), true;
	if ((w & 0xfc00003f) != MI_OP_jr && (w & 0xfc00003f) != MI_OP_jalr)
		return false;
	set(m, insn_rd(w), m->pc + 8);
	branch(m, true, s);
	return true;
}

static void step(struct sim *m)
{
	u32 w = *(const u32 *)(uintptr_t)m->pc;
	bool was_slot = m->slot;
	u64 at = m->next;

	m->next = at + 4;
	if (!sim_branch(m, w)) {
		m->slot = was_slot;
		if (w != MI_OP_sync && !sim_alu64(m, w) && !sim_alu32(m, w) && !sim_hilo(m, w) &&
		    !sim_shift(m, w) && !sim_special3(m, w) && !sim_imm(m, w) && !sim_mem(m, w))
			m->bad |= 1ull << BAD_INSN;
		m->slot = false;
		/* a fault goes on elsewhere at once */
		if (m->next != at + 4)
			at = m->next, m->next += 4;
	} else if ((w & 0xfc000000) == MI_OP_bc || m->skip) {
		at = m->next;
		m->next += 4;
		m->skip = false;
	}
	m->pc = at;
}

extern const char __executable_start[], etext[];

/* The module's routine has an interface of its own, and is not simulated. */
static void may_goto(struct sim *m)
{
	static const u8 lost[] = { 1, 3, 12, 13, 14, 15, 25 };
	u32 i;

	m->r[MI_T8] = bt_check_may_goto((u64 *)(uintptr_t)m->r[MI_T8]);
	for (i = 0; i < BJN_ARRAY_SIZE(lost); i++)
		m->r[lost[i]] = RUBBISH + lost[i];
	m->hi = RUBBISH;
	m->lo = RUBBISH;
	m->pc = m->r[MI_RA];
	m->next = m->pc + 4;
}

/* Run a C function for the simulated program; twelve arguments at most. */
static void native(struct sim *m)
{
	u64 (*fn)(u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64) =
		(void *)(uintptr_t)m->pc;
	const u64 *r = m->r, *sp = (const u64 *)(uintptr_t)m->r[MI_SP];
	u64 v = fn(r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], sp[0], sp[1], sp[2], sp[3]);
	u32 i;

	for (i = 1; i < 26; i++)
		if (i < 16 || i > 23)
			m->r[i] = RUBBISH + i;
	m->hi = RUBBISH;
	m->lo = RUBBISH;
	m->r[MI_V0] = v;
	m->pc = m->r[MI_RA];
	m->next = m->pc + 4;
}

#define END	4	/* return address of the outermost program */

static bool is_saved(u32 reg)
{
	return (reg >= MI_S0 && reg <= MI_S7) || reg >= MI_GP;
}

void bt_enter(const void *fn, const u64 *args, struct bt_state *st)
{
	static u8 stack[SIM_STACK * 64];
	static u8 *top = stack + sizeof(stack);
	u8 *outer = top;
	struct sim m = { .pc = (uintptr_t)fn, .next = (uintptr_t)fn + 4 };
	u64 before[32];
	u32 i;

	for (i = 1; i < 32; i++)
		m.r[i] = RUBBISH + i;
	memcpy(&m.r[4], args, 5 * sizeof(u64));
	m.r[MI_GP] = (uintptr_t)bt_target_thread_pointer();
	m.r[MI_SP] = (uintptr_t)top;
	m.r[MI_RA] = END;
	memcpy(before, m.r, sizeof(before));
	while (m.pc != END && !m.bad) {
		if (m.pc >= (uintptr_t)__executable_start && m.pc < (uintptr_t)etext) {
			top = (u8 *)(uintptr_t)m.r[MI_SP] - 64;
			if (m.pc == (uintptr_t)bjn_mips_may_goto)
				may_goto(&m);
			else
				native(&m);
			top = outer;
		} else {
			step(&m);
		}
	}
	for (i = 0; i < 32; i++)
		if (is_saved(i) && i != MI_RA && m.r[i] != before[i])
			m.bad |= 1ull << (i == MI_GP ? 9 : i == MI_SP ? 10 : i == MI_S8 ? 8 : i - 16);
	st->r0 = m.r[MI_V0];
	st->ret = m.r[MI_V0];
	st->bad |= m.bad;
}

#endif
