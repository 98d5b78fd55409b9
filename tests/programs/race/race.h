/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tasks of a race share: how often each event has happened and how often it must
 * happen, and a common start. Each task is a separate process.
 */
#ifndef PASSFIX_TEST_RACE_H
#define PASSFIX_TEST_RACE_H

#include <stdbool.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The events that may happen; count.c has their names. Anything else is OTHER. */
enum count {
	WROTE,
	BUSY,
	NO_PARAMETER,
	NOT_LOADED_YET,
	TURNED_ON,
	TURNED_OFF,
	HAD,
	REFUSED,
	IOMMUFD_HAD,
	IOMMUFD_REFUSED,
	DEMAND,
	HELD,
	NOT_BOUND,
	GONE_MEANWHILE,
	NO_TYPE1,
	BOUND,
	UNBOUND,
	MOVED,
	FORK_STAYED,
	FORK_WENT,
	PASSFIX_STAYED,
	PASSFIX_WENT,
	PLUGGED,
	UNPLUGGED,
	AGREED,
	RELOADED,
	RELOADED_ON,
	READ_STOCK,
	READ_RELAXED,
	OTHER,
	COUNTS,
};

/* The possible goals of a race; each is reached by the counts of some events. */
enum goal {
	TOGGLES,
	CLAIMS,
	UNLOADS,
	PLUGS,
	RELOADS,
	GOALS,
};

enum { TASKS_MAX = 16 };

/* To be called before the tasks start. */
void race_begin(void);
bool race_set_goal(const char *name, uint64_t count);
void race_print(void);

void count(enum count what);
uint64_t counted(enum count what);

/* Counts an OTHER, with a line that describes it. Too many end the race. */
void other(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the race, because its goal will not be reached. */
void give_up(void);

/* race_expect() sets the number of tasks; race_start() waits until all of them have called it. */
void race_expect(unsigned int tasks);
void race_start(void);

/*
 * For a task's loop: false when all goals are reached. It waits if the task's own goal is
 * ahead of the others, so that all tasks race from start to end.
 */
bool race_on(enum goal goal);
/* The same for a task without a goal. */
bool race_on_still(void);

/* Pauses for a random number of microseconds, up to a limit. */
void pause_up_to(unsigned int limit);
unsigned int random_below(unsigned int limit);

/*
 * Whether each task holds the fork of type1: its number is odd while it does, and changes
 * each time.
 */
void hold_fork(bool hold);
void holders(unsigned int seen[TASKS_MAX]);
void race_is_task(unsigned int number);

/* Prevents toggles while a task examines their result. */
void toggle_begin(void);
void toggle_end(void);
void quiet_begin(void);
void quiet_end(void);

/* The tasks. */
void task_toggle(char **args);
void task_claim(char **args);
void task_iommufd_claim(char **args);
void task_own(char **args);
void task_bind(char **args);
void task_unload(char **args);
void task_plug(char **args);
void task_reload(char **args);
void task_regions(char **args);
void task_log(char **args);

#endif
