/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fixed-width types for code that is compiled both into the module and into
 * user-space tests. This is the only place that asks which of the two it is.
 */
#ifndef BJN_CORE_TYPES_H
#define BJN_CORE_TYPES_H

#ifdef __KERNEL__

#include <linux/types.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include <linux/errno.h>
#include <linux/build_bug.h>
#include <uapi/linux/bpf.h>

#define bjn_static_assert(cond, msg) static_assert(cond, msg)

#else

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <errno.h>
#include <linux/bpf.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define bjn_static_assert(cond, msg) _Static_assert(cond, msg)

#endif

#define BJN_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
