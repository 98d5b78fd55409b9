// SPDX-License-Identifier: GPL-2.0-only
#include "host/kernel_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/record.h"
#include "host/root.h"

/* The kernel allows larger buffers, but nobody has so long a log. */
#define LARGEST (16 << 20)
#define RECORD_SIZE 8192

/* Each read of the device returns one record. */
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
		/* EPIPE: the next record was overwritten meanwhile. */
		if (size < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (size <= 0)
			break;
		g_string_append_len(text, record, size);
	}
	close(fd);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

bool kernel_log_is_kept(const char *message)
{
	return g_regex_match_simple("(?i)vfio|iommu|AMD-Vi|DMAR|SMMU|IVRS|IVMD|RMRR|IO_PAGE_FAULT|lockdown|BAR \\d|module verification",
				    message, G_REGEX_RAW, 0);
}

/* A report has the first record, which shows whether the log is complete, and those that are kept. */
static void record_log(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) kept = g_string_new(NULL);

	for (char **line = lines; *line; line++) {
		const char *message = **line == ' ' ? NULL : strchr(*line, ';');

		if (message && kernel_log_is_kept(message + 1))
			g_string_append_printf(kept, "%s\n", *line);
		else if (message && !kept->len)
			g_string_append_printf(kept, "%.*s;(first)\n", (int)(message - *line), *line);
	}
	record_content("/dev/kmsg", kept->str, kept->len);
}

GPtrArray *kernel_log(bool *whole)
{
	g_autofree char *text = root_is_host() ? read_device() : root_read("/dev/kmsg");
	g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
	GPtrArray *messages;

	*whole = false;
	if (!lines)
		return NULL;
	if (root_is_host())
		record_log(text);
	messages = g_ptr_array_new_with_free_func(g_free);
	for (char **line = lines; *line; line++) {
		/* "level,sequence,time,flags;message". Lines after it that begin with a blank describe the device. */
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
