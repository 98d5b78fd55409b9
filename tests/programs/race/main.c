// SPDX-License-Identifier: GPL-2.0-only
/*
 * race GOAL... TASK...: runs conflicting tasks at the same time until each goal is reached;
 * then prints how often each kind of event happened, a line each. Ends with 1 if anything
 * happened that must not.
 *
 *   toggles N            pass_fix was changed, or refused to change, N times
 *   claims N             N claims succeeded and were released, or were refused
 *   unloads N            N attempts to unload one of the modules
 *   plugs N              N devices were plugged in and out
 *   reloads N            the modules were loaded and unloaded N times
 *
 *   toggle PARAMETER MICROSECONDS  write the opposite value to a pass_fix; if it is off,
 *                        wait up to that long first, so that claims are refused
 *   claim BDF            claim, map the page at 0 and one of the firmware's, release
 *   fd-claim BDF         the same with iommufd. Only one task per device
 *   own BDF              claim before the others begin, do DMA until they end
 *   bind BDF[,BDF...]    bind some of the devices to vfio-pci, and unbind them
 *   unload FORK PASSFIX  unload the modules, and load them again from these files
 *   plug PORT BDF ID     plug a device in, check that its state matches the fix, and plug it
 *                        out. The device ID that is present at the beginning goes first
 *   reload FORK PASSFIX EVERY  load and unload the modules; once in EVERY times, turn the fix
 *                        on in between. FORK may be "-", for vfio_passfix alone
 *   regions BDF          read the reserved regions of the device's group: each answer is stock's or
 *                        the fix's
 *
 * vfio-pci must be loaded, and must be the driver_override of all devices to be bound.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "race.h"

static const struct kind {
	const char *name;
	unsigned int args;
	void (*run)(char **args);
} kinds[] = {
	{ "log", 0, task_log },
	{ "toggle", 2, task_toggle },
	{ "claim", 1, task_claim },
	{ "fd-claim", 1, task_iommufd_claim },
	{ "own", 1, task_own },
	{ "bind", 1, task_bind },
	{ "unload", 2, task_unload },
	{ "plug", 3, task_plug },
	{ "reload", 3, task_reload },
	{ "regions", 1, task_regions },
};

struct task {
	const struct kind *kind;
	char **args;
};

static const struct kind *find_kind(const char *name)
{
	const struct kind *kind;

	for (kind = kinds; kind < kinds + ARRAY_SIZE(kinds); kind++)
		if (!strcmp(kind->name, name))
			return kind;
	errx(2, "neither a goal nor a task: %s", name);
}

static void begin(const struct task *task, unsigned int number)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "%s", task->kind->name);
	if (pid)
		return;
	race_is_task(number);
	task->kind->run(task->args);
	exit(0);
}

int main(int argc, char **argv)
{
	/* The log distinguishes changes from writes without effect. */
	struct task tasks[TASKS_MAX] = { { find_kind("log"), NULL } };
	unsigned int number = 1, i;
	char **arg = argv + 1, **end = argv + argc;
	int status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	race_begin();
	while (arg < end) {
		struct task *task = &tasks[number];

		if (end - arg > 1 && race_set_goal(arg[0], strtoull(arg[1], NULL, 0))) {
			arg += 2;
			continue;
		}
		if (++number > TASKS_MAX)
			errx(2, "too many tasks");
		task->kind = find_kind(arg[0]);
		task->args = arg + 1;
		arg += 1 + task->kind->args;
		if (arg > end)
			errx(2, "%s wants %u arguments", task->kind->name, task->kind->args);
	}

	race_expect(number);
	for (i = 0; i < number; i++)
		begin(&tasks[i], i);
	while (wait(&status) > 0)
		if (status) {
			other("a task ended with status 0x%x", status);
			give_up();
		}
	race_print();

	return counted(OTHER) > 0;
}
