/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_SESSION_H
#define BT_SESSION_H

#include "fixup.h"
#include "jit.h"
#include "world.h"

/**
 * struct bt_program - one program on its way from user to both executions
 * @resolved: references replaced; what the interpreter runs
 * @guarded: divisions guarded
 * @blinded: immediates blinded, if that was asked for
 * @final: what is compiled: one of the two above
 * @interp: for the interpreter
 * @img: for native execution
 * @starts: native address of each instruction of @final, if gotox occurs
 * @starts_cap: capacity of @starts
 * @gotox: the program uses an instruction array
 * @looped: may_goto taken apart, if it occurs
 * @has_loops: it does
 * @tail_calls: the program makes tail calls
 * @exc: what it has to do with exceptions
 * @private_stacks: bit n: subprogram n is to have a stack of its own; set by the
 *	caller
 * @attach: what is attached to every function; set by the caller
 * @len: slots of the original program
 */
struct bt_program {
	struct bt_code resolved, looped, guarded, blinded;
	const struct bt_code *final;
	struct bi_prog interp;
	struct bt_image img;
	u64 *starts;
	u32 starts_cap;
	bool gotox;
	bool has_loops;
	bool tail_calls;
	struct bt_exceptions exc;
	u32 private_stacks;
	enum bt_attach attach;
	u32 len;
};

#define BT_MAX_STEPS	20000000ull

int bt_session_init(void);
int bt_prepare(struct bt_program *p, const struct bpf_insn *insns, u32 len, u32 blind,
	       const char **why);
u64 bt_needs(const struct bt_program *p);
bool bt_uses_arena(const struct bt_code *c);
int bt_translate(struct bt_program *p, struct bt_region *r, bool know_image);
void bt_native(struct bt_program *p, const u64 *args, struct bt_result *res);
int bt_interpret(struct bt_program *p, const u64 *args, u64 *r0, const char **why);
size_t bt_code_bound(const struct bt_program *p);

extern struct bjn_env bt_env;

int bt_parse_program(const char *hex, size_t n, struct bpf_insn **insns, u32 *len);
int bt_parse_bytes(const char *hex, u8 *buf, u32 cap, u32 *len);
void bt_print_program(const struct bpf_insn *insns, u32 len, char *buf);

#endif
