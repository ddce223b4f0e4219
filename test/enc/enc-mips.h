/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines of arch-mips/insn.def as test vectors; included once, by
 * enc-NAME.c, which defines HAVE_<isa> for each level that the disassembler is
 * told to accept: a line of another level would be a mistake there.
 */
#ifndef BE_ENC_MIPS_H
#define BE_ENC_MIPS_H

#include <inttypes.h>
#include <stdio.h>

#include "../../arch-mips/insn.h"
#include "enc.h"

#define R		{ .min = 0, .max = 31, .step = 1, .reg = true }
#define I(lo, hi, by)	{ .min = (lo), .max = (hi), .step = (by) }
#define S16		I(-32768, 32767, 1)
#define U16		I(0, 65535, 1)
#define U5		I(0, 31, 1)
#define BRANCH		I(-131068, 131072, 4)

/* Mnemonic: the name without what marks a second encoding. */
static int mnemonic(const char *name, char *buf)
{
	size_t n = strlen(name);

	if (n > 3 && !strcmp(name + n - 3, "_r6"))
		n -= 3;
	else if (name[n - 1] == '_')
		n--;
	return snprintf(buf, BE_MAX_TEXT, "%.*s\t", (int)n, name);
}

#define TEXT(format) static void text_##format(const char *name, const s64 *v, char *buf)
#define OUT(...) do {								\
	buf += mnemonic(name, buf);						\
	snprintf(buf, BE_MAX_TEXT / 2, __VA_ARGS__);				\
} while (0)

TEXT(TIB)	{ OUT("%s, %" PRId64 "(%s)", be_reg(v[0]), v[1], be_reg(v[2])); }

/* LLVM prints these under other names, whatever it is told. */
struct alias {
	const char *name, *as;
};

static const char *find_alias(const struct alias *a, u32 n, const char *name)
{
	for (; n; n--, a++)
		if (!strcmp(a->name, name))
			return a->as;
	return NULL;
}

#define ALIAS(table, name)	find_alias(table, BJN_ARRAY_SIZE(table), name)

/* ... when the last operand is $zero, or the first one of a difference */
static const struct alias zero_rt[] = {
	{ "or", "move" }, { "addu", "move" }, { "daddu", "move" }, { "nor", "not" },
	{ "beq", "beqz" }, { "bne", "bnez" }, { "beql", "beqzl" },
}, zero_rs[] = {
	{ "subu", "negu" }, { "dsubu", "dnegu" },
};

static const struct alias fields[] = {
	{ "dextm", "dext" }, { "dextu", "dext" },
};

TEXT(DST)
{
	const char *as = v[2] ? NULL : ALIAS(zero_rt, name);
	bool two = v[0] == v[1] && (!strcmp(name, "div_r6") || !strcmp(name, "divu_r6"));

	if (as)
		sprintf(buf, "%s\t%s, %s", as, be_reg(v[0]), be_reg(v[1]));
	else if (!v[1] && ALIAS(zero_rs, name))
		sprintf(buf, "%s\t%s, %s", ALIAS(zero_rs, name), be_reg(v[0]), be_reg(v[2]));
	else if (two)
		OUT("%s, %s", be_reg(v[0]), be_reg(v[2]));
	else
		OUT("%s, %s, %s", be_reg(v[0]), be_reg(v[1]), be_reg(v[2]));
}

TEXT(DTA)
{
	if (!strcmp(name, "sll") && !v[0] && !v[1] && v[2] < 2)
		sprintf(buf, v[2] ? "ssnop" : "nop");
	else
		OUT("%s, %s, %d", be_reg(v[0]), be_reg(v[1]), (int)v[2]);
}

TEXT(ST)
{
	if (strchr(name, '_'))
		OUT("$zero, %s, %s", be_reg(v[0]), be_reg(v[1]));
	else
		OUT("%s, %s", be_reg(v[0]), be_reg(v[1]));
}

TEXT(DS)
{
	if (v[0] && v[0] != MI_RA)
		OUT("%s, %s", be_reg(v[0]), be_reg(v[1]));
	else
		sprintf(buf, "%s\t%s", v[0] ? "jalr" : "jr", be_reg(v[1]));
}

