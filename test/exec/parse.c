// SPDX-License-Identifier: GPL-2.0
/* Programs and memory as hexadecimal text. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "session.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Next byte of a text, or -1 at its end and -2 where it is no hexadecimal text. */
static int next_byte(const char **s, const char *end)
{
	int hi, lo;

	while (*s < end && isspace((unsigned char)**s))
		(*s)++;
	if (*s == end)
		return -1;
	if (end - *s < 2)
		return -2;
	hi = digit((*s)[0]);
	lo = digit((*s)[1]);
	*s += 2;
	return hi < 0 || lo < 0 ? -2 : hi << 4 | lo;
}

/**
 * bt_parse_bytes - bytes from hexadecimal text
 * @hex: text; white space is ignored
 * @buf: gets the bytes
 * @cap: size of @buf
 * @len: gets their number
 *
 * Return: 0, -EINVAL, or -E2BIG.
 */
int bt_parse_bytes(const char *hex, u8 *buf, u32 cap, u32 *len)
{
	const char *end = hex + strlen(hex);
	int b;

	for (*len = 0; (b = next_byte(&hex, end)) >= 0; (*len)++) {
		if (*len >= cap)
			return -E2BIG;
		buf[*len] = (u8)b;
	}
	return b == -2 ? -EINVAL : 0;
}

/* The layout in memory is little-endian on every host. */
static void decode(const u8 *b, struct bpf_insn *in)
{
	in->code = b[0];
	in->dst_reg = b[1] & 15;
	in->src_reg = b[1] >> 4;
	in->off = (s16)(b[2] | b[3] << 8);
	in->imm = (s32)(b[4] | b[5] << 8 | b[6] << 16 | (u32)b[7] << 24);
}

/**
 * bt_parse_program - instructions from hexadecimal text
 * @hex: text of @n characters; white space is ignored
 * @n: length of the text
 * @insns: gets the instructions, to be freed by the caller
 * @len: gets their number
 *
 * Return: 0, -EINVAL (not hexadecimal, or not a multiple of eight bytes), or -ENOMEM.
 */
int bt_parse_program(const char *hex, size_t n, struct bpf_insn **insns, u32 *len)
{
	const char *end = hex + n;
	u32 i = 0;
	u8 raw[8];
	int b;

	*insns = calloc(n / 16 + 1, sizeof(**insns));
	if (!*insns)
		return -ENOMEM;
	while ((b = next_byte(&hex, end)) >= 0) {
		raw[i % 8] = (u8)b;
		if (++i % 8 == 0)
			decode(raw, &(*insns)[i / 8 - 1]);
	}
	*len = i / 8;
	return b == -2 || i % 8 ? -EINVAL : 0;
}

/**
 * bt_print_program - the reverse of bt_parse_program()
 * @insns: instructions
 * @len: number of slots
 * @buf: gets 16 * @len characters and a zero
 */
void bt_print_program(const struct bpf_insn *insns, u32 len, char *buf)
{
	u32 i;

	for (i = 0; i < len; i++) {
		const struct bpf_insn *in = &insns[i];
		u16 off = (u16)in->off;
		u32 imm = (u32)in->imm;

		sprintf(buf + 16 * i, "%02x%02x%02x%02x%02x%02x%02x%02x", in->code,
			in->dst_reg | in->src_reg << 4, off & 0xff, off >> 8, imm & 0xff,
			imm >> 8 & 0xff, imm >> 16 & 0xff, imm >> 24);
	}
	buf[16 * len] = 0;
}
