// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of the host, to notice changes. Files that always exist stay open, because
 * the state is read a few thousand times.
 */
#include <err.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"
#include "text.h"

#define PARAMETERS "/sys/module/vfio_passfix/parameters/"
#define RUN "/sys/module/passfix_test/parameters/run"

enum { GROUPS_MAX = 64 };

static struct { int id, fd; } groups[GROUPS_MAX];
static size_t group_count;
static int modules_fd, probes_fd, run_fd;

static int must_open(const char *path, int mode)
{
	int fd = open(path, mode | O_CLOEXEC);

	if (fd < 0)
		err(2, "%s", path);

	return fd;
}

void host_init(void)
{
	glob_t found;
	size_t i;

	if (glob("/sys/kernel/iommu_groups/*/reserved_regions", 0, NULL, &found) ||
	    found.gl_pathc > GROUPS_MAX)
		errx(2, "no IOMMU groups, or too many");
	group_count = found.gl_pathc;
	for (i = 0; i < group_count; i++) {
		groups[i].id = atoi(found.gl_pathv[i] + strlen("/sys/kernel/iommu_groups/"));
		groups[i].fd = must_open(found.gl_pathv[i], O_RDONLY);
	}
	globfree(&found);
	modules_fd = must_open("/proc/modules", O_RDONLY);
	probes_fd = must_open("/sys/kernel/debug/kprobes/list", O_RDONLY);
	run_fd = must_open(RUN, O_RDWR);
}

void host_add(struct host *host, const char *format, ...)
{
	size_t room = sizeof(host->text) - host->length;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(host->text + host->length, room, format, args);
	va_end(args);
	if (length < 0 || (size_t)length >= room)
		errx(2, "there is more to the host than was thought");
	host->length += (size_t)length;
}

/* The text of a file, from its beginning. Valid until the next call. */
static char *read_all(int fd, const char *what)
{
	static char text[1 << 14];
	size_t length = 0;
	ssize_t got;

	while ((got = pread(fd, text + length, sizeof(text) - 1 - length, (off_t)length)) > 0)
		length += (size_t)got;
	if (got < 0)
		err(2, "%s", what);
	text[length] = '\0';

	return text;
}

/* Adds each line, with a word before it. */
static void add_lines(struct host *host, const char *word, char *text)
{
	char *line;

	while ((line = strsep(&text, "\n")) && *line)
		host_add(host, "%s: %s\n", word, line);
}

/* Adds the modules, with use counts and users, but without their addresses. */
static void add_modules(struct host *host)
{
	char *text = read_all(modules_fd, "/proc/modules"), *line;

	while ((line = strsep(&text, "\n")) && *line)
		if (!strncmp(line, "vfio", 4))
			host_add(host, "module: %.*s\n", (int)(strstr(line, " 0x") - line), line);
}

static void add_parameter(struct host *host, const char *name)
{
	char path[128], text[4096 + 1];

	snprintf(path, sizeof(path), PARAMETERS "%s", name);
	if (text_read(path, text, sizeof(text)) >= 0)
		add_lines(host, name, text);
	else if (errno == ENOENT)
		host_add(host, "%s: there is none\n", name);
	else
		err(2, "%s", path);
}

void host_look(struct host *host)
{
	char word[32];
	size_t i;

	host->length = 0;
	add_modules(host);
	add_lines(host, "probe", read_all(probes_fd, "kprobes/list"));
	add_parameter(host, "pass_fix");
	add_parameter(host, "devices");
	add_parameter(host, "relaxed");
	for (i = 0; i < group_count; i++) {
		snprintf(word, sizeof(word), "group %d", groups[i].id);
		add_lines(host, word, read_all(groups[i].fd, word));
	}
	if (pwrite(run_fd, "all -", 5, 0) != 5)
		err(2, RUN);
	add_lines(host, "device", read_all(run_fd, RUN));
}

bool host_same(const struct host *one, const struct host *other)
{
	return !strcmp(one->text, other->text);
}

static unsigned int print_missing(const char *word, const struct host *of, const struct host *in)
{
	static char copy[sizeof(of->text)];
	char *rest = copy, *line, with_end[600];
	unsigned int count = 0;

	memcpy(copy, of->text, sizeof(copy));
	while ((line = strsep(&rest, "\n")) && *line) {
		snprintf(with_end, sizeof(with_end), "%s\n", line);
		if (!strstr(in->text, with_end)) {
			printf("  %s: %s\n", word, line);
			count++;
		}
	}
	return count;
}

void host_print_difference(const struct host *expected, const struct host *got)
{
	unsigned int count = print_missing("expected", expected, got) +
			     print_missing("got", got, expected);

	/* The lines are the same, but in another order or number. */
	if (!count)
		printf("  expected, all of it:\n%s  got, all of it:\n%s", expected->text, got->text);
}
