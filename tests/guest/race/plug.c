// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task that plugs a device in, looks whether it is as the fix is, and plugs it out.
 * QMP is spoken over the third port. Its answers are in a file that guest.sh's
 * qmp_start has begun, so that several tasks may read them.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "race.h"

#define QMP "/dev/ttyS2"
#define QMP_ANSWERS "/tmp/qmp"
#define TEST_MODULE "/sys/module/passfix_test/parameters/run"
#define PASS_FIX "/sys/module/vfio_passfix/parameters/pass_fix"

enum {
	POLL_US = 4000,
	POLLS = 7500,
	STAY_US = 50000,
};

static void say(const char *command)
{
	int fd = open(QMP, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	ssize_t length = strlen(command);

	if (fd < 0 || write(fd, command, length) != length)
		err(1, QMP);
	close(fd);
}

/* Whether the machine has said so, after the place *from in its answers. */
static bool has_said(const char *what, off_t *from)
{
	int fd = open(QMP_ANSWERS, O_RDONLY | O_CLOEXEC);
	char text[8192];
	ssize_t length;
	bool found;

	do {
		length = pread(fd, text, sizeof(text) - 1, *from);
		if (length < 0)
			err(1, QMP_ANSWERS);
		text[length] = 0;
		found = strstr(text, what);
		/* An answer may have been cut in two. */
		if (length == sizeof(text) - 1)
			*from += length / 2;
	} while (!found && length == sizeof(text) - 1);
	close(fd);

	return found;
}

static bool wait_until(bool (*happened)(const char *what, off_t *from), const char *what)
{
	off_t from = 0;
	int poll;

	for (poll = 0; poll < POLLS; poll++) {
		if (happened(what, &from))
			return true;
		usleep(POLL_US);
	}
	return false;
}

static bool is_there(const char *path, off_t *unused)
{
	(void)unused;
	return !access(path, F_OK);
}

static bool is_gone(const char *path, off_t *unused)
{
	return !is_there(path, unused);
}

static char first_of(const char *path, const char *command)
{
	int fd = open(path, (command ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	char first;

	if (fd < 0 || (command && write(fd, command, strlen(command)) < 0) ||
	    pread(fd, &first, 1, 0) != 1)
		err(1, "%s %s", path, command ? command : "");
	close(fd);

	return first;
}

/* The fix is on, and the device may be had; or off or not there, and the demand holds. */
static void compare(const char *bdf)
{
	char command[32], on, direct;

	snprintf(command, sizeof(command), "direct %s", bdf);
	quiet_begin();
	on = access(PASS_FIX, F_OK) ? 'N' : first_of(PASS_FIX, NULL);
	direct = first_of(TEST_MODULE, command);
	quiet_end();

	if (direct == (on == 'Y' ? '0' : '1'))
		count(AGREED);
	else
		other("%s: pass_fix is %c, require_direct %c", bdf, on, direct);
}

void task_plug(char **args)
{
	char group[128], device[64], id[32], event[64], command[256];
	unsigned int round = 0;

	snprintf(device, sizeof(device), "/sys/bus/pci/devices/%s", args[1]);
	snprintf(group, sizeof(group), "/sys/bus/pci/devices/%s/iommu_group", args[1]);

	race_start();
	while (race_on(PLUGS)) {
		/* The machine may have one by the name of the last for a while yet. */
		snprintf(id, sizeof(id), "%s-%u", args[0], round++);
		snprintf(command, sizeof(command),
			 "{\"execute\":\"device_add\",\"arguments\":"
			 "{\"driver\":\"edu\",\"id\":\"%s\",\"bus\":\"%s\"}}\n", id, args[0]);
		say(command);
		if (!wait_until(is_there, group)) {
			other("%s: it did not come", id);
			break;
		}
		count(PLUGGED);
		pause_up_to(STAY_US);
		compare(args[1]);

		snprintf(command, sizeof(command),
			 "{\"execute\":\"device_del\",\"arguments\":{\"id\":\"%s\"}}\n", id);
		say(command);
		snprintf(event, sizeof(event), "\"device\": \"%s\"", id);
		if (!wait_until(is_gone, device) || !wait_until(has_said, event)) {
			other("%s: it did not go", id);
			break;
		}
		count(UNPLUGGED);
	}
}
