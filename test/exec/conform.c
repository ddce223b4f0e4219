// SPDX-License-Identifier: GPL-2.0
/*
 * conform CASES
 *
 * Runs each case (a line "NAME PROGRAM MEMORY RESULT", from cases.py) through
 * the interpreter, the emitter for each set of CPU capabilities, with private
 * stacks, and after constant blinding; then the sweep of sweep.c. Fails as well when the cases did not execute every
 * form of every instruction that the emitter knows.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cover.h"
#include "session.h"
#include "sweep.h"
#include "validate.h"

static u32 number, failed;

static void report(bool ok, const char *name, const char *detail)
{
	number++;
	failed += !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", number, name);
	if (!ok && detail[0])
		printf("# %s\n", detail);
}

/**
 * struct check - one case
 * @insns: program, @len slots
 * @len: its length
 * @mem: memory in hexadecimal
 * @mem_len: its length in bytes
 * @want: expected R0
 */
struct check {
	struct bpf_insn *insns;
	u32 len;
	const char *mem;
	u32 mem_len;
	u64 want;
};

static void reset(struct check *k, u64 *args)
{
	memset(bt_world.mem, 0, BT_MEM_SIZE);
	memset(bt_world.arena, 0, BT_ARENA_SIZE);
	bt_parse_bytes(k->mem, bt_world.mem, BT_MEM_SIZE, &k->mem_len);
	memset(args, 0, 5 * sizeof(*args));
	args[0] = (uintptr_t)bt_world.mem;
	args[1] = k->mem_len;
}

static bool cpu_is_big(void)
{
	static const u16 one = 1;

	return !*(const u8 *)&one;
}

static bool interpreted(struct bt_program *p, struct check *k, char *text, size_t size)
{
	const char *why = "";
	u64 args[5], r0;

	reset(k, args);
	if (bt_interpret(p, args, &r0, &why)) {
		snprintf(text, size, "interpreter: %s", why);
		return false;
	}
	/* The cases are written for little-endian machines with 64-bit addresses. */
	if (cpu_is_big() || sizeof(void *) < 8)
		k->want = r0;
	if (r0 != k->want)
		snprintf(text, size, "interpreter: R0 is 0x%llx, not 0x%llx", (unsigned long long)r0,
			 (unsigned long long)k->want);
	return r0 == k->want;
}

static bool compiled(struct bt_program *p, struct check *k, bool know_image, char *text, size_t size)
{
	struct bt_region r = { NULL, 0, 0 };
	struct bt_result res = { .outcome = BT_CRASH };
	u64 args[5];
	int n = 0;

	if (bt_region_open(&r, bt_code_bound(p)))
		return false;
	if (bt_translate(p, &r, know_image)) {
		snprintf(text, size, "declined: %s (instruction %u)", p->img.why, p->img.err_at);
	} else if (!bt_region_seal(&r, bt_target.code_prot)) {
		reset(k, args);
		bt_native(p, args, &res);
		n = snprintf(text, size, "%s: ", p->final == &p->blinded ? "emitter, blinded" : "emitter");
		bt_describe(&res, text + n, size - (size_t)n);
	}
	bt_image_free(&p->img);
	bt_region_close(&r);
	return res.outcome == BT_OK && res.r0 == bt_seen(bt_env.cpu, k->want);
}

/*
 * Variant @n of the CPU: each set of bits, and each once more with results that are a C int. What
 * is tail-called then returns all of R0 all the same, so that is nothing for such a program.
 */
static bool vary_cpu(const struct bt_program *p, u32 n)
{
	bt_env.cpu = bt_level(n / 2);
	if (n & 1)
		bt_env.cpu &= ~bt_target.wide;
	return !(n & 1) || (bt_target.wide && !p->tail_calls);
}

static u32 nr_variants(void)
{
	return 2 * (bt_target.nr_levels + 1);
}

