/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For replacements that are written by hand: those of all architectures are in
 * hook-replace.c, the others in arch-X/kglue-*.c.
 */
#ifndef BJN_REPLACE_H
#define BJN_REPLACE_H

#include <linux/extable.h>
#include <linux/ptrace.h>

#include "compat/proto.h"
#include "compat/tramp.h"
#include "hook.h"
#include "kglue-hook.h"

/* The replacements, with the types of the functions, and what proves that they are called. */
#define BJN_HOOK(symbol, absent, bits, ret, params) \
	ret bjn_replace_##symbol params; \
	bool bjn_canary_##symbol(unsigned long addr);
#define BJN_ANSWER(symbol, absent, feature) \
	bool bjn_replace_##symbol(void);
#include "hooks.def"
#undef BJN_HOOK
#undef BJN_ANSWER

/* A function of the type of @symbol at an address; the original one. */
#define BJN_FUNCTION(symbol, addr)	((typeof(&bjn_replace_##symbol))(addr))
#define BJN_STOCK(symbol)	BJN_FUNCTION(symbol, bjn_hooks[BJN_HOOK_##symbol].stock)

int bjn_hook_enter(enum bjn_hook_id id, bool *canary);
void bjn_hook_leave(int idx);

#endif
