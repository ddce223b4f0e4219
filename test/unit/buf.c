// SPDX-License-Identifier: GPL-2.0
/* Operands and their fields. */
#include "unit.h"

static bool fits_s(s64 v, unsigned int bits)
{
	struct bjn_ctx c = { .idx = 7 };

	bjn_s(&c, v, bits, 0);
	return !c.err;
}

static bool fits_u(u64 v, unsigned int bits)
{
	struct bjn_ctx c = { .idx = 7 };

	bjn_u(&c, v, bits, 0);
	return !c.err;
}

static void fields(void)
{
	struct bjn_ctx c = { .idx = 0 };

	CHECK(fits_s(2047, 12));
	CHECK(!fits_s(2048, 12));
	CHECK(fits_s(-2048, 12));
	CHECK(!fits_s(-2049, 12));
	CHECK(!fits_s(1ll << 32, 12));
	CHECK(!fits_s(INT64_MIN, 26));
	CHECK(fits_s(0, 1));
	CHECK(!fits_s(1, 1));
	CHECK(fits_u(4095, 12));
	CHECK(!fits_u(4096, 12));
	CHECK(!fits_u((u64)-1, 12));
	CHECK(!fits_u(1ull << 32, 12));
	CHECK(bjn_s(&c, -1, 12, 10) == 0xfffu << 10);
	CHECK(bjn_s(&c, 5, 16, 10) == 5u << 10);
	CHECK(bjn_u(&c, 0xfff, 12, 10) == 0xfffu << 10);
	CHECK(bjn_u(&c, 31, 5, 0) == 31);
	CHECK(!c.err);
}

static void sticky(void)
{
	u32 word[1] = { 0 };
	struct bjn_ctx c = { .code = word, .cap = 1, .idx = 3 };

	bjn_u(&c, 32, 5, 0);
	CHECK(c.err == -ERANGE && c.err_idx == 3 && c.err_why);
	c.idx = 4;
	bjn_fail(&c, -EINVAL, "later");
	CHECK(c.err == -ERANGE && c.err_idx == 3);
}

static void full(void)
{
	u32 word[2] = { 0, 0x5555 };
	struct bjn_ctx c = { .code = word, .cap = 1 };

	bjn_put(&c, 0x1234);
	CHECK(!c.err && c.pos == 1 && word[0] == 0x1234);
	bjn_put(&c, 0x9999);
	CHECK(c.err == -ENOSPC && c.pos == 1 && word[1] == 0x5555);
}

static void targets(void)
{
	struct bjn_prog prog = { .len = 10 };
	struct bjn_ctx c = { .prog = &prog, .idx = 4 };

	CHECK(bjn_target(&c, 0) == 5 && !c.err);
	CHECK(bjn_target(&c, -5) == 0 && !c.err);
	CHECK(bjn_target(&c, 4) == 9 && !c.err);
	bjn_target(&c, 5);
	CHECK(c.err == -EINVAL);
	c.err = 0;
	bjn_target(&c, -6);
	CHECK(c.err == -EINVAL);
	c.err = 0;
	bjn_target(&c, INT32_MAX);
	CHECK(c.err == -EINVAL);
	c.err = 0;
	bjn_target(&c, INT32_MIN);
	CHECK(c.err == -EINVAL);
}

void bu_test_buf(void)
{
	fields();
	sticky();
	full();
	targets();
}
