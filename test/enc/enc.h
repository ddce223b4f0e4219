/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Encoding oracle: the common half. A target describes each line of its
 * insn.def as a function and the operands it takes; this half calls it with
 * operands at and around the extremes of every field and prints the words with
 * the text that a disassembler has to give.
 */
#ifndef BE_ENC_H
#define BE_ENC_H

#include "../../module/core/buf.h"

#define BE_MAX_OPS	5
#define BE_MAX_TEXT	96	/* bytes of a line of assembly */

/**
 * struct be_operand - one operand
 * @min: smallest value
 * @max: largest value
 * @step: values are multiples of this
 * @reg: it is a register: printed by name, values outside are not tried
 */
struct be_operand {
	s64 min, max, step;
	bool reg;
};

/**
 * struct be_format - a line format of insn.def
 * @n: number of operands
 * @op: the operands, in the order of the function's parameters
 * @allowed: do these operands go together? NULL: always
 * @text: writes the line of assembly; NULL: mnemonic and operands in their order
 */
struct be_format {
	u32 n;
	struct be_operand op[BE_MAX_OPS];
	bool (*allowed)(const s64 *v);
	void (*text)(const char *name, const s64 *v, char *buf);
};

/**
 * struct be_line - a line of insn.def
 * @name: name of the encoder
 * @put: calls it
 * @format: its format
 */
struct be_line {
	const char *name;
	void (*put)(struct bjn_ctx *c, const s64 *v);
	const struct be_format *format;
};

/* enc-NAME.c */
extern const struct be_line be_lines[];
extern const u32 be_nr_lines;
void be_mnemonic(const char *name, char *buf);
bool be_alias(const char *name, char *buf);
const char *be_reg(s64 n);

#endif
