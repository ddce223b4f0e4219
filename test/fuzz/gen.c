// SPDX-License-Identifier: GPL-2.0
/* Frame of a program, arithmetic and control flow. */
#include "../exec/target.h"
#include "gen.h"

/* Values at which fields of some machine end. */
static const s32 edges[] = {
	0, 1, -1, 2, -2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, -128, -129, 255, 256, 511,
	-256, -257, 0x7ff, 0x800, 0x801, -0x7ff, -0x800, -0x801, 0xffe, 0xfff, 0x1000, 0x1001, -0xfff,
	-0x1000, -0x1001, 0x3fff, 0x7fff, 0x8000, 0x8001, -0x8000, -0x8001, 0xffff, 0x10000, -0xffff,
	-0x10000, 0x7ffff, 0x80000, 0xfffff, 0x100000, -0x80000, -0x80001, 0x7ff000, 0x12345000,
	0x7ffff000, 0x7ffff7ff, 0x7ffff800, 0x7fffffff, 0x7ffffffe, INT32_MIN, INT32_MIN + 1,
	INT32_MIN + 0x7ff, INT32_MIN + 0x800, -0x7ff000, -0x7ff001, 0x00ff00ff, 0x55555555,
	(s32)0xaaaaaaaa, (s32)0xffff0000, (s32)0xfffff000, (s32)0xff000000,
};

