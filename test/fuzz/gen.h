/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generator of random programs that the verifier would accept: registers are
 * written before they are read, pointers stay within what they point to, loops
 * end. Nothing that differs between two executions (a stack address, a code
 * address) gets into a result.
 */
#ifndef BF_GEN_H
#define BF_GEN_H

#include "../exec/world.h"

#define BF_MEM_SIZE	256	/* bytes of memory that programs touch */
#define BF_MAX_LEN	65536	/* slots of a program */
#define BF_MAX_SUBS	5
#define BF_MAX_PENDING	64

/* What a register holds. */
enum bf_kind {
	BF_NONE,	/* nothing that may be read */
	BF_SCALAR,
	BF_MEM,		/* address of the memory + bf_reg.off */
	BF_STACK,	/* R10 + bf_reg.off */
	BF_ARENA,	/* 32-bit arena offset, bf_reg.off */
	BF_WILD,	/* an address that faults; offsets up to 128 do too */
};

struct bf_reg {
	enum bf_kind kind;
	s32 off;
};

/* A call or function reference whose subprogram has no place yet. */
struct bf_pending {
	u32 at;
	u32 sub;
};

/**
 * struct bf_gen - one program in the making
 * @rng: state of the random numbers
 * @out: instructions, @n of them
 * @n: slots so far
 * @r: R0 to R9 and R10
 * @base: callee-saved register that holds the memory's address throughout
 * @loop: bit n: register n counts a loop and must not be written
 * @depth: bytes of stack, all of them initialised
 * @nest: depth of blocks
 * @budget: pieces left in this function
 * @sub: number of this function; 0 is the main program
 * @nr_subs: functions besides the main program
 * @is_callback: bit n: function n has the arguments of a callback
 * @quiet: bit n: function n must not throw
 * @nr_args: arguments of each function behind the fifth
 * @mem_args: bit k of each: that argument is the address of the memory
 * @cb: number of the exception callback, or 0
 * @pending: calls to be completed
 * @nr_pending: number of them
 * @reach: number of times the code here is executed at most
 * @dead: the code here is not reached
 * @arena: the program uses the arena
 * @tail: the program has tail calls
 * @throws: the program may throw
 * @many_args: its functions may have more than five arguments
 * @timed: it may have loops that are bounded by time
 * @no_call: nothing may be called here
 * @is_long: the program is stretched so that branches get long
 */
struct bf_gen {
	u64 rng;
	struct bpf_insn *out;
	u32 n;
	struct bf_reg r[11];
	u8 base;
	u16 loop;
	u32 depth;
	u32 nest;
	u32 budget;
	u32 sub;
	u32 nr_subs;
	u32 is_callback;
	u32 quiet;
	u8 nr_args[BF_MAX_SUBS + 1];
	u8 mem_args[BF_MAX_SUBS + 1];
	u32 cb;
	struct bf_pending pending[BF_MAX_PENDING];
	u32 nr_pending;
	u32 reach;
	bool dead;
	bool arena;
	bool tail;
	bool throws;
	bool many_args;
	bool timed;
	u32 no_call;
	bool is_long;
};

u32 bf_generate(struct bf_gen *g, u64 seed);
void bf_memory(u64 seed, u8 *mem, u32 len);

/* gen.c, for the other files */
u32 bf_rand(struct bf_gen *g, u32 n);
bool bf_chance(struct bf_gen *g, u32 one_in);
s32 bf_imm(struct bf_gen *g);
void bf_put(struct bf_gen *g, u8 code, u8 dst, u8 src, s16 off, s32 imm);
void bf_ld_imm64(struct bf_gen *g, u8 dst, u8 src, u64 v);
bool bf_can(u8 code);
u8 bf_pick(struct bf_gen *g, enum bf_kind kind);
u8 bf_victim(struct bf_gen *g);
u8 bf_scalar(struct bf_gen *g);
void bf_set(struct bf_gen *g, u8 reg, enum bf_kind kind, s32 off);
void bf_block(struct bf_gen *g, u32 pieces);
void bf_meet(struct bf_gen *g, const struct bf_reg *other);
void bf_repair(struct bf_gen *g, const struct bf_reg *head);
void bf_land(struct bf_gen *g, u32 at);
void bf_fold(struct bf_gen *g);

/* gen-mem.c */
void bf_load(struct bf_gen *g);
void bf_store(struct bf_gen *g);
void bf_atomic(struct bf_gen *g);
void bf_probe(struct bf_gen *g);
void bf_arena(struct bf_gen *g);

/* gen-frame.c */
bool bf_has(u64 feature);
bool bf_put_args(struct bf_gen *g, u32 n, u32 mem);
void bf_take_args(struct bf_gen *g);
void bf_throw_now(struct bf_gen *g);
bool bf_may_throw(const struct bf_gen *g);
void bf_throw(struct bf_gen *g);
void bf_may_goto(struct bf_gen *g);
void bf_percpu(struct bf_gen *g);
void bf_choose_kinds(struct bf_gen *g);
void bf_name_cb(struct bf_gen *g);

/* gen-call.c */
void bf_pend(struct bf_gen *g, u32 sub);
void bf_call(struct bf_gen *g);
void bf_call_sub(struct bf_gen *g);
void bf_tail_call(struct bf_gen *g);
void bf_place_subs(struct bf_gen *g);

#define BF_NO_REG	0xff

#endif
