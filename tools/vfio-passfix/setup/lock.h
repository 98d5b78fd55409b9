/* SPDX-License-Identifier: GPL-2.0-only */
/* One at a time: what changes a system or a device keeps others out, and is not cut short. */
#ifndef VFIO_PASSFIX_LOCK_H
#define VFIO_PASSFIX_LOCK_H

#include <gio/gio.h>
#include <stdbool.h>

/*
 * lock_take - keep others away from a root until the program ends
 * @name: what is locked, a word for a file name
 * @wait: for one that has it; else that is an error, G_IO_ERROR_BUSY
 *
 * The file is in /run/vfio-passfix, which is root's alone, so that nobody else can hold it; of
 * a user who works on a tree of his own, in his runtime folder.
 *
 * Return: false with @error set.
 */
bool lock_take(const char *name, bool wait, GError **error);

/*
 * From here on what would end the program (Ctrl-C, SIGTERM, a closed terminal) waits for
 * lock_finish(), and a reader of the output who has gone is an error of writing, not an end.
 */
void lock_begin(void);
void lock_finish(void);

/*
 * Has a program that is run meanwhile hold the lock as well, so that it is held as long as
 * the program is at work. Signals that are sent to the program alone end it as always; Ctrl-C
 * does not reach it.
 */
void lock_share(GSubprocessLauncher *launcher);

#endif
