// SPDX-License-Identifier: GPL-2.0
/* Running compiled code, and surviving what it may do wrong. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "jit.h"
#include "world.h"

#define TICK_SECONDS	2	/* a run that sees two ticks is endless */

static const struct bt_image *now;
static struct bt_result *now_result;
static sigjmp_buf escape;
static sig_atomic_t ticks;	/* read and written by the handler, zeroed between runs */

/**
 * bt_find_ex - exception table entry of the program that is running
 * @pc: address of the instruction
 */
const struct bt_ex *bt_find_ex(u64 pc)
{
	u32 lo = 0, hi = now ? now->nr_ex : 0;

	while (lo < hi) {
		u32 mid = (lo + hi) / 2;

		if (now->ex[mid].at == pc)
			return &now->ex[mid];
		if (now->ex[mid].at < pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static void on_fault(int sig, siginfo_t *info, void *uc)
{
	u64 pc = bt_target_pc(uc);
	const struct bt_ex *ex = bt_find_ex(pc);

	if (sig == SIGILL && now && bt_target.emulate) {
		/* Only an access with an exception table entry may fail. */
		if (bt_target.emulate(uc, ex ? bt_host.mapped : NULL))
			return;
	} else if (sig != SIGSEGV && sig != SIGBUS) {
		ex = NULL;
	} else if (sig == SIGBUS && info->si_code == BUS_ADRALN && !bt_target.align_is_fault) {
		ex = NULL;
	}
	if (ex) {
		bt_target_resume(uc, ex->resume, ex->reg);
		return;
	}
	if (!now) {
		signal(sig, SIG_DFL);
		return;
	}
	now_result->outcome = BT_CRASH;
	now_result->detail = (u64)sig;
	now_result->pc = pc;
	now_result->addr = (uintptr_t)info->si_addr;
	siglongjmp(escape, 1);
}

static void on_tick(int sig)
{
	(void)sig;
	if (!now || ++ticks < 2)
		return;
	now_result->outcome = BT_TIMEOUT;
	siglongjmp(escape, 1);
}

/**
 * bt_run_init - install the signal handlers
 *
 * Return: 0 or a negative errno.
 */
int bt_run_init(void)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE };
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK };
	struct sigaction tick = { .sa_handler = on_tick, .sa_flags = SA_NODEFER | SA_ONSTACK };
	struct itimerval every = { { TICK_SECONDS, 0 }, { TICK_SECONDS, 0 } };
	stack_t alt = { .ss_size = 65536, .ss_sp = malloc(65536) };
	u32 i;

	if (!alt.ss_sp || sigaltstack(&alt, NULL))
		return -ENOMEM;
	for (i = 0; i < BJN_ARRAY_SIZE(faults); i++)
		if (sigaction(faults[i], &sa, NULL))
			return -errno;
	if (sigaction(SIGALRM, &tick, NULL) || setitimer(ITIMER_REAL, &every, NULL))
		return -errno;
	return 0;
}

/**
 * bt_run_native - run compiled code
 * @img: image in a sealed region
 * @args: R1 to R5
 * @res: what became of it
 */
void bt_run_native(const struct bt_image *img, const u64 *args, struct bt_result *res)
{
	struct bt_state st = { 0 };

	memset(res, 0, sizeof(*res));
	now_result = res;
	ticks = 0;
	if (!sigsetjmp(escape, 0)) {
		bt_guards_set(img);
		now = img;
		bt_enter(img->sub[0].code, args, &st);
		now = NULL;
		res->r0 = bt_returns_int(img->cpu) ? bt_target.int_of(&st) : st.r0;
		if (st.bad) {
			res->outcome = BT_REGS;
			res->detail = st.bad;
		} else if (!bt_target_ret_ok(&st)) {
			res->outcome = BT_RET;
			res->detail = st.ret;
		} else if (!bt_guards_good(img)) {
			res->outcome = BT_GUARDS;
		}
	}
	now = NULL;
}

/**
 * bt_survives - call a function that may crash
 * @fn: function
 * @arg: passed on
 *
 * Return: true unless a signal ended it.
 */
bool bt_survives(void (*fn)(void *arg), void *arg)
{
	static const struct bt_image nothing;
	struct bt_result res;

	now_result = &res;
	ticks = 0;
	if (sigsetjmp(escape, 0)) {
		now = NULL;
		return false;
	}
	now = &nothing;
	fn(arg);
	now = NULL;
	return true;
}

/* A callback that loses a register is found out by its caller's crash or result. */
u64 bt_call_native(u64 fn, const u64 *args)
{
	struct bt_state st = { 0 };

	bt_enter((const void *)(uintptr_t)fn, args, &st);
	if (st.bad || !bt_target_ret_ok(&st)) {
		now_result->outcome = st.bad ? BT_REGS : BT_RET;
		now_result->detail = st.bad ? st.bad : st.ret;
		siglongjmp(escape, 1);
	}
	return st.ret;
}

/**
 * bt_describe - one sentence about a native run
 * @res: result
 * @buf: gets the sentence
 * @size: of @buf
 */
void bt_describe(const struct bt_result *res, char *buf, size_t size)
{
	switch (res->outcome) {
	case BT_OK:
		snprintf(buf, size, "R0 is 0x%llx", (unsigned long long)res->r0);
		break;
	case BT_CRASH:
		snprintf(buf, size, "signal %llu at 0x%llx (address 0x%llx)",
			 (unsigned long long)res->detail, (unsigned long long)res->pc,
			 (unsigned long long)res->addr);
		break;
	case BT_TIMEOUT:
		snprintf(buf, size, "it does not end");
		break;
	case BT_REGS:
		snprintf(buf, size, "%s did not survive", bt_target_bad_name(res->detail));
		break;
	case BT_GUARDS:
		snprintf(buf, size, "a guard of a private stack was overwritten");
		break;
	case BT_RET:
		snprintf(buf, size, "the C return value is 0x%llx, R0 is 0x%llx",
			 (unsigned long long)res->detail, (unsigned long long)res->r0);
		break;
	}
}