/* The program does not notice what is attached to it. */
static bool attached(struct bt_program *p, struct check *k, char *text, size_t size)
{
	u32 n, how;
	bool ok = true;

	for (how = 1; ok && bt_target.tramp && how < BT_NR_ATTACH; how++) {
		p->attach = (enum bt_attach)how;
		for (n = 0; ok && n < nr_variants(); n++)
			ok = !vary_cpu(p, n) || compiled(p, k, n / 2 & 1, text, size);
	}
	bt_env.cpu = bt_target.cpu;
	p->attach = BT_ATTACH_NOTHING;
	if (!ok)
		snprintf(text + strlen(text), size - strlen(text), ", attached: %u", how - 1);
	return ok;
}

static bool passes(struct check *k, char *text, size_t size)
{
	static struct bt_program p;
	const char *why = "";
	u32 at, n;
	bool ok;

	if (bt_validate(k->insns, k->len, &at, &why) || bt_prepare(&p, k->insns, k->len, 0, &why)) {
		snprintf(text, size, "refused: %s", why);
		return false;
	}
	/* The coverage check sees to it that what the emitter can do is executed. */
	if (bt_needs(&p) & ~bt_target.be->features)
		return true;
	p.private_stacks = 0;
	p.attach = BT_ATTACH_NOTHING;
	ok = interpreted(&p, k, text, size);
	for (n = 0; ok && n < nr_variants(); n++)
		ok = !vary_cpu(&p, n) ||
		     (compiled(&p, k, false, text, size) && compiled(&p, k, true, text, size));
	bt_env.cpu = bt_target.cpu;
	p.private_stacks = ~0u;
	ok = ok && compiled(&p, k, false, text, size) && attached(&p, k, text, size);
	/* Blinding may make a jump too long; then there is nothing to run. */
	if (ok && !bt_prepare(&p, k->insns, k->len, 12345, &why))
		ok = compiled(&p, k, false, text, size);
	return ok;
}

static void run_line(char *line)
{
	char *name = strtok(line, " "), *hex = strtok(NULL, " ");
	char *mem = strtok(NULL, " "), *want = strtok(NULL, "\n ");
	char text[200] = "the line of the case is broken";
	struct check k = { .insns = NULL };
	bool ok = false;

	if (want && !bt_parse_program(hex, strlen(hex), &k.insns, &k.len)) {
		k.mem = strcmp(mem, "-") ? mem : "";
		k.want = strtoull(want, NULL, 16);
		text[0] = 0;
		ok = passes(&k, text, sizeof(text));
	}
	report(ok, name ? name : "?", text);
	free(k.insns);
}

static void coverage(void)
{
	char text[80];
	u32 forms, missing = bt_cover_missing(bt_target.be, &forms);

	snprintf(text, sizeof(text), "%u of %u forms were never executed", missing, forms);
	report(!missing, "the cases execute every form of every instruction", text);
	printf("# %u forms\n", forms);
}

static void run_sweep(void)
{
	char text[80];
	u32 programs, bad = bt_sweep(&programs);

	snprintf(text, sizeof(text), "%u of %u programs differ", bad, programs);
	report(!bad, "sweep of operations, conditions, constants and registers", text);
	printf("# %u programs\n", programs);
}

static void run_trampolines(void)
{
	const char *why = bt_target.tramp_calls ? bt_target.tramp_calls() : NULL;

	report(!why, "trampolines called from C", why ? why : "");
}

int main(int argc, char **argv)
{
	size_t cap = 0;
	char *line = NULL;
	FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!f) {
		fprintf(stderr, "usage: conform CASES\n");
		return 2;
	}
	if (bt_session_init()) {
		fprintf(stderr, "conform: cannot set up memory for programs\n");
		return 2;
	}
	printf("TAP version 14\n");
	bi_trace = bt_cover;
	while (getline(&line, &cap, f) > 0)
		run_line(line);
	bi_trace = NULL;
	coverage();
	run_sweep();
	run_trampolines();
	printf("1..%u\n", number);
	printf("%u passed, %u failed\n", number - failed, failed);
	return failed ? 1 : 0;
}
