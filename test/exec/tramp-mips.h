/* SPDX-License-Identifier: GPL-2.0 */
/* Trampolines of the MIPS targets; part of target-mips.h. */
#ifndef BT_TRAMP_MIPS_H
#define BT_TRAMP_MIPS_H

/*
 * A trampoline of the tests runs one program before and one after; each checks
 * what it is given, destroys what it may and is left out from time to time.
 */
#define TRAMP_IMAGE	0x1234560
#define TRAMP_PROG	0x7654320
#define TRAMP_COOKIE	0x123456789abcdef0ull
#define TRAMP_IP	0x1357900

/* What the prototype says; the function may have more. */
#define TRAMP_ARGS(odd)	((odd) ? 1 : 5)

static u32 tramp_runs;

static void tramp_image(const void *image)
{
	if ((uintptr_t)image != TRAMP_IMAGE)
		abort();
	bt_trash_regs(1, 2, 3, 4, 5);
}

static u64 tramp_enter(const void *prog, const u64 *run)
{
	if ((uintptr_t)prog != TRAMP_PROG || *run != TRAMP_COOKIE)
		abort();
	bt_trash_regs(1, 2, 3, 4, 5);
	return tramp_runs++ % 3 ? 0x5555000000000000ull : 0;
}

static void tramp_exit(const void *prog, u64 start, const u64 *run)
{
	if ((uintptr_t)prog != TRAMP_PROG || *run != TRAMP_COOKIE ||
	    (start && start != 0x5555000000000000ull))
		abort();
	bt_trash_regs(1, 2, 3, 4, 5);
}

static u64 tramp_prog(const u64 *ctx)
{
	u64 nr = ctx[-1] & 0xff;

	if ((nr != TRAMP_ARGS(0) && nr != TRAMP_ARGS(1)) || ctx[-2] != TRAMP_IP)
		abort();
	return bt_trash_regs(1, 2, 3, 4, 5);
}

static bool tramp(struct bjn_ctx *c, enum bt_attach how, bool is_main, u64 body)
{
	static u32 made;
	struct mi_tramp_prog prog = {
		.prog = TRAMP_PROG, .func = (uintptr_t)wrap(tramp_prog), .cookie = TRAMP_COOKIE,
		.enter = (uintptr_t)wrap(tramp_enter), .exit = (uintptr_t)wrap(tramp_exit),
	}, second = prog;
	struct mi_tramp t = {
		.caller = MI_TRAMP_SUB, .nr_args = TRAMP_ARGS(made++ & 1), .nr_passed = BJN_MAX_ARGS,
		.has_ip = true, .ip = TRAMP_IP, .body = body, .run_size = 16,
		.enter = (uintptr_t)wrap(tramp_image), .exit = (uintptr_t)wrap(tramp_image),
		.image = TRAMP_IMAGE, .fentry = &prog, .nr_fentry = 1, .fexit = &second,
		.nr_fexit = how == BT_ATTACH_FEXIT,
		.go_on = how == BT_ATTACH_FENTRY, .call_orig = how == BT_ATTACH_FEXIT,
	};

#if __SIZEOF_POINTER__ == 4
	/* Main programs of the tests have R3 to R5 in registers. */
	if (is_main)
		return false;
	o32_tramp(c, &t);
#else
	n64_tramp(c, &t);
#endif
	return true;
}

#ifndef SIMULATED

/*
 * Trampolines that C calls, as struct_ops are called: what the program finds in
 * its context, and what the caller gets.
 */
#define RESULT	0x8899aabbccddeeffull

static u64 got[BJN_MAX_ARGS];
static u64 got_nr;

static u64 c_prog(const u64 *ctx)
{
	got_nr = ctx[-1];
	memcpy(got, ctx, sizeof(got[0]) * (size_t)(got_nr & 0xff));
	bt_trash_regs(1, 2, 3, 4, 5);
	return RESULT;
}

static u64 c_enter(const void *prog, const u64 *run)
{
	bt_trash_regs(1, 2, 3, 4, 5);
	return (uintptr_t)prog == TRAMP_PROG && !*run;
}

static void c_exit(const void *prog, u64 start, const u64 *run)
{
	if (start != 1)
		abort();
	bt_trash_regs(1, 2, 3, 4, 5);
}

/* A letter for each argument: size, upper case: signed. */
static const char letters[] = "bhwdBHWD";

static u8 size_of(char letter)
{
	return (u8)(1u << (strchr(letters, letter) - letters) % 4);
}

