// SPDX-License-Identifier: GPL-2.0
/*
 * enc WORDS TEXTS little|big
 *
 * Writes the bytes of each vector to WORDS, as llvm-mc --disassemble takes
 * them for a machine of that byte order, and the expected text to TEXTS, line by line. Prints the number of
 * lines and vectors; fails when an operand that does not fit was accepted.
 */
#include <inttypes.h>
#include <stdio.h>

#include "enc.h"

static FILE *words, *texts;
static bool big;
static u32 vectors, refusals, bad;

static int encode(const struct be_line *l, const s64 *v, u32 *word)
{
	struct bjn_ctx c = { .code = word, .cap = 1 };

	l->put(&c, v);
	return c.err;
}

static void print_text(const struct be_line *l, const s64 *v)
{
	char name[BE_MAX_TEXT];
	u32 i;

	if (l->format->text)
		l->format->text(l->name, v, name);
	if (l->format->text || be_alias(l->name, name)) {
		fprintf(texts, "%s\n", name);
		return;
	}
	be_mnemonic(l->name, name);
	fprintf(texts, "%s", name);
	for (i = 0; i < l->format->n; i++) {
		fprintf(texts, i ? ", " : "\t");
		if (l->format->op[i].reg)
			fprintf(texts, "%s", be_reg(v[i]));
		else
			fprintf(texts, "%" PRId64, v[i]);
	}
	fprintf(texts, "\n");
}

static void complain(const struct be_line *l, const s64 *v, const char *what)
{
	u32 i;

	printf("# %s", l->name);
	for (i = 0; i < l->format->n; i++)
		printf(" %" PRId64, v[i]);
	printf(": %s\n", what);
	bad++;
}

static void vector(const struct be_line *l, const s64 *v)
{
	bool allowed = !l->format->allowed || l->format->allowed(v);
	u32 word = 0, k;

	if (encode(l, v, &word)) {
		if (allowed)
			complain(l, v, "refused although it fits");
		else
			refusals++;
		return;
	}
	if (!allowed) {
		complain(l, v, "accepted although the operands exclude each other");
		return;
	}
	for (k = 0; k < 4; k++)
		fprintf(words, "0x%02x%s", word >> 8 * (big ? 3 - k : k) & 0xff, k < 3 ? " " : "\n");
	print_text(l, v);
	vectors++;
}

/* Every combination of a few values of each operand. */
static void corners(const struct be_line *l, s64 *v, u32 i)
{
	const struct be_operand *o = &l->format->op[i];
	s64 some[5] = { o->min, o->min + o->step, 0, o->max - o->step, o->max };
	u32 k;

	if (i == l->format->n) {
		vector(l, v);
		return;
	}
	some[2] = (o->min + o->max) / 2 / o->step * o->step;
	for (k = 0; k < 5; k++) {
		v[i] = some[k];
		corners(l, v, i + 1);
	}
}

static void middle(const struct be_line *l, s64 *v)
{
	u32 i;

	for (i = 0; i < l->format->n; i++) {
		const struct be_operand *o = &l->format->op[i];

		v[i] = (o->min + o->max) / 2 / o->step * o->step;
		if (o->reg)
			v[i] = o->max < 9 + i ? o->max : 9 + i;
	}
}

/* Each operand alone through all of its values, or past every bit of a large field. */
static void sweep(const struct be_line *l, u32 i)
{
	const struct be_operand *o = &l->format->op[i];
	s64 v[BE_MAX_OPS], x;

	middle(l, v);
	if ((o->max - o->min) / o->step <= 4096) {
		for (x = o->min; x <= o->max; x += o->step) {
			v[i] = x;
			vector(l, v);
		}
		return;
	}
	for (x = o->step; x <= o->max; x *= 2) {
		s64 near[4] = { x, x - o->step, -x, o->step - x };
		u32 k;

		for (k = 0; k < 4; k++) {
			v[i] = near[k];
			if (v[i] >= o->min && v[i] <= o->max)
				vector(l, v);
		}
	}
}

/* An operand beyond its field has to be refused. */
static void beyond(const struct be_line *l, u32 i)
{
	const struct be_operand *o = &l->format->op[i];
	const s64 out[] = {
		o->min - o->step, o->max + o->step, o->min - 4096 * o->step, o->max + 65536 * o->step,
		o->min + (1ll << 32), o->max + (1ll << 32), o->min - (1ll << 32), INT32_MIN * 4ll,
		INT64_MIN, INT64_MAX / o->step * o->step,
	};
	s64 v[BE_MAX_OPS], k;
	u32 word;

	middle(l, v);
	for (k = 0; k < (s64)BJN_ARRAY_SIZE(out); k++) {
		v[i] = out[k];
		refusals++;
		if (!encode(l, v, &word))
			complain(l, v, "accepted although it does not fit");
	}
	for (k = 1; k < o->step; k++) {
		v[i] = o->min + k;
		refusals++;
		if (!encode(l, v, &word))
			complain(l, v, "accepted although it is no multiple");
	}
}

static void line(const struct be_line *l)
{
	s64 v[BE_MAX_OPS];
	u32 i;

	corners(l, v, 0);
	for (i = 0; i < l->format->n; i++) {
		sweep(l, i);
		if (!l->format->op[i].reg)
			beyond(l, i);
	}
}

int main(int argc, char **argv)
{
	u32 i;

	if (argc != 4) {
		fprintf(stderr, "usage: enc WORDS TEXTS little|big\n");
		return 2;
	}
	big = !strcmp(argv[3], "big");
	words = fopen(argv[1], "w");
	texts = fopen(argv[2], "w");
	if (!words || !texts) {
		fprintf(stderr, "enc: cannot write %s and %s\n", argv[1], argv[2]);
		return 2;
	}
	for (i = 0; i < be_nr_lines; i++)
		line(&be_lines[i]);
	if (fclose(words) || fclose(texts)) {
		fprintf(stderr, "enc: cannot write %s and %s\n", argv[1], argv[2]);
		return 2;
	}
	printf("# %u operands beyond their fields tried\n", refusals);
	printf("lines %u vectors %u wrong %u\n", be_nr_lines, vectors, bad);
	return bad ? 1 : 0;
}
