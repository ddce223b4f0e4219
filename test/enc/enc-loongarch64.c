// SPDX-License-Identifier: GPL-2.0
/* The lines of arch-loongarch/insn.def as test vectors. */
#include <stdio.h>

#include "../../arch-loongarch/insn.h"
#include "enc.h"

#define R		{ .min = 0, .max = 31, .step = 1, .reg = true }
#define I(lo, hi, by)	{ .min = (lo), .max = (hi), .step = (by) }

/* The destination differs from the address and, unless it is $zero, from the source. */
static bool dkj_allowed(const s64 *v)
{
	return v[0] != v[2] && (v[0] != v[1] || v[0] == 0);
}

static bool djml_allowed(const s64 *v)
{
	return v[2] >= v[3];
}

static const struct be_format
	fmt_NONE = { 0 },
	fmt_DJ = { 2, { R, R } },
	fmt_DJK = { 3, { R, R, R } },
	fmt_DKJ = { 3, { R, R, R }, dkj_allowed },
	fmt_DJKA = { 4, { R, R, R, I(1, 4, 1) } },
	fmt_DJU5 = { 3, { R, R, I(0, 31, 1) } },
	fmt_DJU6 = { 3, { R, R, I(0, 63, 1) } },
	fmt_DJML = { 4, { R, R, I(0, 63, 1), I(0, 63, 1) }, djml_allowed },
	fmt_DJS12 = { 3, { R, R, I(-2048, 2047, 1) } },
	fmt_DJU12 = { 3, { R, R, I(0, 4095, 1) } },
	fmt_DJO14 = { 3, { R, R, I(-32768, 32764, 4) } },
	fmt_DJS16 = { 3, { R, R, I(-32768, 32767, 1) } },
	fmt_DJO16 = { 3, { R, R, I(-131072, 131068, 4) } },
	fmt_JDO16 = { 3, { R, R, I(-131072, 131068, 4) } },
	fmt_JO21 = { 2, { R, I(-(1 << 22), (1 << 22) - 4, 4) } },
	fmt_O26 = { 1, { I(-(1 << 27), (1 << 27) - 4, 4) } },
	fmt_DS20 = { 2, { R, I(-524288, 524287, 1) } },
	fmt_U15 = { 1, { I(0, 32767, 1) } };

#define PUT(name, ...)								\
static void put_##name(struct bjn_ctx *c, const s64 *v)				\
{ la_##name(__VA_ARGS__); }
#define PUT0(name, op)	PUT(name, c)
#define PUT1(name, op)	PUT(name, c, v[0])
#define PUT2(name, op)	PUT(name, c, v[0], v[1])
#define PUT3(name, op)	PUT(name, c, v[0], v[1], v[2])
#define PUT4(name, op)	PUT(name, c, v[0], v[1], v[2], v[3])

#define NONE	PUT0
#define DJ	PUT2
#define DJK	PUT3
#define DKJ	PUT3
#define DJKA	PUT4
#define DJU5	PUT3
#define DJU6	PUT3
#define DJML	PUT4
#define DJS12	PUT3
#define DJU12	PUT3
#define DJO14	PUT3
#define DJS16	PUT3
#define DJO16	PUT3
#define JDO16	PUT3
#define JO21	PUT2
#define O26	PUT1
#define DS20	PUT2
#define U15	PUT1
#include "../../arch-loongarch/insn.def"
#undef NONE
#undef DJ
#undef DJK
#undef DKJ
#undef DJKA
#undef DJU5
#undef DJU6
#undef DJML
#undef DJS12
#undef DJU12
#undef DJO14
#undef DJS16
#undef DJO16
#undef JDO16
#undef JO21
#undef O26
#undef DS20
#undef U15

#define LINE(name, format)	{ #name, put_##name, &fmt_##format }
#define NONE(name, op)	LINE(name, NONE),
#define DJ(name, op)	LINE(name, DJ),
#define DJK(name, op)	LINE(name, DJK),
#define DKJ(name, op)	LINE(name, DKJ),
#define DJKA(name, op)	LINE(name, DJKA),
#define DJU5(name, op)	LINE(name, DJU5),
#define DJU6(name, op)	LINE(name, DJU6),
#define DJML(name, op)	LINE(name, DJML),
#define DJS12(name, op)	LINE(name, DJS12),
#define DJU12(name, op)	LINE(name, DJU12),
#define DJO14(name, op)	LINE(name, DJO14),
#define DJS16(name, op)	LINE(name, DJS16),
#define DJO16(name, op)	LINE(name, DJO16),
#define JDO16(name, op)	LINE(name, JDO16),
#define JO21(name, op)	LINE(name, JO21),
#define O26(name, op)	LINE(name, O26),
#define DS20(name, op)	LINE(name, DS20),
#define U15(name, op)	LINE(name, U15),
const struct be_line be_lines[] = {
#include "../../arch-loongarch/insn.def"
};
const u32 be_nr_lines = BJN_ARRAY_SIZE(be_lines);

/* The '_' in front of "db" stays, the others are dots. */
void be_mnemonic(const char *name, char *buf)
{
	for (; *name; name++, buf++)
		*buf = *name == '_' && strncmp(name, "_db", 3) ? '.' : *name;
	*buf = 0;
}

/* No-operation has no encoding of its own. */
bool be_alias(const char *name, char *buf)
{
	if (strcmp(name, "nop"))
		return false;
	snprintf(buf, BE_MAX_TEXT, "andi\t$zero, $zero, 0");
	return true;
}

const char *be_reg(s64 n)
{
	static const char *const name[32] = {
		"$zero", "$ra", "$tp", "$sp", "$a0", "$a1", "$a2", "$a3", "$a4", "$a5", "$a6", "$a7",
		"$t0", "$t1", "$t2", "$t3", "$t4", "$t5", "$t6", "$t7", "$t8", "$r21", "$fp", "$s0",
		"$s1", "$s2", "$s3", "$s4", "$s5", "$s6", "$s7", "$s8",
	};

	return name[n & 31];
}
