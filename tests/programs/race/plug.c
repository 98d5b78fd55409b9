// SPDX-License-Identifier: GPL-2.0-only
/* A task that plugs a device in, checks that its state matches the fix, and plugs it out. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../text.h"
#include "qmp.h"
#include "race.h"

#define TEST_MODULE "/sys/module/passfix_test/parameters/run"
#define PASS_FIX "/sys/module/vfio_passfix/parameters/pass_fix"

enum {
	POLL_US = 4000,
	POLLS = 7500,
	STAY_US = 50000,
};

static bool comes_true(bool (*holds)(const char *path), const char *path)
{
	int poll;

	for (poll = 0; poll < POLLS; poll++) {
		if (holds(path))
			return true;
		usleep(POLL_US);
	}
	return false;
}

static bool is_gone(const char *path)
{
	return access(path, F_OK);
}

/*
 * The type of a group and the mappings of its devices are set in one hold of the group's
 * mutex; the device's link to the group appears before that.
 */
static bool is_known(const char *type)
{
	char text[16];

	return text_read(type, text, sizeof(text)) > 0 && strcmp(text, "unknown\n");
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

/* With the fix on, the device must be relaxed; with it off or not loaded, it must not. */
static void compare(const char *bdf)
{
	char command[32], on = 'N', direct;

	snprintf(command, sizeof(command), "direct %s", bdf);
	quiet_begin();
	if (!access(PASS_FIX, F_OK))
		on = first_of(PASS_FIX, NULL);
	direct = first_of(TEST_MODULE, command);
	quiet_end();

	if (direct == (on == 'Y' ? '0' : '1'))
		count(AGREED);
	else
		other("%s: pass_fix is %c, require_direct %c", bdf, on, direct);
}

static bool plug_in(const char *id, const char *port, const char *type)
{
	qmp_send("{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"edu\",\"id\":\"%s\",\"bus\":\"%s\"}}",
		 id, port);
	if (comes_true(is_known, type))
		return true;

	other("%s: it did not come", id);
	return false;
}

/* QEMU may have the device for a while after it is gone from the kernel. */
static bool plug_out(const char *id, const char *device)
{
	char last_word[64];

	snprintf(last_word, sizeof(last_word), "%s\"}", id);
	qmp_send("{\"execute\":\"device_del\",\"arguments\":{\"id\":\"%s\"}}", id);
	if (comes_true(is_gone, device) && qmp_says(last_word))
		return true;

	other("%s: it did not go", id);
	return false;
}

void task_plug(char **args)
{
	const char *port = args[0], *bdf = args[1], *first = args[2];
	char type[128], device[64], id[32];
	unsigned int round = 0;

	snprintf(device, sizeof(device), "/sys/bus/pci/devices/%s", bdf);
	snprintf(type, sizeof(type), "/sys/bus/pci/devices/%s/iommu_group/type", bdf);
	qmp_open();
	if (!access(device, F_OK) && !plug_out(first, device))
		errx(1, "%s", first);

	race_start();
	while (race_on(PLUGS)) {
		snprintf(id, sizeof(id), "%s-%d-%u", port, getpid(), round++);
		if (!plug_in(id, port, type)) {
			give_up();
			break;
		}
		count(PLUGGED);
		pause_up_to(STAY_US);
		compare(bdf);
		if (!plug_out(id, device)) {
			give_up();
			break;
		}
		count(UNPLUGGED);
	}
}
