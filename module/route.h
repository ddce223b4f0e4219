/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ours or stock? Decided once per program.
 */
#ifndef BJN_ROUTE_H
#define BJN_ROUTE_H

#include <linux/bpf.h>

#include "core/types.h"

/**
 * enum bjn_route - who compiles, and which pass it is
 * @BJN_ROUTE_STOCK: the stock JIT
 * @BJN_ROUTE_FIRST: we do; the only pass, or the first of two
 * @BJN_ROUTE_EXTRA: we do; the second pass over a program of ours
 * @BJN_ROUTE_NOBODY: a function that needs us, of a program that went to the
 *	stock JIT: the load fails
 */
enum bjn_route {
	BJN_ROUTE_STOCK,
	BJN_ROUTE_FIRST,
	BJN_ROUTE_EXTRA,
	BJN_ROUTE_NOBODY,
};

enum bjn_route bjn_route(const struct bpf_prog *prog, bool enabled);
u64 bjn_route_content(const struct bpf_prog *prog);
bool bjn_route_needs_us(const struct bpf_prog *prog);
bool bjn_route_needs_jit(const struct bpf_prog *prog);

#endif
