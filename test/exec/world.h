/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world in which a test program runs: its memory, an arena, a prog_array,
 * helpers and kernel functions. The emitter's code and the interpreter get the
 * same addresses, so that pointers compare equal.
 */
#ifndef BT_WORLD_H
#define BT_WORLD_H

#include "../../module/core/backend.h"
#include "../interp/interp.h"
#include "frames.h"

#define BT_MEM_SIZE	4096	/* bytes at R1; both neighbour pages fault */
#define BT_ARENA_SIZE	8192	/* populated bytes at the start of the arena */
#define BT_MAX_INSNS	1000000	/* as the kernel */

/* Slots of the prog_array. Index 4 is beyond its end. */
enum {
	BT_SLOT_SELF,		/* the running program */
	BT_SLOT_LEAF,		/* r0 = *(u32 *)(r1 + 0) ^ 0x5a5a */
	BT_SLOT_NULL,
	BT_SLOT_BOUNCE,		/* tail-calls slot 0, else r0 = 77 */
	BT_NR_SLOTS
};

/* A stand-in for struct bpf_prog: the emitter knows it by offsets only. */
struct bt_fake_prog {
	u64 pad[3];
	void *bpf_func;
	const struct bi_prog *interp;
};

/* A stand-in for struct bpf_array. */
struct bt_fake_array {
	u32 pad[5];
	u32 max_entries;
	u64 pad2[2];
	struct bt_fake_prog *ptrs[BT_NR_SLOTS];
};

/**
 * struct bt_world - everything that a program can see
 * @mem: what R1 points to, BT_MEM_SIZE bytes
 * @arena: what the arena's kernel address is
 * @array: prog_array
 * @slots: the programs in it
 * @jump_table: instruction array of gotox, one word per instruction
 */
struct bt_world {
	u8 *mem;
	u8 *arena;
	struct bt_fake_array array;
	struct bt_fake_prog slots[BT_NR_SLOTS];
	u64 *jump_table;
};

extern struct bt_world bt_world;
extern const struct bi_host bt_host;

#define BT_ARENA_USER	0x00007eadbeef0000ull

int bt_world_init(void);
void bt_world_env(struct bjn_env *env);

/**
 * struct bt_func - a C function that programs can call
 * @id: imm of the call
 * @fn: native address
 * @call: calls it as a C caller does, with five values or its own number
 * @nargs: kernel function: number of arguments
 * @size: kernel function: bytes of each
 * @flags: kernel function: BJN_ARG_* of each
 */
struct bt_func {
	s32 id;
	const void *fn;
	u64 (*call)(const u64 *a);
	u8 nargs;
	u8 size[BJN_MAX_ARGS];
	u8 flags[BJN_MAX_ARGS];
};

const struct bt_func *bt_helper(s32 id);
const struct bt_func *bt_kfunc(s32 id);

/* Helpers by number. The first five are those of other user-space runtimes. */
enum {
	BT_H_GATHER = 0,
	BT_H_MEMFROB = 1,
	BT_H_TRASH = 2,
	BT_H_SQRTI = 3,
	BT_H_STRCMP = 4,
	BT_H_CPU_ID = 8,	/* inlined by the emitter */
	BT_H_TAIL_CALL = 12,
	BT_H_CURRENT = 35,	/* inlined by the emitter */
	BT_H_CURRENT_BTF = 158,	/* inlined by the emitter */
	BT_H_MIX = 64,		/* hash of all five arguments */
	BT_H_CHECK = 65,	/* r1 == r2, else the run fails */
	BT_H_LOOP = 66,		/* r1 times r2(i, r3) until it returns nonzero */
	BT_H_NEGATIVE = 67,	/* returns -r1 */
};

enum {
	BT_K_NARROW = 1,	/* u8, s8, u16, s16, u32 */
	BT_K_WORDS = 2,		/* s32, u32, s64, u64, s32 */
	BT_K_SIX = 6,		/* five u64, s8 */
	BT_K_EIGHT = 8,		/* u8, u64, s16, u64, s32, u8, u32, s16 */
	BT_K_NINE = 9,		/* u64 */
	BT_K_TWELVE = 12,	/* u64, s32, u8, s64, u16, s8, u32, s16, u8, s32, u64, s16 */
	BT_K_TWELVE_MORE = 13,	/* s8, u16, u64, u32, s64, u16, s64, u8, u32, s8, u16, u64 */
};

/* Map values besides the slots of the instruction array, by imm of an ld_imm64. */
enum {
	BT_V_MEM = -1,		/* the memory */
	BT_V_PERCPU = -2,	/* the memory as a per-CPU address */
};

extern u64 bt_checks_failed;
extern struct bi_vm *bt_current_vm;

#endif