static const void *make_c_tramp(const char *args, char ret)
{
	static u32 *code;
	struct mi_tramp_prog prog = {
		.prog = TRAMP_PROG, .func = (uintptr_t)wrap(c_prog), .wide = true,
		.enter = (uintptr_t)wrap(c_enter), .exit = (uintptr_t)wrap(c_exit),
	};
	struct mi_tramp t = {
		.caller = MI_TRAMP_C, .nr_args = (u8)strlen(args), .run_size = 16, .returns = true,
		.ret_size = size_of(ret), .ret_signed = ret < 'a', .fentry = &prog, .nr_fentry = 1,
	};
	struct bjn_env env = { .cpu = bt_target.cpu };
	struct bjn_ctx c = { .env = &env, .cap = 1024 };
	u32 i;

	facts(&env);
	if (!code)
		code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (code == MAP_FAILED)
		abort();
	c.code = code;
	for (i = 0; i < t.nr_args; i++) {
		t.arg_size[i] = size_of(args[i]);
		t.arg_flags[i] = args[i] < 'a' ? BJN_ARG_SIGNED : 0;
	}
#if __SIZEOF_POINTER__ == 4
	o32_tramp(&c, &t);
#else
	n64_tramp(&c, &t);
#endif
	__builtin___clear_cache((char *)code, (char *)(code + 1024));
	return c.err ? NULL : code;
}

/* Did the program see @n arguments with these values, in their sizes? */
static bool saw(const char *args, const u64 *want)
{
	u32 i, n = (u32)strlen(args);

	for (i = 0; i < n; i++) {
		u32 up = 64 - 8 * size_of(args[i]);
		u64 v = want[i] << up;

		/* A 64-bit C ABI leaves it open how unsigned ones are extended. */
		if (sizeof(void *) == 8 ? got[i] << up != v :
		    got[i] != (args[i] < 'a' ? (u64)((s64)v >> up) : v >> up))
			return false;
	}
	return got_nr == n;
}

static bool result_is(char ret, u64 v)
{
	u32 up = 64 - 8 * size_of(ret);

	return v == (ret < 'a' ? (u64)((s64)(RESULT << up) >> up) : RESULT << up >> up);
}

#define A1	0x81
#define A2	0x8203
#define A4	0x84050607u
#define A8	0x88090a0b0c0d0e0full

static bool small_arguments(void)
{
	static const char args[] = "bBhHwWdw";
	static const u64 want[] = { A1, A1, A2, A2, A4, A4, A8, A4 };
	u8 (*f)(u8 a, s8 b, u16 c, s16 d, u32 e, s32 f, u64 g, u32 h);

	*(const void **)&f = make_c_tramp(args, 'b');
	return result_is('b', f(A1, (s8)A1, A2, (s16)A2, A4, (s32)A4, A8, A4)) && saw(args, want);
}

static bool many_arguments(void)
{
	static const char args[] = "wdwWdBdhwdHd";
	static const u64 want[] = { A4, A8, 1, A4, A8 + 1, A1, A8 + 2, A2, A4, A8 + 3, A2, A8 + 4 };
	s16 (*f)(u32 a, u64 b, u32 c, s32 d, u64 e, s8 f, u64 g, u16 h, u32 i, u64 j, s16 k, u64 l);

	*(const void **)&f = make_c_tramp(args, 'H');
	return result_is('H', (u64)f(A4, A8, 1, (s32)A4, A8 + 1, (s8)A1, A8 + 2, A2, A4, A8 + 3,
				     (s16)A2, A8 + 4)) && saw(args, want);
}

static bool results(void)
{
	u64 (*d)(void);
	u32 (*w)(u32 a);
	s32 (*sw)(u64 a);
	u16 (*h)(u32 a, u64 b);
	s8 (*sb)(u64 a, u32 b, u32 c, u64 d);

	*(const void **)&d = make_c_tramp("", 'd');
	if (!result_is('d', d()))
		return false;
	*(const void **)&w = make_c_tramp("w", 'w');
	if (!result_is('w', w(A4)))
		return false;
	*(const void **)&sw = make_c_tramp("d", 'W');
	if (!result_is('W', (u64)sw(A8)))
		return false;
	*(const void **)&h = make_c_tramp("wd", 'h');
	if (!result_is('h', h(A4, A8)))
		return false;
	*(const void **)&sb = make_c_tramp("dwwd", 'B');
	return result_is('B', (u64)sb(A8, A4, A4, A8));
}

static const char *tramp_calls(void)
{
	if (!small_arguments())
		return "arguments in registers";
	if (!many_arguments())
		return "arguments on the stack";
	return results() ? NULL : "results";
}

#endif /* SIMULATED */

#endif
