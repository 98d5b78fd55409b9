/* SPDX-License-Identifier: GPL-2.0-only */
/* A lock, so that only one program changes a system or a device, and is not interrupted. */
#ifndef VFIO_PASSFIX_LOCK_H
#define VFIO_PASSFIX_LOCK_H

#include <gio/gio.h>
#include <stdbool.h>

/*
 * lock_take - lock a root until the program ends
 * @name: what to lock, a word for a file name
 * @wait: wait for a program that has the lock; otherwise that is an error, G_IO_ERROR_BUSY
 *
 * The lock file is in /run/vfio-passfix, which only root can write to, so nobody else can hold it.
 * For another user, who works on a tree of their own, it is in that user's runtime folder.
 *
 * Return: false with @error set.
 */
bool lock_take(const char *name, bool wait, GError **error);

/*
 * Until lock_finish(), signals that would end the program (Ctrl-C, SIGTERM, a closed terminal) are
 * deferred, and if the reader of the output is gone, writing fails instead of ending the program.
 */
void lock_begin(void);
void lock_finish(void);

/*
 * Makes a program that is run meanwhile hold the lock, too, for as long as it runs. Signals that
 * are sent to that program alone end it as usual; Ctrl-C does not reach it.
 */
void lock_share(GSubprocessLauncher *launcher);

#endif
