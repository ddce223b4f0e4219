// SPDX-License-Identifier: GPL-2.0
/* Both executions of one program and their comparison. */
#include <stdio.h>

#include "fuzz.h"

static void reset_world(const struct bf_case *c)
{
	u32 i;

	memcpy(bt_world.mem, c->before, BF_MEM_SIZE);
	bt_checks_failed = 0;
	for (i = 0; c->arena && i < BT_ARENA_SIZE / 8; i++)
		((u64 *)(void *)bt_world.arena)[i] = i * 0x9e3779b97f4a7c15ull;
}

static u64 hash_arena(const struct bf_case *c)
{
	const u64 *w = (const u64 *)(const void *)bt_world.arena;
	u64 h = 1;
	u32 i;

	for (i = 0; c->arena && i < BT_ARENA_SIZE / 8; i++)
		h = (h ^ w[i]) * 0x100000001b3ull + (h >> 40);
	return h;
}

static void set_args(u64 *args)
{
	memset(args, 0, 5 * sizeof(*args));
	args[0] = (uintptr_t)bt_world.mem;
	args[1] = BF_MEM_SIZE;
}

struct interpretation {
	struct bf_case *c;
	int err;
};

static void interpret(void *arg)
{
	struct interpretation *in = arg;
	const char *why = "";
	u64 args[5];

	set_args(args);
	in->err = bt_interpret(&in->c->p, args, &in->c->r0, &why);
}

/**
 * bf_expect - run the interpreter and keep what it does
 * @c: case after bt_prepare()
 *
 * Return: BF_SAME, or BF_SKIPPED when the interpreter gives up.
 */
enum bf_verdict bf_expect(struct bf_case *c)
{
	struct interpretation in = { .c = c };

	reset_world(c);
	if (!bt_survives(interpret, &in) || in.err)
		return BF_SKIPPED;
	memcpy(c->after, bt_world.mem, BF_MEM_SIZE);
	c->arena_after = hash_arena(c);
	c->checks = bt_checks_failed;
	return BF_SAME;
}

static enum bf_verdict compare_memory(const struct bf_case *c, char *why, size_t size)
{
	u32 i;

	for (i = 0; i < BF_MEM_SIZE; i++) {
		if (bt_world.mem[i] == c->after[i])
			continue;
		snprintf(why, size, "memory byte %u is 0x%02x, not 0x%02x", i, bt_world.mem[i], c->after[i]);
		return BF_DIFFERENT;
	}
	if (hash_arena(c) != c->arena_after) {
		snprintf(why, size, "the arena has other contents");
		return BF_DIFFERENT;
	}
	if (bt_checks_failed != c->checks) {
		snprintf(why, size, "a helper saw wrong arguments");
		return BF_DIFFERENT;
	}
	return BF_SAME;
}

/**
 * bf_verify - run the emitter's code and compare
 * @c: case after bf_expect() and bt_translate(), its region sealed
 * @why: gets one phrase on a difference
 * @size: of @why
 *
 * Return: BF_SAME or BF_DIFFERENT.
 */
enum bf_verdict bf_verify(struct bf_case *c, char *why, size_t size)
{
	struct bt_result res;
	u64 args[5];

	reset_world(c);
	set_args(args);
	bt_native(&c->p, args, &res);
	if (res.outcome != BT_OK) {
		bt_describe(&res, why, size);
		return BF_DIFFERENT;
	}
	if (res.r0 != bt_seen(c->cpu, c->r0)) {
		snprintf(why, size, "R0 is 0x%llx, not 0x%llx", (unsigned long long)res.r0,
			 (unsigned long long)bt_seen(c->cpu, c->r0));
		return BF_DIFFERENT;
	}
	return compare_memory(c, why, size);
}

/* The whole way of one program, in a region of its own. */
enum bf_verdict bf_one(struct bf_case *c, const struct bpf_insn *insns, u32 len, char *why,
		       size_t size)
{
	enum bf_verdict v = BF_SKIPPED;
	struct bt_region r = { NULL, 0, 0 };
	const char *phrase;

	if (bt_prepare(&c->p, insns, len, c->blind, &phrase) || bf_expect(c) != BF_SAME)
		return BF_SKIPPED;
	if (bt_region_open(&r, bt_code_bound(&c->p)))
		return BF_SKIPPED;
	bt_env.cpu = c->cpu;
	if (bt_translate(&c->p, &r, c->know_image)) {
		v = c->is_long ? BF_DECLINED : BF_DIFFERENT;
		snprintf(why, size, "declined: %s (instruction %u)", c->p.img.why, c->p.img.err_at);
	} else if (!bt_region_seal(&r, bt_target.code_prot)) {
		v = bf_verify(c, why, size);
	}
	bt_image_free(&c->p.img);
	bt_region_close(&r);
	return v;
}
