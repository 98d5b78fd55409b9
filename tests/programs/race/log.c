// SPDX-License-Identifier: GPL-2.0-only
/* A task that counts messages in the kernel's log. It is part of every race. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "race.h"

enum { POLL_US = 4000 };

static const struct {
	const char *says;
	enum count what;
} lines[] = {
	{ "vfio_passfix: on: ", TURNED_ON },
	{ "vfio_passfix: off: ", TURNED_OFF },
	{ "Firmware has requested this device have a 1:1 IOMMU mapping, rejecting", DEMAND },
};

static void count_line(const char *text)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		if (strstr(text, lines[i].says))
			count(lines[i].what);
}

/* Reads lines, one per read, until there are no more. */
static void read_log(int fd)
{
	char text[1024];
	ssize_t length;

	while ((length = read(fd, text, sizeof(text) - 1)) > 0) {
		text[length] = 0;
		count_line(text);
	}
	if (errno != EAGAIN)
		other("the log: %s", strerror(errno));
}

void task_log(char **args)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	(void)args;
	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		err(1, "/dev/kmsg");
	race_start();
	while (race_on_still()) {
		read_log(fd);
		usleep(POLL_US);
	}
	/* The other tasks notice the end within a few ms; count what they still do. */
	sleep(1);
	read_log(fd);
}
