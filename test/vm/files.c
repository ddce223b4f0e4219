// SPDX-License-Identifier: GPL-2.0
/* Small files and the parameters of this run. */
#include <fcntl.h>
#include <unistd.h>
#include "guest.h"

static char job_text[4096];

int file_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), len = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((size_t)len < size - 1 && (n = read(fd, buf + len, size - 1 - len)) > 0)
		len += n;
	close(fd);
	while (len > 0 && buf[len - 1] == '\n')
		len--;
	buf[len] = 0;
	return len;
}

long file_num(const char *path, long fallback)
{
	char buf[64];

	return file_read(path, buf, sizeof(buf)) > 0 ? strtol(buf, NULL, 10) : fallback;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool file_has(const char *path, const char *needle)
{
	static char buf[1 << 20];

	return file_read(path, buf, sizeof(buf)) > 0 && strstr(buf, needle);
}

void job_read(const char *path)
{
	if (file_read(path, job_text + 1, sizeof(job_text) - 2) > 0)
		job_text[0] = '\n';
}

const char *job(const char *key, const char *fallback)
{
	static char values[8][256];
	static int next;
	char want[64], *value = values[next++ % 8];
	const char *p;

	snprintf(want, sizeof(want), "\n%s=", key);
	p = strstr(job_text, want);
	if (!p)
		return fallback;
	snprintf(value, 256, "%.*s", (int)strcspn(p + strlen(want), "\n"), p + strlen(want));
	return *value ? value : fallback;
}
