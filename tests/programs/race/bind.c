// SPDX-License-Identifier: GPL-2.0-only
/* A task that binds some devices at a time to vfio-pci, and unbinds them. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../text.h"
#include "race.h"

#define DRIVER "/sys/bus/pci/drivers/vfio-pci/"

enum {
	DEVICES_MAX = 8,
	/* The most to wait for before the next change. */
	CLAIMS_MEANWHILE = 160,
	CHANGES_MEANWHILE = 3,
	POLL_US = 20000,
	POLLS = 100,
};

static void tell_driver(const char *what, const char *bdf, enum count done)
{
	if (text_write(what, bdf))
		other("%s %s: %s", what, bdf, strerror(errno));
	else
		count(done);
}

static uint64_t claims(void)
{
	return counted(HAD) + counted(REFUSED) + counted(IOMMUFD_HAD) + counted(IOMMUFD_REFUSED);
}

static uint64_t changes(void)
{
	return counted(TURNED_ON) + counted(TURNED_OFF);
}

static uint64_t offs(void)
{
	return counted(TURNED_OFF);
}

/* Waits until some more of these have happened, or no more come, since nobody may be left to do them. */
static void let_others(uint64_t (*happened)(void), unsigned int limit)
{
	uint64_t enough = happened() + 1 + random_below(limit);
	int poll;

	for (poll = 0; poll < POLLS && happened() < enough; poll++)
		usleep(POLL_US);
}

void task_bind(char **args)
{
	char *devices[DEVICES_MAX], *rest = args[0];
	unsigned int number = 0, chosen, i;

	while (number < DEVICES_MAX && (devices[number] = strsep(&rest, ",")))
		number++;

	race_start();
	while (race_on_still()) {
		chosen = 1 + random_below((1U << number) - 1);
		for (i = 0; i < number; i++)
			if (chosen >> i & 1)
				tell_driver(DRIVER "bind", devices[i], BOUND);
		let_others(claims, CLAIMS_MEANWHILE);
		for (i = 0; i < number; i++)
			if (chosen >> i & 1)
				tell_driver(DRIVER "unbind", devices[i], UNBOUND);
		let_others(changes, CHANGES_MEANWHILE);
		/* Half of the times, wait until the fix is off, so that claims are refused. */
		if (random_below(2))
			let_others(offs, 1);
	}
}
