// SPDX-License-Identifier: GPL-2.0
/*
 * Every arithmetic operation and every condition with constants around every
 * power of two, and registers in every combination that matters (the same one
 * twice, R0, callee-saved, R10 as a source): emitter against interpreter.
 */
#include <stdio.h>

#include "session.h"
#include "sweep.h"

#define BATCH	256
#define MAX_OUT	16

static struct bt_program progs[BATCH];
static struct bpf_insn sources[BATCH][MAX_OUT];
static u32 lens[BATCH], fill, done, bad;

static const u64 values[] = {
	0, 1, ~0ull, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff,
	0x8000000000000000, 0xffffffff80000000, 0x123456789abcdef0, 0xfedcba9876543210,
};

static void complain(u32 i, const char *what)
{
	char hex[16 * MAX_OUT + 1];

	bt_print_program(sources[i], lens[i], hex);
	if (bad++ < 10)
		printf("# %s: echo %s | bpf-plugin\n", what, hex);
}

static void compare(u32 i)
{
	const u64 args[5] = { 0 };
	struct bt_result res;
	const char *why = "";
	char text[160];
	u64 r0 = 0;

	if (bt_interpret(&progs[i], args, &r0, &why)) {
		complain(i, why);
		return;
	}
	bt_native(&progs[i], args, &res);
	if (res.outcome == BT_OK && res.r0 == r0)
		return;
	bt_describe(&res, text, sizeof(text));
	complain(i, text);
}

static void flush(void)
{
	struct bt_region r;
	bool good[BATCH];
	const char *why;
	u32 i;

	if (!fill || bt_region_open(&r, BATCH * 2048))
		return;
	for (i = 0; i < fill; i++) {
		good[i] = !bt_prepare(&progs[i], sources[i], lens[i], 0, &why) &&
			  !bt_translate(&progs[i], &r, false);
		if (!good[i])
			complain(i, "declined");
	}
	if (!bt_region_seal(&r, bt_target.code_prot))
		for (i = 0; i < fill; i++)
			if (good[i])
				compare(i);
	for (i = 0; i < fill; i++)
		bt_image_free(&progs[i].img);
	bt_region_close(&r);
	done += fill;
	fill = 0;
}

static void put(u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	sources[fill][lens[fill]++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm,
	};
}

static void put_value(u8 reg, u64 v)
{
	put(BJN_LD_IMM64, reg, 0, 0, (s32)(u32)v);
	put(0, 0, 0, 0, (s32)(v >> 32));
}

static void begin(void)
{
	if (fill == BATCH)
		flush();
	lens[fill] = 0;
}

static void end(u8 reg)
{
	if (reg)
		put(BPF_ALU64 | BPF_MOV | BPF_X, 0, reg, 0, 0);
	put(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	fill++;
}

static bool is_shift(u8 op)
{
	return op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH;
}

static bool is_div(u8 op)
{
	return op == BPF_DIV || op == BPF_MOD;
}

static void alu_const(u8 code, s16 off, s32 imm)
{
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(values); i += is_div(BJN_OP(code)) ? 2 : 3) {
		u8 reg = (u8)(i % 10);

		begin();
		put_value(reg, values[(i + (u32)imm) % BJN_ARRAY_SIZE(values)]);
		put(code, reg, 0, off, imm);
		end(reg);
	}
}

/* R0 collects the outcome. */
static void jmp_const(u8 code, s32 imm)
{
	u32 i;

	for (i = 0; i < 3; i++) {
		u64 near = (u64)(s64)imm + i - 1;

		begin();
		put_value(2, i == 1 && imm & 1 ? near ^ 1ull << 40 : near);
		put(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1);
		put(code, 2, 0, 1, imm);
		put(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 2);
		end(0);
	}
}

static void each_const(u8 code, s16 off, void (*fn)(u8 code, s16 off, s32 imm))
{
	u32 bit, k;

	for (bit = 0; bit < 32; bit++) {
		s32 p = (s32)(1u << bit);
		s32 near[] = { p, (s32)((u32)p - 1), (s32)((u32)p + 1), (s32)(0 - (u32)p),
			       (s32)(0 - (u32)p - 1), (s32)(1 - (u32)p) };

		for (k = 0; k < BJN_ARRAY_SIZE(near); k++)
			if (near[k] || !is_div(BJN_OP(code)) || BJN_CLASS(code) == BPF_JMP ||
			    BJN_CLASS(code) == BPF_JMP32)
				fn(code, off, near[k]);
	}
}

static void jmp_const_fn(u8 code, s16 off, s32 imm)
{
	(void)off;
	jmp_const(code, imm);
}

static void shifts(u8 code)
{
	s32 n, width = BJN_CLASS(code) == BPF_ALU64 ? 64 : 32;

	for (n = 0; n < width; n++)
		alu_const(code, 0, n);
}

/* dst and src in the same register, in R0, in callee-saved ones. */
static void alu_regs(u8 code, s16 off)
{
	static const u8 regs[][2] = { { 0, 1 }, { 1, 0 }, { 6, 7 }, { 5, 9 }, { 3, 3 }, { 8, 8 } };
	u32 i, j, k;

	for (k = 0; k < BJN_ARRAY_SIZE(regs); k++) {
		for (i = 0; i < BJN_ARRAY_SIZE(values); i++) {
			for (j = k % 3; j < BJN_ARRAY_SIZE(values); j += 3) {
				begin();
				put_value(regs[k][0], values[i]);
				put_value(regs[k][1], values[j]);
				put(code | BPF_X, regs[k][0], regs[k][1], off, 0);
				end(regs[k][0]);
			}
		}
	}
}

static void jmp_regs(u8 code)
{
	u32 i, j;

	for (i = 0; i < BJN_ARRAY_SIZE(values); i++) {
		for (j = 0; j < BJN_ARRAY_SIZE(values); j++) {
			begin();
			put_value(7, values[i]);
			put_value(0, values[j]);
			put(code | BPF_X, 7, 0, 1, 0);
			put(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 2);
			end(0);
		}
	}
}

static void all_alu(u8 class)
{
	static const u8 ops[] = {
		BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH, BPF_MOD, BPF_XOR,
		BPF_MOV, BPF_ARSH,
	};
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(ops); i++) {
		if (is_shift(ops[i]))
			shifts(class | ops[i]);
		else
			each_const(class | ops[i], 0, alu_const);
		if (is_div(ops[i])) {
			each_const(class | ops[i], 1, alu_const);
			alu_regs(class | ops[i], 1);
		}
		alu_regs(class | ops[i], 0);
	}
}

static void all_jmp(u8 class)
{
	static const u8 ops[] = {
		BPF_JEQ, BPF_JNE, BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE, BPF_JSGT, BPF_JSGE, BPF_JSLT,
		BPF_JSLE, BPF_JSET,
	};
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(ops); i++) {
		each_const(class | ops[i], 0, jmp_const_fn);
		jmp_regs(class | ops[i]);
	}
}

/**
 * bt_sweep - run all of it
 * @programs: gets the number of programs
 *
 * Return: number of programs that differ.
 */
u32 bt_sweep(u32 *programs)
{
	all_alu(BPF_ALU64);
	all_alu(BPF_ALU);
	all_jmp(BPF_JMP);
	all_jmp(BPF_JMP32);
	flush();
	*programs = done;
	return bad;
}
