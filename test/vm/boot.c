// SPDX-License-Identifier: GPL-2.0
/* The guest itself works: a program loads, is compiled by whatever JIT is there, and runs. */
#include <sys/utsname.h>
#include <unistd.h>
#include "guest.h"

void suite_boot(void)
{
	struct utsname u;
	int fd;

	uname(&u);
	note("%s %s, %ld CPUs", u.release, u.machine, sysconf(_SC_NPROCESSORS_ONLN));
	fd = load_const(42);
	check(runs_ok(fd, 42), "a program runs");
	check(prog_jited_len(fd) > 0, "it is compiled (%d bytes)", prog_jited_len(fd));
}
