// SPDX-License-Identifier: GPL-2.0-only
/* The state that the tasks of a race share. */
#include <err.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "race.h"

enum {
	OTHERS_SHOWN = 20,
	TICK_US = 20000,
	AHEAD_PERCENT = 5,
};

static const char * const words[COUNTS] = {
	[WROTE] = "pass_fix was written",
	[BUSY] = "off was refused with EBUSY",
	[NO_PARAMETER] = "pass_fix was gone with its module",
	[NOT_LOADED_YET] = "pass_fix was written while its module was being loaded",
	[TURNED_ON] = "log: on",
	[TURNED_OFF] = "log: off",
	[HAD] = "container: claimed, mapped, released",
	[REFUSED] = "container: refused",
	[IOMMUFD_HAD] = "iommufd: claimed, mapped, released",
	[IOMMUFD_REFUSED] = "iommufd: refused",
	[DEMAND] = "log: refused for the demand",
	[HELD] = "somebody else had the group",
	[NOT_BOUND] = "not bound",
	[GONE_MEANWHILE] = "unbound between two steps of a claim",
	[NO_TYPE1] = "no type1 was loaded",
	[BOUND] = "bound",
	[UNBOUND] = "unbound",
	[MOVED] = "DMA there and back",
	[FORK_STAYED] = "the fork could not be unloaded",
	[FORK_WENT] = "the fork was unloaded",
	[PASSFIX_STAYED] = "vfio_passfix could not be unloaded",
	[PASSFIX_WENT] = "vfio_passfix was unloaded",
	[PLUGGED] = "plugged in",
	[UNPLUGGED] = "unplugged",
	[AGREED] = "what was plugged in is as the fix is",
	[RELOADED] = "loaded and unloaded",
	[RELOADED_ON] = "of these with the fix on in between",
	[READ_STOCK] = "regions were read, and were stock's",
	[READ_RELAXED] = "regions were read, and were the fix's",
	[OTHER] = "something else",
};

/* A toggle is either a change, which is in the log, or a refused one. */
static const struct {
	const char *name;
	enum count of[4];
	unsigned int kinds;
} goals[GOALS] = {
	[TOGGLES] = { "toggles", { TURNED_ON, TURNED_OFF, BUSY }, 3 },
	[CLAIMS] = { "claims", { HAD, REFUSED, IOMMUFD_HAD, IOMMUFD_REFUSED }, 4 },
	[UNLOADS] = { "unloads", { FORK_STAYED, FORK_WENT, PASSFIX_STAYED, PASSFIX_WENT }, 4 },
	[PLUGS] = { "plugs", { UNPLUGGED }, 1 },
	[RELOADS] = { "reloads", { RELOADED }, 1 },
};

static struct shared {
	_Atomic uint64_t counts[COUNTS];
	uint64_t goals[GOALS];
	_Atomic unsigned int holders[TASKS_MAX];
	_Atomic unsigned int waiting;	/* tasks that have not reached the start */
	_Atomic unsigned int toggling;
	_Atomic bool quiet;
	_Atomic bool over;
} *shared;

static unsigned int self;

void race_begin(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(1, "memory");
}

bool race_set_goal(const char *name, uint64_t count)
{
	unsigned int goal;

	for (goal = 0; goal < GOALS; goal++)
		if (!strcmp(goals[goal].name, name)) {
			shared->goals[goal] = count;
			return true;
		}
	return false;
}

void race_print(void)
{
	unsigned int what;

	for (what = 0; what < COUNTS; what++)
		printf("%6llu %s\n", (unsigned long long)shared->counts[what], words[what]);
}

void count(enum count what)
{
	shared->counts[what]++;
}

uint64_t counted(enum count what)
{
	return shared->counts[what];
}

void other(const char *format, ...)
{
	va_list args;

	if (shared->counts[OTHER]++ >= OTHERS_SHOWN) {
		shared->over = true;
		return;
	}
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void race_is_task(unsigned int number)
{
	self = number;
	srandom(number + 1);
}

void race_expect(unsigned int tasks)
{
	shared->waiting = tasks;
}

void race_start(void)
{
	shared->waiting--;
	while (shared->waiting && !shared->over)
		usleep(TICK_US);
}

void give_up(void)
{
	shared->over = true;
}

/* Progress in percent of the goal. */
static uint64_t progress(unsigned int goal)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < goals[goal].kinds; i++)
		sum += shared->counts[goals[goal].of[i]];

	return sum * 100 / shared->goals[goal];
}

static uint64_t least_progress(void)
{
	uint64_t least = 100, one;
	unsigned int goal;

	for (goal = 0; goal < GOALS; goal++) {
		if (!shared->goals[goal])
			continue;
		one = progress(goal);
		if (one < least)
			least = one;
	}
	return least;
}

bool race_on_still(void)
{
	return !shared->over && least_progress() < 100;
}

bool race_on(enum goal goal)
{
	uint64_t least;

	for (;;) {
		least = least_progress();
		if (shared->over || least >= 100)
			return false;
		if (!shared->goals[goal] || progress(goal) <= least + AHEAD_PERCENT)
			return true;
		usleep(TICK_US);
	}
}

unsigned int random_below(unsigned int limit)
{
	return (unsigned int)random() % limit;
}

void pause_up_to(unsigned int limit)
{
	if (limit)
		usleep(random_below(limit));
}

void hold_fork(bool hold)
{
	if (shared->holders[self] % 2 != hold)
		shared->holders[self]++;
}

void holders(unsigned int seen[TASKS_MAX])
{
	unsigned int i;

	for (i = 0; i < TASKS_MAX; i++)
		seen[i] = shared->holders[i];
}

void toggle_begin(void)
{
	for (;;) {
		shared->toggling++;
		if (!shared->quiet)
			return;
		shared->toggling--;
		usleep(TICK_US);
	}
}

void toggle_end(void)
{
	shared->toggling--;
}

void quiet_begin(void)
{
	while (atomic_exchange(&shared->quiet, true))
		usleep(TICK_US);
	while (shared->toggling)
		usleep(TICK_US);
}

void quiet_end(void)
{
	shared->quiet = false;
}
