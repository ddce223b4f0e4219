// SPDX-License-Identifier: GPL-2.0
/*
 * A program that uses libbpf, started as any user would start it (libbpf/callbacks.c): bpf_loop(),
 * bpf_for_each_map_elem(), a timer, and a kprobe with 400 and 400 bytes of stack. With our JIT each loads, is
 * machine code and right. With the stock JIT alone each is refused, or right, be it interpreted or not.
 */
#include <sys/wait.h>
#include <unistd.h>
#include "guest.h"

#define PROGRAM	"/libbpf/callbacks"

/* Without private stacks nobody can have that much stack. */
static bool needs_more(const char *name)
{
	return !strcmp(name, "deep") && !file_exists(SYSFS "features/private_stack");
}

static void judge_ours(const char *name, const char *line, int length, bool refused)
{
	if (needs_more(name)) {
		check(refused || strstr(line, " right:"), "%s: no private stacks here, so it may be refused", name);
		return;
	}
	check(!refused && length > 0, "%s: loads and is machine code (%d bytes)", name, length);
	check(!refused && strstr(line, " right:"), "%s: gives the right result", name);
}

static void judge(char *line)
{
	bool ours = !strcmp(job("JIT", "ng"), "ng") && !is_observer(), refused = strstr(line, " refused ");
	char name[32] = "";
	int length = 0;

	line[strcspn(line, "\n")] = 0;
	note("%s", line);
	if (!refused && sscanf(line, "%31s %d ", name, &length) != 2)
		return;
	if (refused)
		sscanf(line, "%31s", name);
	if (ours)
		judge_ours(name, line, length, refused);
	else
		check(refused || strstr(line, " right:"), "%s: the stock kernel %s", name,
		      refused ? "refuses it" : length > 0 ? "compiles it" : "interprets it");
}

/* Start @path with its output in a pipe. */
static FILE *start(const char *path, const char *arg)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends))
		return NULL;
	pid = fork();
	if (!pid) {
		dup2(ends[1], 1);
		close(ends[0]);
		execl(path, path, arg, NULL);
		_exit(127);
	}
	close(ends[1]);
	return fdopen(ends[0], "r");
}

void suite_callbacks(void)
{
	long compiled = counters_read().compiled;
	char line[512];
	int status = 0, lines = 0;
	FILE *out;

	if (!file_exists(PROGRAM)) {
		check(false, "the guest has no " PROGRAM "; vm.sh builds it");
		return;
	}
	out = start(PROGRAM, *job("VERBOSE", "") ? "verbose" : NULL);
	while (out && fgets(line, sizeof(line), out)) {
		judge(line);
		lines++;
	}
	if (out)
		fclose(out);
	wait(&status);
	check(!status && lines >= 4, "the program ended well (0x%x) after %d lines", status, lines);
	if (compiled >= 0 && !is_observer())
		check(counters_read().compiled > compiled, "compiled by " MODULE);
}
