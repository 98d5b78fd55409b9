// SPDX-License-Identifier: GPL-2.0-only
/* Makes memory allocations fail while the kernel works for this program. */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shortage.h"
#include "text.h"

#define DEBUG "/sys/kernel/debug/"

/* The two ways to get memory: slabs, and whole pages. */
static const char *const doors[] = { "failslab", "fail_page_alloc" };

/* Always open, because opening a file allocates memory. */
static int nth_fd, task_fd;

static void write_text(const char *path, const char *text)
{
	if (text_write(path, text))
		err(2, "%s", path);
}

static void set(const char *attribute, const char *value)
{
	char path[128];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), DEBUG "%s/%s", doors[i], attribute);
		write_text(path, value);
	}
}

void shortage_init(void)
{
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	task_fd = open("/proc/thread-self/make-it-fail", O_RDWR | O_CLOEXEC);
	if (nth_fd < 0 || task_fd < 0)
		err(2, "/proc/thread-self/fail-nth, make-it-fail");
	/* Include allocations that may wait for memory; and do not log each. */
	set("ignore-gfp-wait", "N");
	set("verbose", "0");
	set("task-filter", "Y");
	set("times", "-1");
	/* The default: allocations in the whole kernel, none excluded. */
	set("require-start", "0");
	set("require-end", "0xffffffffffffffff");
	set("reject-start", "0");
	set("reject-end", "0");
	write_text(DEBUG "fail_page_alloc/min-order", "0");
	/* Allocations for this program's own memory must not fail. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		err(2, "mlockall");
}

/* Sets two attributes to the range of a function, which ends where the next one begins. */
static void set_range(const char *from, const char *to, const char *function)
{
	uint64_t address, start = 0, end = UINT64_MAX;
	char line[512], name[256], value[32];
	FILE *symbols = fopen("/proc/kallsyms", "re");
	int pass;

	if (!symbols)
		err(2, "/proc/kallsyms");
	for (pass = 0; pass < 2; pass++) {
		rewind(symbols);
		while (fgets(line, sizeof(line), symbols)) {
			if (sscanf(line, "%" SCNx64 " %*c %255s", &address, name) != 2)
				continue;
			if (!pass && !strcmp(name, function))
				start = address;
			if (pass && address > start && address < end)
				end = address;
		}
		if (!start)
			errx(2, "/proc/kallsyms has no %s", function);
	}
	fclose(symbols);
	snprintf(value, sizeof(value), "0x%" PRIx64, start);
	set(from, value);
	snprintf(value, sizeof(value), "0x%" PRIx64, end);
	set(to, value);
}

void shortage_leave_out(const char *function)
{
	set_range("reject-start", "reject-end", function);
}

void shortage_only_in(const char *function)
{
	set_range("require-start", "require-end", function);
}

static void tell(int fd, unsigned int n)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fd, text, (size_t)length, 0) != length)
		err(2, "fault injection");
}

void shortage_of_nth(unsigned int n)
{
	tell(nth_fd, n);
}

void shortage_of_percent(unsigned int percent)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", percent);
	set("probability", text);
	tell(task_fd, 1);
}

bool shortage_end(void)
{
	char text[16] = "";
	bool reached;

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		err(2, "/proc/thread-self/fail-nth");
	reached = !atoi(text);
	tell(nth_fd, 0);
	tell(task_fd, 0);

	return reached;
}
