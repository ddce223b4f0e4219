// SPDX-License-Identifier: GPL-2.0
/* The lines of arch-arm64/insn.def as test vectors. */
#include <inttypes.h>
#include <stdio.h>

#include "../../arch-arm64/insn.h"
#include "enc.h"

#define R		{ .min = 0, .max = 31, .step = 1, .reg = true }
#define W		{ .min = 0, .max = 1, .step = 1, .reg = true }
#define MASK		{ .min = 0, .max = 1ll << 61, .step = 1, .reg = true }
#define COND		{ .min = A64_EQ, .max = A64_LE, .step = 1, .reg = true }
#define I(lo, hi, by)	{ .min = (lo), .max = (hi), .step = (by) }

/* Register 31 is the stack pointer where @sp is set. */
static const char *reg(bool x, s64 n, bool sp)
{
	static char buf[4][8];
	static u32 next;
	char *b = buf[next++ & 3];

	if (n != 31)
		snprintf(b, sizeof(buf[0]), "%c%d", x ? 'x' : 'w', (int)n);
	else if (sp)
		snprintf(b, sizeof(buf[0]), x ? "sp" : "wsp");
	else
		snprintf(b, sizeof(buf[0]), "%czr", x ? 'x' : 'w');
	return b;
}

/* Mnemonic: the name up to the first '_', and "lsl" for "lslv". */
static int mnemonic(const char *name, char *buf)
{
	static const char *const shifts[] = { "lslv", "lsrv", "asrv" };
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(shifts); i++)
		if (!strcmp(name, shifts[i]))
			return snprintf(buf, BE_MAX_TEXT, "%.3s\t", name);
	return snprintf(buf, BE_MAX_TEXT, "%.*s\t", (int)strcspn(name, "_"), name);
}

#define TEXT(format) static void text_##format(const char *name, const s64 *v, char *buf)
#define OUT(...) do {								\
	buf += mnemonic(name, buf);						\
	snprintf(buf, BE_MAX_TEXT / 2, __VA_ARGS__);				\
} while (0)

/* Width of the value of a load or store: that of the opcode, by name. */
static bool is_x(const char *name)
{
	return strstr(name, "_x") || strstr(name, "rs");
}

TEXT(N)		{ OUT("%s", reg(true, v[0], false)); }
TEXT(DN)	{ OUT("%s, %s", reg(is_x(name), v[0], false), reg(is_x(name), v[1], false)); }
TEXT(WDNM)	{ OUT("%s, %s, %s", reg(v[0], v[1], 0), reg(v[0], v[2], 0), reg(v[0], v[3], 0)); }
TEXT(TN)	{ OUT("%s, [%s]", reg(is_x(name), v[0], 0), reg(1, v[1], 1)); }
TEXT(XTN)	{ OUT("%s, %s, [%s]", reg(0, v[0], 0), reg(is_x(name), v[1], 0), reg(1, v[2], 1)); }
TEXT(STN)	{ OUT("%s, %s, [%s]", reg(is_x(name), v[0], 0), reg(is_x(name), v[1], 0), reg(1, v[2], 1)); }
TEXT(O26)	{ OUT("#%" PRId64, v[0]); }
TEXT(WTO19)	{ OUT("%s, #%" PRId64, reg(v[0], v[1], 0), v[2]); }
TEXT(TO19)	{ OUT("%s, #%" PRId64, reg(true, v[0], 0), v[1]); }
TEXT(TBO14)	{ OUT("%s, #%d, #%" PRId64, reg(v[1] > 31, v[0], 0), (int)v[1], v[2]); }

TEXT(WDNMS)
{
	OUT(v[4] ? "%s, %s, %s, lsl #%d" : "%s, %s, %s", reg(v[0], v[1], 0), reg(v[0], v[2], 0),
	    reg(v[0], v[3], 0), (int)v[4]);
}

TEXT(WDNMA)
{
	OUT("%s, %s, %s, %s", reg(v[0], v[1], 0), reg(v[0], v[2], 0), reg(v[0], v[3], 0),
	    reg(v[0], v[4], 0));
}

TEXT(T)
{
	buf += sprintf(buf, "mrs\t%s, ", reg(true, v[0], 0));
	for (name += 4; *name; name++)
		*buf++ = *name >= 'a' && *name <= 'z' ? *name - 32 : *name;
	*buf = 0;
}

