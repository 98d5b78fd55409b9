// SPDX-License-Identifier: GPL-2.0-only
/* A task that binds devices to vfio-pci, some at a time, and unbinds them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "race.h"

#define DRIVER "/sys/bus/pci/drivers/vfio-pci/"

enum {
	DEVICES_MAX = 8,
	BOUND_US = 100000,
	UNBOUND_US = 100000,
};

static void tell_driver(const char *what, const char *bdf, enum count done)
{
	int fd = open(what, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, bdf, strlen(bdf)) > 0)
		count(done);
	else
		other("%s %s: %s", what, bdf, strerror(errno));
	if (fd >= 0)
		close(fd);
}

void task_bind(char **args)
{
	char *devices[DEVICES_MAX], *rest = args[0];
	unsigned int count = 0, chosen, i;

	while (count < DEVICES_MAX && (devices[count] = strsep(&rest, ",")))
		count++;

	race_start();
	while (race_on_still()) {
		chosen = 1 + random_below((1 << count) - 1);
		for (i = 0; i < count; i++)
			if (chosen >> i & 1)
				tell_driver(DRIVER "bind", devices[i], BOUND);
		pause_up_to(BOUND_US);
		for (i = 0; i < count; i++)
			if (chosen >> i & 1)
				tell_driver(DRIVER "unbind", devices[i], UNBOUND);
		pause_up_to(UNBOUND_US);
	}
}
