// SPDX-License-Identifier: GPL-2.0
/* KTAP on the result channel. */
#include <stdarg.h>
#include <unistd.h>
#include "guest.h"

static int channel = 1;
static int number, failures;

void report_open(int fd)
{
	channel = fd;
	say("KTAP version 1");
}

static void emit(const char *prefix, const char *fmt, va_list ap)
{
	char line[1024];
	int len = snprintf(line, sizeof(line), "%s", prefix);
	char *p;

	vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
	for (p = line; *p; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	*p++ = '\n';
	for (char *q = line; q < p;) {
		ssize_t n = write(channel, q, p - q);

		if (n < 0 && errno != EINTR)
			break;
		q += n > 0 ? n : 0;
	}
}

void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("", fmt, ap);
	va_end(ap);
}

void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	emit("# ", fmt, ap);
	va_end(ap);
}

bool check(bool ok, const char *fmt, ...)
{
	char prefix[32];
	va_list ap;

	snprintf(prefix, sizeof(prefix), "%sok %d ", ok ? "" : "not ", ++number);
	failures += !ok;
	va_start(ap, fmt);
	emit(prefix, fmt, ap);
	va_end(ap);
	return ok;
}

void skip(const char *name, const char *reason)
{
	say("ok %d %s # SKIP %s", ++number, name, reason);
}

int report_end(void)
{
	say("1..%d", number);
	return failures;
}