TEXT(WDNI)
{
	bool high = v[3] && !(v[3] & 0xfff);
	bool flags = name[3] == 's';

	OUT(high ? "%s, %s, #%d, lsl #12" : "%s, %s, #%d", reg(v[0], v[1], !flags),
	    reg(v[0], v[2], 1), (int)(high ? v[3] >> 12 : v[3]));
}

TEXT(DNME)
{
	OUT(v[3] ? "%s, %s, %s, uxtw #%d" : "%s, %s, %s, uxtw", reg(1, v[0], 1), reg(1, v[1], 1),
	    reg(0, v[2], 0), (int)v[3]);
}

/* LLVM prefers "mov" with the value wherever an assembler would choose the same form. */
TEXT(WDI)
{
	bool inverted = !strcmp(name, "movn");
	s64 value = (s64)((u64)v[2] << v[3]);

	if (inverted)
		value = ~value;
	if (!v[0])
		value = (s32)value;
	if (strcmp(name, "movk") && (v[2] || !v[3]) && !(inverted && !v[0] && v[2] == 0xffff))
		snprintf(buf, BE_MAX_TEXT, "mov\t%s, #%" PRId64, reg(v[0], v[1], 0), value);
	else
		OUT(v[3] ? "%s, #%d, lsl #%d" : "%s, #%d", reg(v[0], v[1], 0), (int)v[2],
		    (int)v[3]);
}

/* Extension of a byte, a half word or a word. */
static bool extension(const char *name, const s64 *v, char *buf)
{
	const char *size = v[4] == 7 ? "b" : v[4] == 15 ? "h" : v[4] == 31 && v[0] ? "w" : NULL;

	if (v[3] || !size || (*name == 'u' && v[0]))
		return false;
	snprintf(buf, BE_MAX_TEXT, "%cxt%s\t%s, %s", *name, size, reg(v[0], v[1], 0),
		 reg(0, v[2], 0));
	return true;
}

/* A bit field as what it is used for: LLVM always chooses one of these names. */
TEXT(WDNB)
{
	int top = v[0] ? 63 : 31, r = (int)v[3], s = (int)v[4];
	const char *d = reg(v[0], v[1], 0), *n = reg(v[0], v[2], 0);

	if (extension(name, v, buf))
		return;
	if (*name == 'u' && s != top && s + 1 == r)
		snprintf(buf, BE_MAX_TEXT, "lsl\t%s, %s, #%d", d, n, top - s);
	else if (s == top)
		snprintf(buf, BE_MAX_TEXT, "%s\t%s, %s, #%d", *name == 'u' ? "lsr" : "asr", d, n, r);
	else if (r > s)
		snprintf(buf, BE_MAX_TEXT, "%cbfiz\t%s, %s, #%d, #%d", *name, d, n, top + 1 - r,
			 s + 1);
	else
		snprintf(buf, BE_MAX_TEXT, "%cbfx\t%s, %s, #%d, #%d", *name, d, n, r, s - r + 1);
}

static void memory(const char *name, const s64 *v, char *buf)
{
	OUT("%s, [%s, #%d]", reg(is_x(name), v[0], 0), reg(1, v[1], 1),
	    (int)v[2]);
}

/* LLVM shows the scale even where the index is not shifted; running the code tells. */
TEXT(TNM)
{
	int log = strstr(name, "_x") ? 3 : strchr(name, 'w') ? 2 : strchr(name, 'h') ? 1 : 0;

	OUT("%s, [%s, %s, lsl #%d]", reg(is_x(name), v[0], 0), reg(1, v[1], 1), reg(1, v[2], 0),
	    log);
}

TEXT(TTN)
{
	const char *form = "%s, %s, [%s, #%d]";

	if (strstr(name, "_pre"))
		form = "%s, %s, [%s, #%d]!";
	else if (strstr(name, "_post"))
		form = "%s, %s, [%s], #%d";
	OUT(form, reg(1, v[0], 0), reg(1, v[1], 0), reg(1, v[2], 1), (int)v[3]);
}

TEXT(CO19)
{
	static const char cond[][3] = {
		"eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le",
	};

	snprintf(buf, BE_MAX_TEXT, "b.%s\t#%" PRId64, cond[v[0]], v[1]);
}

static bool shift_allowed(const s64 *v)
{
	return v[4] < (v[0] ? 64 : 32);
}

