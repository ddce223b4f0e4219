// SPDX-License-Identifier: GPL-2.0
/*
 * What the stock JIT of this kernel does, read from a program that it compiled.
 *
 * Programs of both JITs tail-call each other, and the kernel's trampolines
 * patch the programs of both. The conventions behind that have changed between
 * releases and are in no header; so the stock JIT is asked to show them.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitfield.h>
#include <linux/bpf.h>
#include <linux/extable.h>
#include <linux/filter.h>
#include <asm/asm-extable.h>

#include "backend.h"
#include "bjn.h"
#include "glue.h"
#include "insn.h"
#include "kglue.h"

#define SAVE_LR		0xaa1e03e9	/* mov x9, x30 */
#define SAVE_LR_ADD	0x910003c9	/* add x9, x30, #0: the same up to Linux 6.12 */
#define PUSH_COUNT	0xa9bf6bff	/* stp xzr, x26, [sp, #-16]! */
#define POINT_COUNT	0x910003fa	/* mov x26, sp */
#define ZERO_COUNT	0xd280001a	/* mov x26, #0 */
#define LOAD_TARGET	0x5800004a	/* ldr x10, . + 8 */
#define BRANCH_TARGET	0xd61f0140	/* br x10 */

/* How the kernel's EX_TYPE_BPF reads an entry, see bjn_a64_report_fixup(). */
#define FIX_OFFSET	GENMASK(15, 0)
#define FIX_ARENA_REG	GENMASK(20, 16)
#define FIX_IS_ARENA	BIT(21)
#define FIX_IS_WRITE	BIT(22)
#define FIX_ZERO_REG	GENMASK(31, 27)
#define NO_ZERO_REG	A64_X5

/* Words that every image has: prologue up to the tail call entry, then more. */
#define MAX_PROLOGUE	12

static const struct bpf_insn sample[] = {
	{ .code = BPF_ST | BJN_NOSPEC },
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

/* Entry: landing pad, patchable slot, signed return address. */
static const char *learn_entry(struct bjn_env *env, const u32 *code)
{
	if (code[0] == A64_OP_bti_jc) {
		env->cpu |= BJN_A64_CPU_BTI;
		code++;
	}
	if ((code[0] != SAVE_LR && code[0] != SAVE_LR_ADD) || code[1] != A64_OP_nop)
		return "unknown entry";
	if (code[2] == A64_OP_paciasp)
		env->cpu |= BJN_A64_CPU_PAC;
	return NULL;
}

/* What comes in front of the tail call entry. */
static const char *learn_tail_call(struct bjn_env *env, const u32 *code)
{
	u32 i;

	for (i = 1; i < MAX_PROLOGUE; i++) {
		if (code[i] == ZERO_COUNT) {
			env->cpu |= BJN_A64_CPU_TCC_VALUE;
			break;
		}
		if (code[i] == POINT_COUNT && code[i - 1] == PUSH_COUNT)
			break;
	}
	return i + 1 == a64_tail_entry(env) ? NULL : "unknown tail call convention";
}

/* The branch at the end and where it leads. */
static const char *learn_patch_target(struct bjn_env *env, const u32 *code, u32 words)
{
	if (code[words - 2] != LOAD_TARGET || code[words - 1] != BRANCH_TARGET)
		return "unknown end of an image";
	env->patch_target = *(const u64 *)(code + words);
	return NULL;
}

static void learn_barrier(struct bjn_env *env, const u32 *code, u32 words)
{
	u32 i;

	for (i = 0; i + 1 < words; i++) {
		if (code[i] == A64_OP_sb)
			env->cpu |= BJN_A64_CPU_SPEC_SB;
		else if (code[i] == A64_OP_dsb_nsh && code[i + 1] == A64_OP_isb)
			env->cpu |= BJN_A64_CPU_SPEC_DSB;
	}
}

/* Entries of the exception table may say that an access is to the arena. */
static bool can_report;

static const struct bpf_insn sample_arena[] = {
	{ .code = BPF_LDX | BJN_PROBE_MEM32 | BPF_W, .dst_reg = BPF_REG_0, .src_reg = BPF_REG_1,
	  .off = 0x1234 },
	{ .code = BPF_JMP | BPF_EXIT },
};

/**
 * bjn_a64_report_fixup - exception table entry for an access to the arena
 * @e: the access
 * @fixup: what goes into the field of that name of an entry of EX_TYPE_BPF
 *
 * The kernel's handler reports the address, zeroes a register and continues
 * behind the instruction.
 *
 * Return: false when this kernel reports nothing, or the access is no such.
 */
bool bjn_a64_report_fixup(const struct bjn_extable *e, int *fixup)
{
	u8 zero = e->reg == BJN_EX_NO_REG ? NO_ZERO_REG : e->reg;

	if (!can_report || e->arena == BJN_EX_NO_REG || e->resume != e->at + 1 ||
	    e->reg == NO_ZERO_REG)
		return false;
	*fixup = FIELD_PREP(FIX_OFFSET, (u16)e->off) | FIELD_PREP(FIX_ARENA_REG, e->arena) |
		 FIELD_PREP(FIX_ZERO_REG, zero) | FIX_IS_ARENA | (e->write ? FIX_IS_WRITE : 0);
	return true;
}

/*
 * Does the stock JIT have faults in the arena reported, and in the one way we
 * know? If not, they are caught without a report.
 */
static int learn_report(void)
{
	const struct bjn_extable e = {
		.resume = 1, .reg = A64_R0, .arena = A64_R1, .off = sample_arena[0].off,
	};
	const struct exception_table_entry *ex;
	struct bpf_prog *prog;
	int fixup;

	if (!bjn_ksym_lookup("bpf_prog_report_arena_violation"))
		return 0;
	prog = bjn_sample_compile(sample_arena, ARRAY_SIZE(sample_arena));
	if (!prog)
		return -ENOMEM;
	can_report = true;
	bjn_a64_report_fixup(&e, &fixup);
	ex = prog->aux->extable;
	can_report = ex && ex->type == EX_TYPE_BPF && ex->fixup == fixup;
	if (!can_report)
		pr_info("faults in an arena will not be reported: unknown exception table\n");
	bpf_prog_free(prog);
	return 0;
}

/**
 * bjn_a64_learn - fill in the conventions of this kernel's programs
 * @env: @env->cpu and @env->patch_target are set
 *
 * Return: 0, -ENOMEM when no program could be compiled, -EOPNOTSUPP when it
 * does not look like one of a known kernel.
 */
int bjn_a64_learn(struct bjn_env *env)
{
	struct bpf_prog *prog = bjn_sample_compile(sample, ARRAY_SIZE(sample));
	const char *why;
	const u32 *code;
	u32 words;

	if (!prog)
		return -ENOMEM;
	code = (const u32 *)prog->bpf_func;
	words = prog->jited_len / sizeof(u32);
	why = words > MAX_PROLOGUE ? learn_entry(env, code) : "image is too short";
	if (!why)
		why = learn_tail_call(env, code);
	if (!why)
		why = learn_patch_target(env, code, words);
	if (!why)
		learn_barrier(env, code, words);
	bpf_prog_free(prog);
	if (!why)
		return learn_report();
	pr_err("not loaded: the stock JIT's programs cannot be joined: %s; please report it\n", why);
	return -EOPNOTSUPP;
}
