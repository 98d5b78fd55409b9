/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads and writes text in small files, such as those of sysfs and /proc. */
#ifndef PASSFIX_TEST_TEXT_H
#define PASSFIX_TEST_TEXT_H

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static inline ssize_t text_close(int fd, ssize_t ret)
{
	int error = errno;

	close(fd);
	errno = error;
	return ret;
}

/* Writes to an existing file. Returns 0, or -1 with errno set. */
static inline int text_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	return text_close(fd, write(fd, text, strlen(text))) < 0 ? -1 : 0;
}

/* Reads once, and adds a zero byte. Returns the length, or -1 with errno set. */
static inline ssize_t text_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -1;
	length = text_close(fd, read(fd, text, size - 1));
	text[length < 0 ? 0 : length] = '\0';
	return length;
}

#endif