static u64 next(struct bf_gen *g)
{
	u64 z = g->rng += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

/* A number below @n. */
u32 bf_rand(struct bf_gen *g, u32 n)
{
	return (u32)((next(g) >> 32) * n >> 32);
}

bool bf_chance(struct bf_gen *g, u32 one_in)
{
	return !bf_rand(g, one_in);
}

s32 bf_imm(struct bf_gen *g)
{
	switch (bf_rand(g, 8)) {
	case 0:
		return (s32)next(g);
	case 1:
		return (s32)(1u << bf_rand(g, 32)) - (s32)bf_rand(g, 2);
	case 2:
		return (s32)bf_rand(g, 4096) - 2048;
	case 3:
		return edges[bf_rand(g, BJN_ARRAY_SIZE(edges))] + (s32)bf_rand(g, 3) - 1;
	}
	return edges[bf_rand(g, BJN_ARRAY_SIZE(edges))];
}

static u64 imm64(struct bf_gen *g)
{
	switch (bf_rand(g, 6)) {
	case 0:
		return next(g);
	case 1:
		return (u64)(s64)bf_imm(g);
	case 2:
		return (u32)bf_imm(g);
	case 3:
		return (u64)(s64)bf_imm(g) << bf_rand(g, 33);
	case 4:
		return (1ull << bf_rand(g, 64)) - bf_rand(g, 2);
	}
	return (u64)(u32)bf_imm(g) << 32 | (u32)bf_imm(g);
}

void bf_put(struct bf_gen *g, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	if (g->n >= BF_MAX_LEN)
		return;
	g->out[g->n++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm,
	};
}

void bf_ld_imm64(struct bf_gen *g, u8 dst, u8 src, u64 v)
{
	bf_put(g, BJN_LD_IMM64, dst, src, 0, (s32)(u32)v);
	bf_put(g, 0, 0, 0, 0, (s32)(v >> 32));
}

/* Does the emitter know this opcode at all? */
bool bf_can(u8 code)
{
	return bt_target.be->ops[code].emit;
}

void bf_set(struct bf_gen *g, u8 reg, enum bf_kind kind, s32 off)
{
	g->r[reg].kind = kind;
	g->r[reg].off = off;
}

/* A register of a kind, R10 included; BF_NO_REG if there is none. */
u8 bf_pick(struct bf_gen *g, enum bf_kind kind)
{
	u8 first = (u8)bf_rand(g, 11), i;

	for (i = 0; i < 11; i++) {
		u8 reg = (first + i) % 11;

		if (g->r[reg].kind == kind)
			return reg;
	}
	return BF_NO_REG;
}

/* A register that may be overwritten. */
u8 bf_victim(struct bf_gen *g)
{
	u8 reg;

	do
		reg = (u8)bf_rand(g, 10);
	while (reg == g->base || g->loop & 1u << reg);
	return reg;
}

static void init_scalar(struct bf_gen *g, u8 reg)
{
	if (bf_chance(g, 3))
		bf_ld_imm64(g, reg, 0, imm64(g));
	else if (bf_chance(g, 2))
		bf_put(g, BPF_LDX | BPF_MEM | BPF_DW, reg, g->base, 8 * (s16)bf_rand(g, 32), 0);
	else
		bf_put(g, (bf_chance(g, 2) ? BPF_ALU : BPF_ALU64) | BPF_MOV | BPF_K, reg, 0, 0, bf_imm(g));
	bf_set(g, reg, BF_SCALAR, 0);
}

/* A register that holds a number; one is made if there is none. */
u8 bf_scalar(struct bf_gen *g)
{
	u8 reg = bf_pick(g, BF_SCALAR);

	if (reg != BF_NO_REG && !bf_chance(g, 16))
		return reg;
	reg = bf_victim(g);
	init_scalar(g, reg);
	return reg;
}

/* A number that may be changed in place. */
static u8 scalar_victim(struct bf_gen *g)
{
	u8 reg = bf_scalar(g);

	if (!(g->loop & 1u << reg))
		return reg;
	reg = bf_victim(g);
	init_scalar(g, reg);
	return reg;
}

static s32 alu_imm(struct bf_gen *g, u8 op, bool wide)
{
	s32 imm = bf_imm(g);

	if (op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH)
		return (s32)bf_rand(g, wide ? 64 : 32);
	if ((op == BPF_DIV || op == BPF_MOD) && !imm)
		return 1;
	return imm;
}

static void alu_mov(struct bf_gen *g, bool wide, u8 dst)
{
	static const s16 widths[] = { 8, 16, 32 };
	u8 code = (wide ? BPF_ALU64 : BPF_ALU) | BPF_MOV | BPF_X;

	bf_put(g, code, dst, bf_scalar(g), bf_chance(g, 2) ? 0 : widths[bf_rand(g, wide ? 3 : 2)], 0);
}

static void alu_end(struct bf_gen *g, u8 dst)
{
	static const u8 codes[] = {
		BPF_ALU | BPF_END | BPF_TO_LE, BPF_ALU | BPF_END | BPF_TO_BE, BPF_ALU64 | BPF_END,
	};

	bf_put(g, codes[bf_rand(g, 3)], dst, 0, 0, 16 << bf_rand(g, 3));
}

static void alu(struct bf_gen *g)
{
	static const u8 ops[] = {
		BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_OR, BPF_AND, BPF_LSH, BPF_RSH, BPF_MOD, BPF_XOR,
		BPF_ARSH, BPF_NEG, BPF_MOV, BPF_END,
	};
	bool wide = bf_chance(g, 2);
	u8 op = ops[bf_rand(g, BJN_ARRAY_SIZE(ops))];
	u8 code = (wide ? BPF_ALU64 : BPF_ALU) | op;
	bool divides = op == BPF_DIV || op == BPF_MOD;
	s16 off = divides && bf_chance(g, 2) ? 1 : 0;
	u8 src = bf_scalar(g), dst = scalar_victim(g);

	if (g->r[src].kind != BF_SCALAR)
		return;
	if (op == BPF_END)
		alu_end(g, dst);
	else if (op == BPF_NEG)
		bf_put(g, code, dst, 0, 0, 0);
	else if (op == BPF_MOV && bf_chance(g, 2))
		alu_mov(g, wide, dst);
	else if (bf_chance(g, 2))
		bf_put(g, code | BPF_X, dst, src, off, 0);
	else
		bf_put(g, code, dst, 0, off, alu_imm(g, op, wide));
}

/* A copy of the memory's or the stack's address, displaced so that offsets get near their limits. */
static void pointer(struct bf_gen *g)
{
	static const s32 away[] = {
		0, 1, 4, 8, 0x7ff, 0x800, 0xff0, 0x7000, 0x7e00, -0x700, -0x7ff, -0x800, -0x801, -0x1000,
		-0x7000, -0x7fff, -0x8000,
	};
	u8 reg = bf_victim(g);
	s32 off = away[bf_rand(g, BJN_ARRAY_SIZE(away))];

	if (g->depth && bf_chance(g, 3)) {
		off = -8 * (s32)bf_rand(g, g->depth / 8 + 1);
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, reg, BPF_REG_10, 0, 0);
		bf_set(g, reg, BF_STACK, off);
	} else {
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, reg, g->base, 0, 0);
		bf_set(g, reg, BF_MEM, off);
	}
	if (off && bf_chance(g, 2))
		bf_put(g, BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, off);
	else if (off)
		bf_put(g, BPF_ALU64 | BPF_SUB | BPF_K, reg, 0, 0, -off);
}

