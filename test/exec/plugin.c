// SPDX-License-Identifier: GPL-2.0
/*
 * plugin [MEMORY] [-b SEED] [-c BITS] [-i] [-m] [-p BITS] [-x] < PROGRAM
 *
 * Compiles a program with the emitter of this target and executes it. PROGRAM
 * is hexadecimal text of struct bpf_insn in little-endian order, MEMORY the
 * bytes that R1 points to and R2 counts. Prints R0 in hexadecimal; or, when it
 * declines, one sentence on standard error and exits with a nonzero status.
 *
 * -b SEED: blind constants first; -c BITS: CPU capabilities for the emitter;
 * -i: interpret instead; -m: print the memory afterwards, too; -p BITS: bit n:
 * subprogram n has a private stack; -x: print the code as one hexadecimal word per line instead of
 * running it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "session.h"
#include "validate.h"

/**
 * struct request - the command line
 * @mem: memory in hexadecimal, or empty
 * @blind: seed, or 0
 * @cpu: CPU capability bits
 * @private_stacks: bit n: subprogram n has a stack of its own
 * @attach: what is attached to every function (enum bt_attach)
 * @memory: print the memory afterwards
 * @interpret: run the interpreter
 * @dump: print the code
 */
struct request {
	const char *mem;
	u32 blind;
	u64 cpu;
	u32 private_stacks;
	u32 attach;
	bool memory;
	bool interpret;
	bool dump;
};

static int decline(const char *what, const char *why, u32 at)
{
	fprintf(stderr, "%s: %s (instruction %u)\n", what, why, at);
	return 1;
}

static int give_up(const char *why)
{
	fprintf(stderr, "error: %s\n", why);
	return 1;
}

static int parse_args(int argc, char **argv, struct request *rq)
{
	bool seen = false;
	int i;

	rq->mem = "";
	rq->cpu = bt_target.cpu;
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-i")) {
			rq->interpret = true;
		} else if (!strcmp(argv[i], "-x")) {
			rq->dump = true;
		} else if (!strcmp(argv[i], "-m")) {
			rq->memory = true;
		} else if (!strcmp(argv[i], "-p") && i + 1 < argc) {
			rq->private_stacks = (u32)strtoul(argv[++i], NULL, 0);
		} else if (!strcmp(argv[i], "-a") && i + 1 < argc) {
			rq->attach = (u32)strtoul(argv[++i], NULL, 0);
		} else if (!strcmp(argv[i], "-c") && i + 1 < argc) {
			rq->cpu = strtoull(argv[++i], NULL, 0);
		} else if (!strcmp(argv[i], "-b") && i + 1 < argc) {
			rq->blind = (u32)strtoul(argv[++i], NULL, 0);
		} else if (!seen && argv[i][0] != '-') {
			rq->mem = argv[i];
			seen = true;
		} else {
			fprintf(stderr,
				"usage: plugin [MEMORYHEX] [-a HOW] [-b SEED] [-c BITS] [-i] [-m] [-p BITS] [-x] < PROGRAMHEX\n");
			return -EINVAL;
		}
	}
	return 0;
}

static char *read_all(size_t *n)
{
	size_t cap = 1 << 16;
	char *buf = malloc(cap);

	*n = 0;
	while (buf && !feof(stdin) && !ferror(stdin)) {
		if (*n == cap) {
			cap *= 2;
			buf = realloc(buf, cap);
			continue;
		}
		*n += fread(buf + *n, 1, cap - *n, stdin);
	}
	return buf;
}

static int dump(const struct bt_program *p)
{
	u32 i, j;

	for (i = 0; i < p->img.nr_sub; i++)
		for (j = 0; j < p->img.sub[i].words; j++)
			printf("%08x\n", p->img.sub[i].code[j]);
	return 0;
}

static int interpret(struct bt_program *p, const u64 *args)
{
	const char *why = "";
	u64 r0;

	if (bt_interpret(p, args, &r0, &why)) {
		fprintf(stderr, "interpreter: %s\n", why);
		return 1;
	}
	printf("%llx\n", (unsigned long long)r0);
	return 0;
}

static int execute(struct bt_program *p, const u64 *args, bool only_dump)
{
	struct bt_region region;
	struct bt_result res;
	char text[160];

	if (bt_region_open(&region, bt_code_bound(p)))
		return give_up("out of memory for code");
	if (bt_translate(p, &region, true))
		return decline("program declined", p->img.why, p->img.err_at);
	if (only_dump)
		return dump(p);
	if (bt_region_seal(&region, bt_target.code_prot))
		return give_up("the system forbids executable memory");
	bt_native(p, args, &res);
	if (res.outcome != BT_OK) {
		bt_describe(&res, text, sizeof(text));
		fprintf(stderr, "execution failed: %s\n", text);
		return 2;
	}
	printf("%llx\n", (unsigned long long)res.r0);
	return 0;
}

static void print_memory(u32 len)
{
	u32 i;

	for (i = 0; i < len; i++)
		printf("%02x", bt_world.mem[i]);
	printf("\n");
}

int main(int argc, char **argv)
{
	struct request rq = { .mem = NULL };
	struct bt_program p = { .len = 0 };
	struct bpf_insn *insns;
	const char *why = "";
	u64 args[5] = { 0 };
	u32 len, at, mem_len;
	size_t n;
	char *hex;
	int err;

	if (parse_args(argc, argv, &rq))
		return 1;
	hex = read_all(&n);
	if (!hex || bt_parse_program(hex, n, &insns, &len))
		return give_up("standard input is no program in hexadecimal text");
	if (bt_session_init())
		return give_up("cannot set up memory for programs");
	err = bt_parse_bytes(rq.mem, bt_world.mem, BT_MEM_SIZE, &mem_len);
	if (err)
		return give_up(err == -E2BIG ? "more than 4096 bytes of memory" :
			       "the memory is no hexadecimal text");
	if (bt_validate(insns, len, &at, &why))
		return decline("program refused", why, at);
	p.private_stacks = rq.private_stacks;
	p.attach = (enum bt_attach)rq.attach;
	if (bt_prepare(&p, insns, len, rq.blind, &why))
		return decline("program refused", why, 0);
	bt_env.cpu = rq.cpu;
	args[0] = mem_len ? (uintptr_t)bt_world.mem : 0;
	args[1] = mem_len;
	err = rq.interpret ? interpret(&p, args) : execute(&p, args, rq.dump);
	if (!err && rq.memory)
		print_memory(mem_len);
	return err;
}