TEXT(TU)
{
#ifdef HAVE_R6
	sprintf(buf, "aui\t%s, $zero, %d", be_reg(v[0]), (int)v[1]);
#else
	OUT("%s, %d", be_reg(v[0]), (int)v[1]);
#endif
}

TEXT(FIELD)
{
	const char *as = ALIAS(fields, name);

	sprintf(buf, "%s\t%s, %s, %d, %d", as ? as : name, be_reg(v[0]), be_reg(v[1]), (int)v[2],
		(int)v[3]);
}

TEXT(STO)
{
	if (!v[0] && !v[1] && !strcmp(name, "beq"))
		sprintf(buf, "b\t%" PRId64, v[2]);
	else if (!v[1])
		sprintf(buf, "%s\t%s, %" PRId64, ALIAS(zero_rt, name), be_reg(v[0]), v[2]);
	else
		OUT("%s, %s, %" PRId64, be_reg(v[0]), be_reg(v[1]), v[2]);
}

static bool pos_size_32(const s64 *v)
{
	return v[2] + v[3] <= 32;
}

static bool pos_size_63(const s64 *v)
{
	return v[2] + v[3] <= 63;
}

static bool pos_size_64(const s64 *v)
{
	return v[2] + v[3] <= 64;
}

static const struct be_format
	fmt_NONE = { 0 },
	fmt_DST = { 3, { R, R, R }, NULL, text_DST },
	fmt_DTS = { 3, { R, R, R } },
	fmt_DTA = { 3, { R, R, U5 }, NULL, text_DTA },
	fmt_DT = { 2, { R, R } },
	fmt_D = { 1, { R } },
	fmt_S = { 1, { R } },
	fmt_ST = { 2, { R, R }, NULL, text_ST },
	fmt_DS = { 2, { R, R }, NULL, text_DS },
	fmt_TSI = { 3, { R, R, S16 } },
	fmt_TSU = { 3, { R, R, U16 } },
	fmt_TU = { 2, { R, U16 }, NULL, text_TU },
	fmt_TIB = { 3, { R, S16, R }, NULL, text_TIB },
	fmt_TIB9 = { 3, { R, I(-256, 255, 1), R }, NULL, text_TIB },
	fmt_TSPX = { 4, { R, R, U5, I(1, 32, 1) }, pos_size_63, text_FIELD },
	fmt_TSPXM = { 4, { R, R, U5, I(33, 64, 1) }, pos_size_64, text_FIELD },
	fmt_TSPXU = { 4, { R, R, I(32, 63, 1), I(1, 32, 1) }, pos_size_64, text_FIELD },
	fmt_TSPI = { 4, { R, R, U5, I(1, 32, 1) }, pos_size_32, text_FIELD },
	fmt_STO = { 3, { R, R, BRANCH }, NULL, text_STO },
	fmt_SO = { 2, { R, BRANCH } },
	fmt_O = { 1, { BRANCH } },
	fmt_O26 = { 1, { I(-(1 << 27) + 4, 1 << 27, 4) } },
	fmt_T26 = { 1, { I(0, (1 << 28) - 4, 4) } };

/* Levels: what HAVE_<isa> is not defined for leaves no trace. */
#define ISA_ALL(...)	__VA_ARGS__
#ifdef HAVE_PRE6
#define ISA_PRE6(...)	__VA_ARGS__
#else
#define ISA_PRE6(...)
#endif
#ifdef HAVE_IV
#define ISA_IV(...)	__VA_ARGS__
#else
#define ISA_IV(...)
#endif
#ifdef HAVE_R1
#define ISA_R1(...)	__VA_ARGS__
#else
#define ISA_R1(...)
#endif
#ifdef HAVE_R2
#define ISA_R2(...)	__VA_ARGS__
#else
#define ISA_R2(...)
#endif
#ifdef HAVE_R6
#define ISA_R6(...)	__VA_ARGS__
#else
#define ISA_R6(...)
#endif
#ifdef HAVE_64
#define ISA_ALL_64	ISA_ALL
#define ISA_PRE6_64	ISA_PRE6
#define ISA_R2_64	ISA_R2
#define ISA_R6_64	ISA_R6
#else
#define ISA_ALL_64(...)
#define ISA_PRE6_64(...)
#define ISA_R2_64(...)
#define ISA_R6_64(...)
#endif

