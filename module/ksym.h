/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BJN_KSYM_H
#define BJN_KSYM_H

#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/set_memory.h>
#include <linux/vmalloc.h>

#include "compat/tramp.h"

/**
 * struct bjn_ksym - functions of the kernel that are not exported
 *
 * Members are named and typed like the functions. All are set once
 * bjn_ksym_init() has succeeded.
 */
struct bjn_ksym {
#define BJN_KSYM(name) typeof(name) *name;
#include "ksyms.def"
#undef BJN_KSYM
};

extern struct bjn_ksym bjn_ksym;

#endif
