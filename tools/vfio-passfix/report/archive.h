/* SPDX-License-Identifier: GPL-2.0-only */
/* A tree of files as a compressed tar archive, and files that are there whole or not at all. */
#ifndef VFIO_PASSFIX_ARCHIVE_H
#define VFIO_PASSFIX_ARCHIVE_H

#include <glib.h>
#include <stdbool.h>

/*
 * Of struct tree_entry, each path below a folder "." of the archive. In POSIX's format "pax", with root for
 * an owner and no times, so that the same tree is the same archive. For g_bytes_unref(); NULL with @error set.
 */
GBytes *archive_make(const GPtrArray *tree, GError **error);

/*
 * Puts a new file into place, which only its owner can read. One that is there already is
 * an error. Under sudo the file is who called it's.
 */
bool archive_put(const char *path, const void *bytes, size_t size, GError **error);

#endif