/* What is known where two paths meet. */
void bf_meet(struct bf_gen *g, const struct bf_reg *other)
{
	u32 i;

	if (g->dead) {
		memcpy(g->r, other, sizeof(g->r));
		g->dead = false;
		return;
	}
	for (i = 0; i < 10; i++)
		if (g->r[i].kind != other[i].kind || g->r[i].off != other[i].off)
			bf_set(g, (u8)i, BF_NONE, 0);
}

/* Instructions that are jumped over and only make the way long. */
static void stretch(struct bf_gen *g)
{
	u32 n = g->is_long && bf_chance(g, 2) ? 3000 + bf_rand(g, 9000) : 0;
	u8 reg = bf_victim(g);

	if (!n || g->n + 2 * n + 1000 > BF_MAX_LEN)
		return;
	g->is_long = bf_chance(g, 3);
	bf_put(g, BJN_GOTOL, 0, 0, 0, (s32)(2 * n));
	while (n--)
		bf_ld_imm64(g, reg, 0, next(g));
}

static void cond_jump(struct bf_gen *g)
{
	static const u8 ops[] = {
		BPF_JEQ, BPF_JNE, BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE, BPF_JSGT, BPF_JSGE, BPF_JSLT,
		BPF_JSLE, BPF_JSET,
	};
	u8 code = (bf_chance(g, 2) ? BPF_JMP : BPF_JMP32) | ops[bf_rand(g, BJN_ARRAY_SIZE(ops))];
	u8 dst = bf_scalar(g), src = bf_scalar(g);

	if (g->r[dst].kind != BF_SCALAR)
		dst = src;
	if (bf_chance(g, 4))	/* make equality likely */
		bf_put(g, BPF_ALU | BPF_MOV | BPF_X, dst == src || g->loop & 1u << dst ? src : dst, src, 0, 0);
	if (bf_chance(g, 2))
		bf_put(g, code | BPF_X, dst, src, 0, 0);
	else
		bf_put(g, code, dst, 0, 0, bf_imm(g));
}

/* Let the jump at @at go to the next instruction. */
void bf_land(struct bf_gen *g, u32 at)
{
	struct bpf_insn *in = &g->out[at];
	s32 off = (s32)(g->n - at - 1);

	if (in->code == BJN_GOTOL) {
		in->imm = off;
	} else if (off <= INT16_MAX) {
		in->off = (s16)off;
	} else {	/* too far for this form: the way is not taken */
		in->code = BPF_JMP | BPF_JA;
		in->dst_reg = 0;
		in->src_reg = 0;
		in->imm = 0;
		in->off = 0;
	}
}

static void if_else(struct bf_gen *g)
{
	struct bf_reg before[11], then[11];
	u32 jump, over;

	cond_jump(g);
	jump = g->n - 1;
	memcpy(before, g->r, sizeof(before));
	stretch(g);
	bf_block(g, 1 + bf_rand(g, 4));
	if (g->dead || bf_chance(g, 2)) {
		bf_land(g, jump);
		bf_meet(g, before);
		return;
	}
	bf_put(g, bf_chance(g, 2) ? BJN_GOTOL : BPF_JMP | BPF_JA, 0, 0, 0, 0);
	over = g->n - 1;
	bf_land(g, jump);
	memcpy(then, g->r, sizeof(then));
	memcpy(g->r, before, sizeof(before));
	bf_block(g, 1 + bf_rand(g, 4));
	bf_land(g, over);
	bf_meet(g, then);
}

/* Make every register again what it was at the head of the loop. */
void bf_repair(struct bf_gen *g, const struct bf_reg *head)
{
	u8 i;

	for (i = 0; i < 10; i++) {
		if (head[i].kind == BF_NONE ||
		    (g->r[i].kind == head[i].kind && g->r[i].off == head[i].off))
			continue;
		if (head[i].kind == BF_SCALAR || head[i].kind == BF_ARENA || head[i].kind == BF_WILD)
			bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, i, 0, 0, head[i].off);
		else if (head[i].kind == BF_MEM)
			bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, i, g->base, 0, 0);
		else
			bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, i, BPF_REG_10, 0, 0);
		if (head[i].off && (head[i].kind == BF_MEM || head[i].kind == BF_STACK))
			bf_put(g, BPF_ALU64 | BPF_ADD | BPF_K, i, 0, 0, head[i].off);
		g->r[i] = head[i];
	}
}

