// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task that reads the reserved regions of a device's group. The firmware mandates some of them, so
 * each is "direct" in stock's answer, and "direct-relaxable" in the fix's. An answer may be that of before
 * or after a change, but never some of both.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../text.h"
#include "race.h"

enum { PAUSE_US = 5000 };

void task_regions(char **args)
{
	char path[128], text[4096];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group/reserved_regions", args[0]);
	race_start();
	while (race_on_still()) {
		ssize_t length = text_read(path, text, sizeof(text));
		bool stock, relaxed;

		if (length < 0) {
			other("%s: %s", path, strerror(errno));
			give_up();
			break;
		}
		stock = strstr(text, " direct\n");
		relaxed = strstr(text, " direct-relaxable\n");
		if (stock == relaxed)
			other("neither stock's regions nor the fix's: %s", text);
		else
			count(stock ? READ_STOCK : READ_RELAXED);
		usleep(PAUSE_US);
	}
}
