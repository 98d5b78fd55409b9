// SPDX-License-Identifier: GPL-2.0-only
/* A task that writes the opposite value to a pass_fix. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "race.h"

enum { GONE_US = 20000 };

static void toggle(const char *parameter, unsigned int off_us)
{
	int fd = open(parameter, O_RDWR | O_CLOEXEC);
	const char *want;
	char now;

	if (fd < 0 || pread(fd, &now, 1, 0) != 1)
		goto failed;
	want = now == 'Y' ? "0" : "1";
	if (*want == '1')
		pause_up_to(off_us);
	if (pwrite(fd, want, 1, 0) == 1)
		count(WROTE);
	else if (errno == EBUSY && *want == '0')
		count(BUSY);
	else
		goto failed;
	close(fd);
	return;

failed:
	/* Its module is being unloaded, or is gone. */
	if (errno == ENOENT || errno == ENODEV)
		count(NO_PARAMETER);
	else if (errno == EAGAIN)
		count(NOT_LOADED_YET);
	else
		other("toggle %s: %s", parameter, strerror(errno));
	if (fd >= 0)
		close(fd);
	usleep(GONE_US);
}

void task_toggle(char **args)
{
	unsigned int off_us = (unsigned int)strtoul(args[1], NULL, 0);

	race_start();
	while (race_on(TOGGLES)) {
		toggle_begin();
		toggle(args[0], off_us);
		toggle_end();
	}
}
