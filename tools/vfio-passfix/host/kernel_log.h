/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's log, by /dev/kmsg, whose records are described in Documentation/ABI/testing/dev-kmsg. */
#ifndef VFIO_PASSFIX_KERNEL_LOG_H
#define VFIO_PASSFIX_KERNEL_LOG_H

#include <glib.h>
#include <stdbool.h>

/*
 * kernel_log - the messages that the kernel still has
 * @whole: filled in: none has been overwritten since the boot
 *
 * Under --root, /dev/kmsg is a plain file with the same records, one behind the other.
 *
 * Return: of char *, the oldest first, without levels and times, and escaped as the kernel
 * does ("\x09"); NULL with errno set where they cannot be read (only root can, mostly).
 */
GPtrArray *kernel_log(bool *whole);

/* Whether a message goes into a report: about IOMMUs, VFIO and the fix. The others tell of their host. */
bool kernel_log_is_kept(const char *message);

#endif