/* for (counter = n; counter; counter--) with a callee-saved counter */
static void loop(struct bf_gen *g)
{
	u8 reg = BPF_REG_6 + (u8)bf_rand(g, 4);
	u32 times = 1 + bf_rand(g, 6), head;
	struct bf_reg state[11];

	if (reg == g->base || g->loop & 1u << reg || g->reach * times > 200)
		return;
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, (s32)times);
	bf_set(g, reg, BF_SCALAR, 0);
	g->loop |= 1u << reg;
	g->reach *= times;
	memcpy(state, g->r, sizeof(state));
	head = g->n;
	bf_block(g, 1 + bf_rand(g, 4));
	g->loop &= ~(1u << reg);
	g->reach /= times;
	if (g->dead)
		return;
	bf_repair(g, state);
	bf_put(g, BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, -1);
	if (g->n - head > 32000)
		return;
	bf_put(g, (bf_chance(g, 2) ? BPF_JMP : BPF_JMP32) | BPF_JNE | BPF_K, reg, 0,
	       (s16)((s32)head - (s32)g->n - 1), 0);
}

/* One of two ways through an instruction array. */
static void indirect(struct bf_gen *g)
{
	u8 reg = bf_victim(g), src = bf_scalar(g);
	u32 a, b;

	if (!bf_can(BJN_GOTOX) || reg == src || g->r[src].kind != BF_SCALAR)
		return;
	a = g->n;
	bf_ld_imm64(g, reg, BPF_PSEUDO_MAP_VALUE, 0);
	bf_put(g, BPF_JMP | BPF_JSET | BPF_K, src, 0, 2, 1);
	b = g->n;
	bf_ld_imm64(g, reg, BPF_PSEUDO_MAP_VALUE, 0);
	bf_put(g, BPF_LDX | BPF_MEM | BPF_DW, reg, reg, 0, 0);
	bf_put(g, BJN_GOTOX, reg, 0, 0, 0);
	bf_set(g, reg, BF_NONE, 0);
	g->out[a].imm = (s32)g->n;
	bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, bf_imm(g));
	g->out[b].imm = (s32)g->n;
	bf_put(g, BPF_ALU | BPF_MOV | BPF_K, reg, 0, 0, bf_imm(g));
	bf_set(g, reg, BF_SCALAR, 0);
}

static void leave(struct bf_gen *g)
{
	if (g->r[BPF_REG_0].kind != BF_SCALAR || !g->nest)
		return;
	if (g->is_callback & 1u << g->sub)
		bf_put(g, BPF_ALU | BPF_AND | BPF_K, BPF_REG_0, 0, 0, 1);
	bf_put(g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	g->dead = true;
}

static void piece(struct bf_gen *g)
{
	static const struct {
		void (*make)(struct bf_gen *g);
		u32 weight;
	} pieces[] = {
		{ alu, 40 }, { bf_load, 12 }, { bf_store, 12 }, { bf_atomic, 8 }, { pointer, 6 },
		{ if_else, 9 }, { loop, 3 }, { bf_call, 6 }, { bf_call_sub, 5 }, { bf_probe, 2 },
		{ bf_arena, 2 }, { bf_tail_call, 1 }, { indirect, 1 }, { leave, 1 }, { stretch, 1 },
		{ bf_throw, 2 }, { bf_may_goto, 3 }, { bf_percpu, 1 },
	};
	static u32 total;
	u32 i, pick;

	if (!total)
		for (i = 0; i < BJN_ARRAY_SIZE(pieces); i++)
			total += pieces[i].weight;
	pick = bf_rand(g, total);
	for (i = 0; i < BJN_ARRAY_SIZE(pieces); i++) {
		if (pick < pieces[i].weight) {
			pieces[i].make(g);
			return;
		}
		pick -= pieces[i].weight;
	}
}

void bf_block(struct bf_gen *g, u32 pieces)
{
	if (g->nest > 5)
		return;
	g->nest++;
	while (pieces-- && g->budget && !g->dead && g->n < BF_MAX_LEN - 2000) {
		g->budget--;
		piece(g);
	}
	g->nest--;
}

static void init_stack(struct bf_gen *g)
{
	u32 i;

	g->depth = bf_chance(g, 3) ? 0 : 8 * (1 + bf_rand(g, bf_chance(g, 30) ? 64 : 8));
	for (i = 8; i <= g->depth; i += 8)
		bf_put(g, BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, (s16)-(s32)i, (s32)(i * 0x01010101));
}

/* Every number and the stack go into R0. */
void bf_fold(struct bf_gen *g)
{
	u32 i;

	if (g->r[BPF_REG_0].kind != BF_SCALAR)
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1);
	for (i = 1; i < 10; i++) {
		if (g->r[i].kind != BF_SCALAR)
			continue;
		bf_put(g, BPF_ALU64 | BPF_MUL | BPF_K, BPF_REG_0, 0, 0, 0x01000193);
		bf_put(g, BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_0, (u8)i, 0, 0);
	}
	for (i = 8; i <= g->depth; i += 8) {
		bf_put(g, BPF_LDX | BPF_MEM | BPF_DW, BPF_REG_1, BPF_REG_10, (s16)-(s32)i, 0);
		bf_put(g, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_0, BPF_REG_1, 0, 0);
		bf_put(g, BPF_ALU64 | BPF_MUL | BPF_K, BPF_REG_0, 0, 0, 0x01000193);
	}
}