#define PUT(name, isa, ...)	ISA_##isa(					\
static void put_##name(struct bjn_ctx *c, const s64 *v)				\
{ mi_##name(__VA_ARGS__); })
#define PUT0(name, op, isa)	PUT(name, isa, c)
#define PUT1(name, op, isa)	PUT(name, isa, c, v[0])
#define PUT2(name, op, isa)	PUT(name, isa, c, v[0], v[1])
#define PUT3(name, op, isa)	PUT(name, isa, c, v[0], v[1], v[2])
#define PUT4(name, op, isa)	PUT(name, isa, c, v[0], v[1], v[2], v[3])

#define NONE	PUT0
#define DST	PUT3
#define DTS	PUT3
#define DTA	PUT3
#define DT	PUT2
#define D	PUT1
#define S	PUT1
#define ST	PUT2
#define DS	PUT2
#define TSI	PUT3
#define TSU	PUT3
#define TU	PUT2
#define TIB	PUT3
#define TIB9	PUT3
#define TSPX	PUT4
#define TSPXM	PUT4
#define TSPXU	PUT4
#define TSPI	PUT4
#define STO	PUT3
#define SO	PUT2
#define O	PUT1
#define O26	PUT1
#define T26	PUT1
#include "../../arch-mips/insn.def"
#include "../../arch-mips/insn-undef.h"

#define ENTRY(name, format)	{ #name, put_##name, &fmt_##format },
#define LINE(name, isa, format)	ISA_##isa(ENTRY(name, format))
#define NONE(name, op, isa)	LINE(name, isa, NONE)
#define DST(name, op, isa)	LINE(name, isa, DST)
#define DTS(name, op, isa)	LINE(name, isa, DTS)
#define DTA(name, op, isa)	LINE(name, isa, DTA)
#define DT(name, op, isa)	LINE(name, isa, DT)
#define D(name, op, isa)	LINE(name, isa, D)
#define S(name, op, isa)	LINE(name, isa, S)
#define ST(name, op, isa)	LINE(name, isa, ST)
#define DS(name, op, isa)	LINE(name, isa, DS)
#define TSI(name, op, isa)	LINE(name, isa, TSI)
#define TSU(name, op, isa)	LINE(name, isa, TSU)
#define TU(name, op, isa)	LINE(name, isa, TU)
#define TIB(name, op, isa)	LINE(name, isa, TIB)
#define TIB9(name, op, isa)	LINE(name, isa, TIB9)
#define TSPX(name, op, isa)	LINE(name, isa, TSPX)
#define TSPXM(name, op, isa)	LINE(name, isa, TSPXM)
#define TSPXU(name, op, isa)	LINE(name, isa, TSPXU)
#define TSPI(name, op, isa)	LINE(name, isa, TSPI)
#define STO(name, op, isa)	LINE(name, isa, STO)
#define SO(name, op, isa)	LINE(name, isa, SO)
#define O(name, op, isa)	LINE(name, isa, O)
#define T26(name, op, isa)	LINE(name, isa, T26)
#define O26(name, op, isa)	LINE(name, isa, O26)
const struct be_line be_lines[] = {
#include "../../arch-mips/insn.def"
};
const u32 be_nr_lines = BJN_ARRAY_SIZE(be_lines);

void be_mnemonic(const char *name, char *buf)
{
	mnemonic(name, buf);
	buf[strcspn(buf, "\t")] = 0;
}

bool be_alias(const char *name, char *buf)
{
	return false;
}

const char *be_reg(s64 n)
{
	static const char *const name[32] = {
		"$zero", "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11",
		"$12", "$13", "$14", "$15", "$16", "$17", "$18", "$19", "$20", "$21", "$22",
		"$23", "$24", "$25", "$26", "$27", "$gp", "$sp", "$fp", "$ra",
	};

	return name[n & 31];
}

#endif
