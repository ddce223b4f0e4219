// SPDX-License-Identifier: GPL-2.0
/* Unit tests of module/core. */
#include "unit.h"

unsigned int bu_number, bu_failed;

int main(void)
{
	printf("TAP version 14\n");
	bu_test_buf();
	bu_test_compile();
	printf("1..%u\n%u passed, %u failed\n", bu_number, bu_number - bu_failed, bu_failed);
	return bu_failed ? 1 : 0;
}