static bool bits_allowed(const s64 *v)
{
	return v[0] || (v[3] < 32 && v[4] < 32);
}

static bool addend_allowed(const s64 *v)
{
	return v[3] < 0x1000 || !(v[3] & 0xfff);
}

static bool piece_allowed(const s64 *v)
{
	return v[0] || v[3] < 32;
}

static bool exclusive_allowed(const s64 *v)
{
	return v[0] != v[1] && v[0] != v[2];
}

/* Is a mask, by definition, a run of ones rotated and repeated? */
static bool mask_allowed(const s64 *v)
{
	u64 mask = v[0] ? (u64)v[3] : (u64)v[3] | (u64)v[3] << 32;
	u32 size, run, turn, i;

	if (!v[0] && (u64)v[3] >> 32)
		return false;
	for (size = 2; size <= 64; size *= 2)
		for (run = 1; run < size; run++)
			for (turn = 0; turn < size; turn++) {
				u64 m = 0;

				for (i = 0; i < 64; i++)
					if ((i + turn) % size < run)
						m |= 1ull << i;
				if (m == mask)
					return true;
			}
	return false;
}

TEXT(WDNL)
{
	OUT("%s, %s, #0x%" PRIx64, reg(v[0], v[1], name[3] != 's'), reg(v[0], v[2], 0), (u64)v[3]);
}

static const struct be_format
	fmt_NONE = { 0 },
	fmt_N = { 1, { R }, .text = text_N },
	fmt_T = { 1, { R }, .text = text_T },
	fmt_DN = { 2, { R, R }, .text = text_DN },
	fmt_WDNM = { 4, { W, R, R, R }, .text = text_WDNM },
	fmt_WDNMS = { 5, { W, R, R, R, I(0, 63, 1) }, shift_allowed, text_WDNMS },
	fmt_WDNMA = { 5, { W, R, R, R, R }, .text = text_WDNMA },
	fmt_DNME = { 4, { R, R, R, I(0, 4, 1) }, .text = text_DNME },
	fmt_WDNI = { 4, { W, R, R, I(0, 0xfff000, 1) }, addend_allowed, text_WDNI },
	fmt_WDNL = { 4, { W, R, R, MASK }, mask_allowed, text_WDNL },
	fmt_WDI = { 4, { W, R, I(0, 65535, 1), I(0, 48, 16) }, piece_allowed, text_WDI },
	fmt_WDNB = { 5, { W, R, R, I(0, 63, 1), I(0, 63, 1) }, bits_allowed, text_WDNB },
	fmt_TNS = { 3, { R, R, I(-256, 255, 1) }, .text = memory },
	fmt_TNM = { 3, { R, R, R }, .text = text_TNM },
	fmt_TTN = { 4, { R, R, R, I(-512, 504, 8) }, .text = text_TTN },
	fmt_TN = { 2, { R, R }, .text = text_TN },
	fmt_STN = { 3, { R, R, R }, .text = text_STN },
	fmt_XTN = { 3, { R, R, R }, exclusive_allowed, text_XTN },
	fmt_O26 = { 1, { I(-(1 << 27), (1 << 27) - 4, 4) }, .text = text_O26 },
	fmt_CO19 = { 2, { COND, I(-(1 << 20), (1 << 20) - 4, 4) }, .text = text_CO19 },
	fmt_WTO19 = { 3, { W, R, I(-(1 << 20), (1 << 20) - 4, 4) }, .text = text_WTO19 },
	fmt_TO19 = { 2, { R, I(-(1 << 20), (1 << 20) - 4, 4) }, .text = text_TO19 },
	fmt_TBO14 = { 3, { R, I(0, 63, 1), I(-(1 << 15), (1 << 15) - 4, 4) }, .text = text_TBO14 };

/* By the size of the access, which is in the upper two bits of the opcode. */
static const struct be_format fmt_TNU[4] = {
	{ 3, { R, R, I(0, 4095, 1) }, .text = memory },
	{ 3, { R, R, I(0, 8190, 2) }, .text = memory },
	{ 3, { R, R, I(0, 16380, 4) }, .text = memory },
	{ 3, { R, R, I(0, 32760, 8) }, .text = memory },
};