static void finish(struct bf_gen *g)
{
	if (bf_may_throw(g) && bf_chance(g, 6)) {
		bf_throw_now(g);
		return;
	}
	bf_fold(g);
	if (g->is_callback & 1u << g->sub)
		bf_put(g, BPF_ALU | BPF_AND | BPF_K, BPF_REG_0, 0, 0, 1);
	bf_put(g, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* The address of the memory gets into its register; an exception callback has to fetch it. */
static void set_base(struct bf_gen *g, u8 arg)
{
	if (g->cb && g->sub == g->cb)
		bf_ld_imm64(g, g->base, BPF_PSEUDO_MAP_VALUE, (u32)BT_V_MEM);
	else if (g->base > BPF_REG_5)
		bf_put(g, BPF_ALU64 | BPF_MOV | BPF_X, g->base, arg, 0, 0);
	bf_set(g, g->base, BF_MEM, 0);
}

/* A small program now and then has no memory register, no stack and no calls at all. */
static void function(struct bf_gen *g, u32 size)
{
	bool cb = g->cb && g->sub == g->cb;
	bool callback = g->is_callback & 1u << g->sub;
	u8 arg = callback || cb ? BPF_REG_2 : BPF_REG_1;
	u32 i;

	memset(g->r, 0, sizeof(g->r));
	g->base = bf_chance(g, 2) ? BPF_REG_6 + (u8)bf_rand(g, 4) : arg;
	g->loop = 0;
	g->nest = 0;
	g->reach = 1;
	g->dead = false;
	g->budget = size;
	if (!g->sub)
		bf_name_cb(g);
	if (g->sub && arg == BPF_REG_1)
		for (i = BPF_REG_2; i <= BPF_REG_5; i++)
			bf_set(g, (u8)i, BF_SCALAR, 0);
	if (arg == BPF_REG_2)
		bf_set(g, BPF_REG_1, BF_SCALAR, 0);
	set_base(g, arg);
	bf_set(g, BPF_REG_10, BF_STACK, 0);
	init_stack(g);
	bf_take_args(g);
	bf_block(g, size);
	if (!g->dead)
		finish(g);
}

/**
 * bf_generate - make a program
 * @g: generator with @out of BF_MAX_LEN slots
 * @seed: the same seed makes the same program
 *
 * Return: number of slots.
 */
u32 bf_generate(struct bf_gen *g, u64 seed)
{
	struct bpf_insn *out = g->out;
	u32 size;

	memset(g, 0, sizeof(*g));
	g->out = out;
	g->rng = seed;
	next(g);
	g->is_long = bf_chance(g, 400);
	size = 2 + bf_rand(g, bf_chance(g, 8) || g->is_long ? 80 : 24);
	g->nr_subs = bf_chance(g, 3) ? 1 + bf_rand(g, BF_MAX_SUBS) : 0;
	bf_choose_kinds(g);
	for (g->sub = 0; g->sub <= g->nr_subs; g->sub++) {
		if (g->sub)
			bf_place_subs(g);
		function(g, g->sub ? 2 + size / 4 : size);
	}
	return g->n;
}

/**
 * bf_memory - initial contents of the memory
 * @seed: as for bf_generate()
 * @mem: filled in
 * @len: bytes, a multiple of eight
 */
void bf_memory(u64 seed, u8 *mem, u32 len)
{
	struct bf_gen g = { .rng = ~seed };
	u32 i;

	for (i = 0; i < len; i += 8) {
		u64 v = imm64(&g);

		memcpy(mem + i, &v, 8);
	}
}
