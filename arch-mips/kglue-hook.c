// SPDX-License-Identifier: GPL-2.0
/*
 * Stubs that call a function whose first instruction is a breakpoint: a copy
 * of that instruction, then a jump behind it.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <asm/cacheflush.h>

#include "hook.h"
#include "kglue-hook.h"

static_assert(BJN_NR_HOOKS <= BJN_NR_STUBS);

/* Fields of an instruction. */
#define OPCODE(insn)	((insn) >> 26)
#define FUNCT(insn)	((insn) & 0x3f)
#define RT(insn)	((insn) >> 16 & 31)
#define RD(insn)	((insn) >> 11 & 31)

#define MAJOR_SPECIAL	0x00

/*
 * Major opcodes that mean the same at every address, in every release of the
 * instruction set: addiu, slti, sltiu, andi, ori, xori, lui, daddiu; lb, lh,
 * lw, lbu, lhu, lwu; sb, sh, sw; ld, sd.
 */
static const u64 movable_major =
	BIT_ULL(0x09) | BIT_ULL(0x0a) | BIT_ULL(0x0b) | BIT_ULL(0x0c) |
	BIT_ULL(0x0d) | BIT_ULL(0x0e) | BIT_ULL(0x0f) | BIT_ULL(0x19) |
	BIT_ULL(0x20) | BIT_ULL(0x21) | BIT_ULL(0x23) | BIT_ULL(0x24) |
	BIT_ULL(0x25) | BIT_ULL(0x27) | BIT_ULL(0x28) | BIT_ULL(0x29) |
	BIT_ULL(0x2b) | BIT_ULL(0x37) | BIT_ULL(0x3f);

/*
 * The same for functions of SPECIAL: sll, srl, sra; addu, subu, and, or, xor,
 * nor; slt, sltu; daddu, dsubu; dsll, dsrl, dsra and their forms for 32 to 63.
 */
static const u64 movable_special =
	BIT_ULL(0x00) | BIT_ULL(0x02) | BIT_ULL(0x03) | BIT_ULL(0x21) |
	BIT_ULL(0x23) | BIT_ULL(0x24) | BIT_ULL(0x25) | BIT_ULL(0x26) |
	BIT_ULL(0x27) | BIT_ULL(0x2a) | BIT_ULL(0x2b) | BIT_ULL(0x2d) |
	BIT_ULL(0x2f) | BIT_ULL(0x38) | BIT_ULL(0x3a) | BIT_ULL(0x3b) |
	BIT_ULL(0x3c) | BIT_ULL(0x3e) | BIT_ULL(0x3f);

/* A value in t9 would be lost. */
static bool is_movable(u32 insn)
{
	if (OPCODE(insn) == MAJOR_SPECIAL)
		return movable_special & BIT_ULL(FUNCT(insn)) && RD(insn) != BJN_REG_T9;
	return movable_major & BIT_ULL(OPCODE(insn)) && RT(insn) != BJN_REG_T9;
}

static bool is_break(u32 insn)
{
	return OPCODE(insn) == MAJOR_SPECIAL && FUNCT(insn) == 0x0d;
}

/**
 * bjn_stub_make - write a stub that calls a function about to be probed
 * @entry: set to the address of the stub
 * @nr: which stub, below BJN_NR_STUBS
 * @addr: address of the function, not yet probed
 * @why: set on error: phrase that completes "function: "
 *
 * Return: 0, -EBUSY when the function is probed already, -EOPNOTSUPP when its
 * first instruction cannot be moved or the function is out of reach.
 */
int bjn_stub_make(unsigned long *entry, unsigned int nr, unsigned long addr, const char **why)
{
	u32 first = *(const u32 *)addr;
	u32 *stub = bjn_stubs[nr];
	unsigned long next = addr + 4;

	if (is_break(first)) {
		*why = "is probed by somebody else, such as another copy of this module; unload that first";
		return -EBUSY;
	}
	if (!is_movable(first)) {
		*why = "begins with an instruction that cannot be copied; please report the kernel version";
		return -EOPNOTSUPP;
	}
	if (next != (unsigned long)(long)(s32)next) {
		*why = "lies outside the 32-bit address range; please report the kernel version";
		return -EOPNOTSUPP;
	}
	stub[0] = first;
	stub[1] = BJN_LUI_T9((u32)(next + 0x8000) >> 16);
	stub[2] = BJN_ADDIU_T9((u32)next & 0xffff);
	stub[3] = BJN_JALR_ZERO_T9;
	stub[4] = BJN_NOP;
	flush_icache_range((unsigned long)stub, (unsigned long)(stub + BJN_STUB_WORDS));
	*entry = (unsigned long)stub;
	return 0;
}
