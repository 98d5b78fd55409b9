/* SPDX-License-Identifier: GPL-2.0-only */
/* The units of systemd that programs belong to. */
#ifndef VFIO_PASSFIX_UNIT_H
#define VFIO_PASSFIX_UNIT_H

#include <stdbool.h>

/*
 * unit_of_process - the unit that started a program, by its control group
 * @pid: its number
 *
 * For a user's program that is the user's session ("session-2.scope"), or the user's own systemd
 * ("user@1000.service").
 *
 * Return: its name, for g_free(); NULL: none.
 */
char *unit_of_process(const char *pid);

/* Whether that is a session of a user or the user's own systemd. */
bool unit_is_of_user(const char *unit);

/* The unit of the display manager, for g_free(); NULL: the host has none. */
char *unit_of_display_manager(void);

/* Whether it runs: it has a control group. */
bool unit_runs(const char *unit);

/* Waits until it has no job any more, such as being started at boot. */
void unit_wait(const char *unit, unsigned int seconds);

/* Stopping and starting, with what they start; each waits @seconds at the most. Return: whether it is so now. */
bool unit_stop(const char *unit, unsigned int seconds);
bool unit_start(const char *unit, unsigned int seconds);

#endif
