/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_JIT_H
#define BT_JIT_H

#include "../../module/core/backend.h"
#include "frames.h"
#include "target.h"

#define BT_MAX_SUBPROGS	64
#define BT_MAX_EXTABLE	65536

/**
 * struct bt_region - memory for code, filled and then made executable at once
 * @base: start, or NULL
 * @size: bytes
 * @used: bytes taken
 */
struct bt_region {
	u8 *base;
	size_t size;
	size_t used;
};

int bt_region_open(struct bt_region *r, size_t size);
int bt_region_seal(struct bt_region *r, int prot);
void bt_region_close(struct bt_region *r);

/**
 * struct bt_ex - exception table entry with addresses
 * @at: faulting instruction
 * @resume: where to go on
 * @reg: register to be zeroed, or BJN_EX_NO_REG
 */
struct bt_ex {
	u64 at;
	u64 resume;
	u8 reg;
};

/**
 * struct bt_sub - one subprogram
 * @start: first instruction in the whole program
 * @len: number of slots
 * @words: machine words
 * @code: where they are
 * @priv_depth: bytes of its private stack, or 0
 */
struct bt_sub {
	u32 start;
	u32 len;
	u32 words;
	u32 *code;
	u32 priv_depth;
};

/**
 * struct bt_image - a compiled program
 * @sub: subprograms, the main program first
 * @nr_sub: number of them
 * @ex: exception table, @nr_ex entries sorted by address
 * @nr_ex: number of entries
 * @cpu: capability bits that it was compiled for
 * @err: 0 or negative errno
 * @err_at: instruction (after rewriting) at which it happened
 * @why: one phrase
 */
struct bt_image {
	struct bt_sub sub[BT_MAX_SUBPROGS];
	u32 nr_sub;
	struct bt_ex *ex;
	u32 nr_ex;
	u64 cpu;
	int err;
	u32 err_at;
	const char *why;
};

/**
 * struct bt_options - how to compile
 * @env: facts for the emitter
 * @ops: answers to its questions
 * @base: pretended address of the region, or 0
 * @stack_depth: bytes of stack of each subprogram, 0: found out
 * @know_image: tell the emitter the final address of a single program
 * @private_stacks: bit n: give subprogram n a stack of its own, unless there are
 *	tail calls, which a private stack excludes
 * @per_cpu: the machine adds this value to per-CPU addresses
 * @priv_base: with @base: pretended address of the private stacks
 * @hidden_args: subprograms are functions of which the kernel knows too few arguments
 * @extension: the main program replaces a function of another one
 * @throws: the main program is an exception boundary
 * @exception_cb: first instruction of the exception callback, or 0
 * @arena_kern: base of the arena for the emitter, or 0
 * @arena_user: the same as user space sees it
 * @attach: what is attached to every function
 * @tramp: see struct bt_target
 * @redirect: the same
 * @starts: if not NULL: gets the native address of every instruction
 */
struct bt_options {
	const struct bjn_env *env;
	const struct bjn_prog_ops *ops;
	u64 base;
	u32 stack_depth;
	bool know_image;
	u32 private_stacks;
	u64 per_cpu;
	u64 priv_base;
	bool hidden_args;
	bool extension;
	bool throws;
	u32 exception_cb;
	u64 arena_kern;
	u64 arena_user;
	enum bt_attach attach;
	bool (*tramp)(struct bjn_ctx *c, enum bt_attach how, bool is_main, u64 body);
	bool (*redirect)(u32 *word, u64 from, u64 to);
	u64 *starts;
};

#define BT_GUARD	16	/* bytes on either side of a private stack */
#define BT_GUARD_BYTE	0xeb

u64 bt_sub_address(const struct bjn_prog *prog, u32 idx);
u64 bt_throw_cell(const struct bjn_prog *prog);
void bt_guards_set(const struct bt_image *img);
bool bt_guards_good(const struct bt_image *img);

/* The emitter in use; a test may put a changed copy of bt_target.be here. */
extern const struct bjn_backend *bt_backend;

int bt_compile(const struct bt_code *code, const struct bt_options *opt, struct bt_region *r,
	       struct bt_image *img);
void bt_image_free(struct bt_image *img);

/* What became of a native run. */
enum bt_outcome {
	BT_OK,
	BT_CRASH,	/* a signal that no exception table entry explains */
	BT_TIMEOUT,
	BT_REGS,	/* a register did not survive */
	BT_RET,		/* the C return value does not belong to R0 */
	BT_GUARDS,	/* something was written beside a private stack */
};

/**
 * struct bt_result - result of a native run
 * @outcome: what became of it
 * @r0: R0
 * @detail: signal number, or bits of registers that did not survive
 * @pc: where the signal happened
 * @addr: address that was accessed
 */
struct bt_result {
	enum bt_outcome outcome;
	u64 r0;
	u64 detail;
	u64 pc;
	u64 addr;
};

int bt_run_init(void);
const struct bt_ex *bt_find_ex(u64 pc);
void bt_run_native(const struct bt_image *img, const u64 *args, struct bt_result *res);
bool bt_survives(void (*fn)(void *arg), void *arg);
void bt_describe(const struct bt_result *res, char *buf, size_t size);

#endif
