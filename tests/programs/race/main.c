// SPDX-License-Identifier: GPL-2.0-only
/*
 * race GOAL... TASK...: tasks that get in each other's way, all at once, until each
 * goal is reached; then how often each thing came about, a line a kind. Ends with 1
 * where anything came about that must not.
 *
 *   toggles N            pass_fix changed, or refused to, N times
 *   claims N             N claims that were had and released, or refused
 *   unloads N            N tries to unload one of the modules
 *   plugs N              N devices plugged in and out
 *   reloads N            both modules loaded and unloaded N times
 *
 *   toggle PARAMETER MICROSECONDS  write to a pass_fix what it is not; where it is off,
 *                        after up to that long, for claims to be refused
 *   claim BDF            claim, map the page at 0 and one of the firmware's, release
 *   fd-claim BDF         the same, through iommufd. One task a device
 *   own BDF              claim before the others begin, do DMA until they end
 *   bind BDF[,BDF...]    bind some of the devices to vfio-pci, and unbind them
 *   unload FORK PASSFIX  unload the modules, and load them again from these files
 *   plug PORT BDF ID     plug a device in, look whether it is as the fix is, and out. What
 *                        is there at the beginning is the machine's ID, and goes first
 *   reload FORK PASSFIX EVERY  load the modules and unload them, and have the fix on in
 *                        between every so many times
 *
 * vfio-pci is to be loaded, and to be the driver_override of all devices to be bound.
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
	/* Changes are told apart from writes in vain by the log. */
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
