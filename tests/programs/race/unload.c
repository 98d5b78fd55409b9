// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task that unloads the modules when that is possible, and loads them again. It must not
 * be possible while somebody has a container of the fork, or while the fix is on.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "../modules.h"
#include "../text.h"
#include "race.h"

#define PROBES "/sys/kernel/debug/kprobes/list"

enum {
	FORK_ONE_IN = 4,
	GONE_US = 20000,
	BETWEEN_US = 50000,
};

static void load(const char *path, const char *parameters)
{
	if (module_load(path, parameters))
		other("load %s: %s", path, strerror(errno));
}

/* Whether it was unloaded; if not, it was in use. */
static bool unload(const char *name, enum count went, enum count stayed)
{
	if (!module_unload(name)) {
		count(went);
		return true;
	}
	if (errno == EWOULDBLOCK || errno == EBUSY)
		count(stayed);
	else
		other("unload %s: %s", name, strerror(errno));

	return false;
}

/* The fix has probes exactly while it is on, so after an unload there must be none. */
static void check_probes(void)
{
	char text[256];
	ssize_t length = text_read(PROBES, text, sizeof(text));

	if (length < 0)
		other(PROBES ": %s", strerror(errno));
	else if (length)
		other("vfio_passfix was unloaded while on: %s", text);
}

/* Whether the fork was unloaded; then nobody may have held it. */
static bool unload_fork(void)
{
	unsigned int before[TASKS_MAX], after[TASKS_MAX], i;

	holders(before);
	if (!unload("vfio_iommu_type1_passfix", FORK_WENT, FORK_STAYED))
		return false;
	holders(after);
	for (i = 0; i < TASKS_MAX; i++)
		if (before[i] % 2 && after[i] == before[i])
			other("the fork was unloaded while a container was its own");

	return true;
}

static bool unload_passfix(void)
{
	if (!unload("vfio_passfix", PASSFIX_WENT, PASSFIX_STAYED))
		return false;
	check_probes();

	return true;
}

void task_unload(char **args)
{
	race_start();
	while (race_on(UNLOADS)) {
		/* Not too often, because claims fail without the fork. */
		bool fork_went = !random_below(FORK_ONE_IN) && unload_fork();

		if (fork_went)
			pause_up_to(GONE_US);
		if (unload_passfix())
			load(args[1], "");
		if (fork_went)
			load(args[0], "allow_unsafe_interrupts=1");
		pause_up_to(BETWEEN_US);
	}
}
