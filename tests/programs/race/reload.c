// SPDX-License-Identifier: GPL-2.0-only
/* A task that loads and unloads the modules, sometimes with the fix on in between. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../modules.h"
#include "../text.h"
#include "race.h"

#define PASS_FIX "/sys/module/vfio_passfix/parameters/pass_fix"

static bool well(const char *what, int ret)
{
	if (ret)
		other("%s: %s", what, strerror(errno));

	return !ret;
}

void task_reload(char **args)
{
	unsigned int every = (unsigned int)strtoul(args[2], NULL, 0), round;
	bool with_fork = strcmp(args[0], "-");

	race_start();
	for (round = 1; race_on(RELOADS); round++) {
		bool on = round % every == 0;
		/* By the parameters of both modules, in turn. */
		bool by_fork = with_fork && round / every % 2;

		if (!well("load vfio_passfix",
			  module_load(args[1], on && !by_fork ? "pass_fix=1" : "")) ||
		    (with_fork && !well("load the fork",
					module_load(args[0], on && by_fork ? "pass_fix=1" : ""))) ||
		    (on && !well("off", text_write(PASS_FIX, "0"))) ||
		    (with_fork && !well("unload the fork",
					module_unload("vfio_iommu_type1_passfix"))) ||
		    !well("unload vfio_passfix", module_unload("vfio_passfix"))) {
			give_up();
			break;
		}
		if (on)
			count(RELOADED_ON);
		count(RELOADED);
	}
}
