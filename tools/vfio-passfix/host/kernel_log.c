// SPDX-License-Identifier: GPL-2.0-only
#include "host/kernel_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/root.h"

/* The largest buffer that a kernel may have is larger; nobody has so long a log. */
#define LARGEST (16 << 20)
#define RECORD_SIZE 8192

/* The device gives a record a read. */
static char *read_device(void)
{
	int fd = root_open(O_RDONLY | O_NONBLOCK, "/dev/kmsg");
	g_autoptr(GString) text = g_string_new(NULL);
	char record[RECORD_SIZE];
	ssize_t size;

	if (fd < 0)
		return NULL;
	while (text->len < LARGEST) {
		size = read(fd, record, sizeof(record));
		/* EPIPE: what was next has been overwritten meanwhile. */
		if (size < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (size <= 0)
			break;
		g_string_append_len(text, record, size);
	}
	close(fd);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

GPtrArray *kernel_log(bool *whole)
{
	g_autofree char *text = root_is_host() ? read_device() : root_read("/dev/kmsg");
	g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
	GPtrArray *messages;

	*whole = false;
	if (!lines)
		return NULL;
	messages = g_ptr_array_new_with_free_func(g_free);
	for (char **line = lines; *line; line++) {
		/* "level,sequence,time,flags;message"; what describes its device follows behind a blank. */
		const char *message = **line == ' ' ? NULL : strchr(*line, ';');
		unsigned long long sequence;

		if (!message)
			continue;
		if (!messages->len)
			*whole = sscanf(*line, "%*u,%llu", &sequence) == 1 && !sequence;
		g_ptr_array_add(messages, g_strdup(message + 1));
	}
	return messages;
}
