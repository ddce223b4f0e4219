// SPDX-License-Identifier: GPL-2.0
/* On a kernel with kmemleak: memory of ours that nobody points to any more. */
#include <unistd.h>
#include "guest.h"

#define KMEMLEAK	"/sys/kernel/debug/kmemleak"
#define MIN_AGE		6	/* seconds; younger objects are not reported */

void leaks_mark(void)
{
	int err;

	if (!file_exists(KMEMLEAK))
		return;
	file_write(KMEMLEAK, "scan=off");	/* by itself it would scan every ten minutes */
	/* It switches itself off when it runs out of memory, and then has nothing to report. */
	err = file_write(KMEMLEAK, "scan");
	check(!err, "kmemleak is at work (%d)", err);
	file_write(KMEMLEAK, "clear");
}

/*
 * A report is ours when its backtrace names the module, or has an address without a name: the module is the only
 * one that is unloaded. Reports about programs and maps count as well: we may have kept a reference.
 */
static bool is_ours(const char *report)
{
	for (const char *line = strstr(report, "backtrace"); line; line = strchr(line, '\n')) {
		line += strspn(line, "\n ");
		if (!strncmp(line, "0x", 2) || !strncmp(line, "[<", 2))
			return true;
	}
	return strstr(report, "[" MODULE "]") || strstr(report, "bpf_prog_") || strstr(report, "bpf_map_");
}

static void note_lines(const char *report)
{
	for (int i = 0; *report && i < 30; i++) {
		note("%.*s", (int)strcspn(report, "\n"), report);
		report += strcspn(report, "\n");
		report += strspn(report, "\n");
	}
}

void leaks_check(void)
{
	static const char start[] = "unreferenced object";
	static char text[1 << 20];
	int ours = 0, others = 0, err = 0;
	char *report, *next;

	if (!file_exists(KMEMLEAK))
		return;
	/* The first scan may find what a register or a list head in motion has hidden. */
	for (int i = 0; i < 2; i++) {
		sleep(MIN_AGE);
		err = file_write(KMEMLEAK, "scan");
	}
	check(!err, "kmemleak is still at work (%d)", err);
	file_read(KMEMLEAK, text, sizeof(text));
	for (report = strstr(text, start); report; report = next) {
		next = strstr(report + 1, start);
		if (next)
			next[-1] = 0;
		if (is_ours(report))
			ours++;
		else
			others++;
		note_lines(report);
	}
	check(!ours, "kmemleak: %d reports about us, %d about others", ours, others);
}
