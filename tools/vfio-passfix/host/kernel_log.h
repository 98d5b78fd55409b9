/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's log, from /dev/kmsg. Documentation/ABI/testing/dev-kmsg describes its records. */
#ifndef VFIO_PASSFIX_KERNEL_LOG_H
#define VFIO_PASSFIX_KERNEL_LOG_H

#include <glib.h>
#include <stdbool.h>

/*
 * kernel_log - the messages that the kernel still has
 * @whole: set to whether none has been overwritten since the boot
 *
 * Under --root, /dev/kmsg is a plain file with the same records, one after another.
 *
 * Return: of char *, the oldest first, without levels and times, escaped as the kernel escapes
 * them ("\x09"); NULL with errno set if they cannot be read (mostly, only root can).
 */
GPtrArray *kernel_log(bool *whole);

/* Whether a message goes into a report: it is about IOMMUs, VFIO or the fix. Other messages may contain private data. */
bool kernel_log_is_kept(const char *message);

#endif
