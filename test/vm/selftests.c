// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own BPF selftests: run each line of /selftests/plan in a process of its own, with a time limit,
 * and report its subtests. A line is: seconds, name, command with arguments.
 */
#define _GNU_SOURCE	/* memrchr() */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "guest.h"

#define SELFTESTS	"/selftests"
#define OUTPUT		"/tmp/output"
#define MAX_ARGS	16
#define TAIL_LINES	60

struct result {
	int passed, failed, skipped;
	int subtests, sub_failed;	/* of the test whose own line is still to come */
	bool summary;			/* the program came to its end */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

/* what the tests expect of a system */
static void furnish(void)
{
	static const char *const dirs[] = { "/mnt", "/var", "/var/run", "/run", "/dev/shm", "/root" };
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		mkdir(dirs[i], 0755);
	setrlimit(RLIMIT_MEMLOCK, &limit);
	file_write("/proc/sys/kernel/unprivileged_bpf_disabled", "0");
	file_write("/proc/sys/kernel/perf_event_paranoid", "-1");
	file_write("/proc/sys/kernel/kptr_restrict", "0");
	setenv("PATH", "/bin:/sbin", 1);
	setenv("HOME", "/root", 1);
	setenv("LD_LIBRARY_PATH", "/lib", 1);	/* not where every loader looks */
	if (system("ifconfig lo up"))
		note("the loopback interface is down");
}

/* start() - run @argv in its own process group, output to a file; returns its pid */
static pid_t start(char **argv)
{
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	setpgid(0, 0);
	fd = open(OUTPUT, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	dup2(fd, 1);
	dup2(fd, 2);
	fd = open("/dev/null", O_RDONLY);
	dup2(fd, 0);
	if (chdir(SELFTESTS))
		_exit(126);
	execv(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* await() - exit status of @pid, -ETIME when it had to be killed, -EBUSY when even that did not end it */
static int await(pid_t pid, int seconds)
{
	double end = now() + seconds;
	bool killed = false;
	int status;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		if (now() > end) {
			if (killed)
				return -EBUSY;
			kill(-pid, SIGKILL);
			killed = true;
			end = now() + 20;
		}
		poll(NULL, 0, 100);
	}
	/* daemons that a killed test has left */
	kill(-pid, SIGKILL);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return killed ? -ETIME : status;
}

/* count() - one verdict of @line, printed as an indented result */
static void count(struct result *r, const char *verdict, const char *name)
{
	if (!strncmp(verdict, "OK", 2)) {
		r->passed++;
		say("    ok %s", name);
	} else if (!strncmp(verdict, "SKIP", 4)) {
		r->skipped++;
		say("    ok %s # SKIP", name);
	} else {
		r->failed++;
		say("    not ok %s", name);
	}
}

/*
 * "#12/3 test/subtest:OK" and "#12 test:OK" of test_progs. A test counts itself only when it has no
 * subtests, or fails although none of them does.
 */
static void progs_line(struct result *r, char *line)
{
	char *name = strchr(line, ' '), *verdict = strrchr(line, ':');
	bool sub = strchr(line, '/') && strchr(line, '/') < name;

	/* the verdict of a whole test may be followed by "(SKIP: 1/4)", which has a colon too */
	if (name)
		while (verdict && verdict > name && strncmp(verdict, ":OK", 3) && strncmp(verdict, ":FAIL", 5) &&
		       strncmp(verdict, ":SKIP", 5))
			verdict = memrchr(line, ':', verdict - line);
	if (!name || !verdict || verdict < name)
		return;
	*verdict++ = 0;
	name += strspn(name, " ");
	if (sub) {
		int failed = r->failed;

		count(r, verdict, name);
		r->subtests++;
		r->sub_failed += r->failed - failed;
		return;
	}
	if (!r->subtests || (!strncmp(verdict, "FAIL", 4) && !r->sub_failed))
		count(r, verdict, name);
	r->subtests = 0;
	r->sub_failed = 0;
}

/* test_verifier ends with "Summary: 777 PASSED, 0 SKIPPED, 0 FAILED" and has "#1/u name OK" lines */
static void parse(struct result *r)
{
	FILE *f = fopen(OUTPUT, "r");
	char line[512];
	bool again = false;	/* test_progs repeats the failures at its end */
	int a, b, c;

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!strcmp(line, "All error logs:"))
			again = true;
		if (!again && line[0] == '#' && line[1] >= '0' && line[1] <= '9') {
			char *end = strrchr(line, ' ');

			if (end && !strncmp(end, " FAIL", 5))
				say("    not ok %s", line + 1);
			else
				progs_line(r, line);
		} else if (sscanf(line, "Summary: %d PASSED, %d SKIPPED, %d FAILED", &a, &b, &c) == 3) {
			*r = (struct result){ .passed = a, .skipped = b, .failed = c, .summary = true };
		} else if (!strncmp(line, "Summary: ", 9)) {
			r->summary = true;
		}
	}
	if (f)
		fclose(f);
}

/* show_tail() - the last lines of the output, for the log of the run */
static void show_tail(void)
{
	static char lines[TAIL_LINES][256];
	FILE *f = fopen(OUTPUT, "r");
	int n = 0;

	while (f && fgets(lines[n % TAIL_LINES], sizeof(lines[0]), f))
		n++;
	for (int i = n > TAIL_LINES ? n - TAIL_LINES : 0; i < n; i++)
		note("| %s", lines[i % TAIL_LINES]);
	if (f)
		fclose(f);
}

/* run() - false when the rest makes no sense any more */
static bool run(int seconds, const char *name, char **argv)
{
	struct result r = { 0 };
	double begin = now();
	int status = await(start(argv), seconds);
	const char *end = "";
	char text[128];

	parse(&r);
	if (status == -ETIME)
		end = ", killed: time limit";
	else if (status == -EBUSY)
		end = ", cannot be killed";
	else if (!r.summary)
		end = ", died";
	if (*end || r.failed)
		show_tail();
	r.failed += !r.failed && *end;
	snprintf(text, sizeof(text), "%d passed, %d failed, %d skipped, %.1f s%s", r.passed, r.failed, r.skipped,
		 now() - begin, end);
	if (!r.failed && !r.passed)
		skip(name, text);
	else
		check(!r.failed, "%s # %s", name, text);
	return status != -EBUSY;
}

void suite_selftests(void)
{
	FILE *plan = fopen(SELFTESTS "/plan", "r");
	char line[512];

	if (!plan) {
		check(false, "there is no plan; run this suite with scripts/selftests.sh");
		return;
	}
	furnish();
	while (fgets(line, sizeof(line), plan)) {
		char *argv[MAX_ARGS + 1] = { NULL }, *seconds, *name;
		int n = 0;

		seconds = strtok(line, "\n ");
		name = strtok(NULL, "\n ");
		while (n < MAX_ARGS && (argv[n] = strtok(NULL, "\n ")))
			n++;
		if (n && !run(atoi(seconds), name, argv)) {
			check(false, "%s hangs in the kernel, the rest is not run", name);
			break;
		}
	}
	fclose(plan);
}
