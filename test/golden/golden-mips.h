/* SPDX-License-Identifier: GPL-2.0 */
/* What all MIPS targets share: memory as of a machine with 256 MB, and trampolines. */
#ifndef BG_GOLDEN_MIPS_H
#define BG_GOLDEN_MIPS_H

#include <stdio.h>

#include "../../arch-mips/backend.h"
#include "../../arch-mips/tramp.h"
#include "golden.h"

void bg_facts(struct bjn_env *env)
{
	static const u64 windows[][2 * BJN_MIPS_NR_WINDOWS] = {
		{ 0x80000000, 0x10000000, 0xc0000000, 0x40000000 },
		{ 0x9800000000000000, 0x10000000, 0xc000000000000000, 0x3fffffff90000000,
		  0xffffffffc0000000, 0x40000000 },
	};

	env->helper[BJN_MIPS_JUMP_MASK] = 0xffffffffcfffffff;
	memcpy(&env->helper[BJN_MIPS_WINDOWS], windows[bg_backend == &bjn_mips64],
	       sizeof(windows[0]));
}

/* A program whose run the kernel is asked about. */
static const struct mi_tramp_prog bg_prog = {
	.prog = 0x9000000101234560ull, .func = 0xffff800002050000ull, .cookie = 0x123456789abcdef0ull,
	.enter = 0x9000000000501230ull, .exit = 0x9000000000504560ull,
};

static void print_trampoline(const struct bjn_env *env, const char *name, struct mi_tramp t)
{
	static u32 code[1024];
	struct mi_tramp_prog progs[2] = { bg_prog, bg_prog };
	struct bjn_ctx c = { .env = env, .code = code, .cap = BJN_ARRAY_SIZE(code) };
	u32 i;

	t.fentry = &progs[0];
	t.fexit = &progs[1];
	progs[0].session = progs[1].session = t.sessions;
	progs[0].wide = t.caller == MI_TRAMP_C;
	t.ip = 0xffff800002060000ull;
	t.body = 0xffff800002060008ull;
	t.image = 0x9000000107654320ull;
	t.enter = 0x9000000000507890ull;
	t.exit = 0x900000000050abc0ull;
	t.run_size = 48;
	t.run_cookie = 8;
	(bg_backend == &bjn_mips64 ? n64_tramp : o32_tramp)(&c, &t);
	printf("case %s\nsub\nat -1\n", name);
	for (i = 0; i < c.pos; i++)
		printf("word %08x\n", code[i]);
}

void bg_trampolines(const struct bjn_env *env)
{
	print_trampoline(env, "fentry_main", (struct mi_tramp) {
		.caller = MI_TRAMP_MAIN, .nr_args = 1, .nr_passed = 1, .nr_fentry = 1, .go_on = true });
	print_trampoline(env, "fentry_sub", (struct mi_tramp) {
		.caller = MI_TRAMP_SUB, .nr_args = 7, .nr_passed = 7, .nr_fentry = 1, .go_on = true,
		.has_ip = true });
	print_trampoline(env, "fexit_main", (struct mi_tramp) {
		.caller = MI_TRAMP_MAIN, .nr_args = 1, .nr_passed = 1, .nr_fexit = 1, .call_orig = true });
	print_trampoline(env, "fexit_sub", (struct mi_tramp) {
		.caller = MI_TRAMP_SUB, .nr_args = 7, .nr_passed = 7, .nr_fexit = 1, .call_orig = true });
	print_trampoline(env, "fsession_sub", (struct mi_tramp) {
		.caller = MI_TRAMP_SUB, .nr_args = 2, .nr_passed = 5, .nr_fentry = 1, .nr_fexit = 1,
		.call_orig = true, .sessions = true });
	print_trampoline(env, "struct_ops", (struct mi_tramp) {
		.caller = MI_TRAMP_C, .nr_args = 6, .arg_size = { 8, 4, 1, 2, 8, 4 },
		.arg_flags = { 0, BJN_ARG_SIGNED, 0, BJN_ARG_SIGNED, 0, 0 }, .ret_size = 4,
		.ret_signed = true, .returns = true, .nr_fentry = 1 });
}

#endif
