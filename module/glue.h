/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel-only half of an architecture (arch-<a>/kglue.c). One architecture
 * is linked into a module, so these are plain functions.
 */
#ifndef BJN_GLUE_H
#define BJN_GLUE_H

#include <linux/extable.h>
#include <linux/types.h>

#include "core/backend.h"

struct exception_table_entry;

/**
 * bjn_glue_detect - choose the back end for the running CPU
 * @be: set to the back end; left NULL when no emitter is bundled
 * @env: cpu bits, structure offsets and number of BPF_REG_AX are filled in
 *
 * Return: 0, or a negative errno after logging one line when this kernel cannot
 * be served at all.
 */
int bjn_glue_detect(const struct bjn_backend **be, struct bjn_env *env);

/**
 * bjn_glue_fill - fill memory with instructions that trap
 * @area: memory, aligned to an instruction
 * @size: bytes
 */
void bjn_glue_fill(void *area, unsigned int size);

/**
 * bjn_glue_sync - make written code visible to instruction fetch
 * @start: first byte
 * @end: behind the last byte
 */
void bjn_glue_sync(void *start, void *end);

/**
 * bjn_glue_extable - write one exception table entry
 * @at: where the entry is written
 * @final: where the entry will be when it is used (its fields are relative)
 * @insn: address of the instruction that may fault
 * @resume: address at which execution goes on
 * @e: what happens on a fault
 *
 * Return: 0, or -ERANGE when a distance does not fit the format.
 */
int bjn_glue_extable(struct exception_table_entry *at,
		     const struct exception_table_entry *final,
		     const void *insn, const void *resume, const struct bjn_extable *e);

/**
 * bjn_glue_may_goto - routine for BJN_CALL_MAY_GOTO (see struct bjn_call)
 *
 * Return: its address, or 0 when this architecture has none.
 */
unsigned long bjn_glue_may_goto(void);

struct bpf_insn;
struct bpf_prog;

/* module/sample.c: for the glue of any architecture */
struct bpf_prog *bjn_sample_compile(const struct bpf_insn *insns, u32 len);

#endif