#define PUT(name, ...)								\
static void put_##name(struct bjn_ctx *c, const s64 *v)				\
{ a64_##name(__VA_ARGS__); }
#define PUT0(name, op)	PUT(name, c)
#define PUT1(name, op)	PUT(name, c, v[0])
#define PUT2(name, op)	PUT(name, c, v[0], v[1])
#define PUT3(name, op)	PUT(name, c, v[0], v[1], v[2])
#define PUT4(name, op)	PUT(name, c, v[0], v[1], v[2], v[3])
#define PUT5(name, op)	PUT(name, c, v[0], v[1], v[2], v[3], v[4])

#define NONE	PUT0
#define N	PUT1
#define T	PUT1
#define DN	PUT2
#define WDNM	PUT4
#define WDNMS	PUT5
#define WDNMA	PUT5
#define DNME	PUT4
#define WDNI	PUT4
#define WDNL	PUT4
#define WDI	PUT4
#define WDNB	PUT5
#define TNU	PUT3
#define TNS	PUT3
#define TNM	PUT3
#define TTN	PUT4
#define TN	PUT2
#define STN	PUT3
#define XTN	PUT3
#define O26	PUT1
#define CO19	PUT2
#define WTO19	PUT3
#define TO19	PUT2
#define TBO14	PUT3
#include "../../arch-arm64/insn.def"
#undef NONE
#undef N
#undef T
#undef DN
#undef WDNM
#undef WDNMS
#undef WDNMA
#undef DNME
#undef WDNI
#undef WDNL
#undef WDI
#undef WDNB
#undef TNU
#undef TNS
#undef TNM
#undef TTN
#undef TN
#undef STN
#undef XTN
#undef O26
#undef CO19
#undef WTO19
#undef TO19
#undef TBO14

#define LINE(name, format)	{ #name, put_##name, &fmt_##format }
#define NONE(name, op)	LINE(name, NONE),
#define N(name, op)	LINE(name, N),
#define T(name, op)	LINE(name, T),
#define DN(name, op)	LINE(name, DN),
#define WDNM(name, op)	LINE(name, WDNM),
#define WDNMS(name, op)	LINE(name, WDNMS),
#define WDNMA(name, op)	LINE(name, WDNMA),
#define DNME(name, op)	LINE(name, DNME),
#define WDNI(name, op)	LINE(name, WDNI),
#define WDNL(name, op)	LINE(name, WDNL),
#define WDI(name, op)	LINE(name, WDI),
#define WDNB(name, op)	LINE(name, WDNB),
#define TNU(name, op)	LINE(name, TNU[(op) >> 30]),
#define TNS(name, op)	LINE(name, TNS),
#define TNM(name, op)	LINE(name, TNM),
#define TTN(name, op)	LINE(name, TTN),
#define TN(name, op)	LINE(name, TN),
#define STN(name, op)	LINE(name, STN),
#define XTN(name, op)	LINE(name, XTN),
#define O26(name, op)	LINE(name, O26),
#define CO19(name, op)	LINE(name, CO19),
#define WTO19(name, op)	LINE(name, WTO19),
#define TO19(name, op)	LINE(name, TO19),
#define TBO14(name, op)	LINE(name, TBO14),
const struct be_line be_lines[] = {
#include "../../arch-arm64/insn.def"
};
const u32 be_nr_lines = BJN_ARRAY_SIZE(be_lines);

void be_mnemonic(const char *name, char *buf)
{
	mnemonic(name, buf);
}

/* Instructions without operands, as LLVM names them without aliases. */
bool be_alias(const char *name, char *buf)
{
	static const char *const alias[][2] = {
		{ "nop", "hint\t#0" }, { "bti_j", "hint\t#36" }, { "bti_jc", "hint\t#38" },
		{ "paciasp", "hint\t#25" }, { "autiasp", "hint\t#29" }, { "sb", "sb" },
		{ "dsb_nsh", "dsb\tnsh" }, { "dmb_ish", "dmb\tish" }, { "isb", "isb\tsy" },
		{ "brk", "brk\t#0" },
	};
	u32 i;

	for (i = 0; i < BJN_ARRAY_SIZE(alias); i++)
		if (!strcmp(name, alias[i][0])) {
			snprintf(buf, BE_MAX_TEXT, "%s", alias[i][1]);
			return true;
		}
	return false;
}

const char *be_reg(s64 n)
{
	return reg(true, n, false);
}
