/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tasks of a race share: how often each thing came about, how often it has
 * to, and a start at once. A task is a process of its own.
 */
#ifndef PASSFIX_TEST_RACE_H
#define PASSFIX_TEST_RACE_H

#include <stdbool.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* What may come about; count.c has the words. Whatever else does is OTHER. */
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
	OTHER,
	COUNTS,
};

/* What a race can be asked for; a goal is reached by counts of some kinds. */
enum goal {
	TOGGLES,
	CLAIMS,
	UNLOADS,
	PLUGS,
	RELOADS,
	GOALS,
};

enum { TASKS_MAX = 16 };

/* Before the tasks are begun. */
void race_begin(void);
bool race_set_goal(const char *name, uint64_t count);
void race_print(void);

void count(enum count what);
uint64_t counted(enum count what);

/* One of OTHER, with a line that says what. Too many end the race. */
void other(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the race, since its goal will not be reached. */
void give_up(void);

/* Waits until all tasks, of which there are so many, have come here. */
void race_expect(unsigned int tasks);
void race_start(void);

/*
 * For a task's loop: false when all goals are reached. It waits where the task's own
 * goal is further than the others', so that all tasks race from start to end.
 */
bool race_on(enum goal goal);
/* The same, for who has no goal. */
bool race_on_still(void);

/* Microseconds, at random up to a limit. */
void pause_up_to(unsigned int limit);
unsigned int random_below(unsigned int limit);

/*
 * Whether tasks hold the fork of type1: odd while one does, and another number each
 * time it does.
 */
void hold_fork(bool hold);
void holders(unsigned int seen[TASKS_MAX]);
void race_is_task(unsigned int number);

/* Keeps toggles away for as long as somebody looks at what they leave. */
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
void task_log(char **args);

#endif
