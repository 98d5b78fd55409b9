/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes a compressed tar archive of a tree of files, and writes it completely or not at all. */
#ifndef VFIO_PASSFIX_ARCHIVE_H
#define VFIO_PASSFIX_ARCHIVE_H

#include <glib.h>
#include <stdbool.h>

/*
 * @tree: of struct tree_entry; each path is below a folder "." of the archive. The format is POSIX's "pax", with
 * root as owner and no times, so the same tree makes the same archive. For g_bytes_unref(); NULL with @error set.
 */
GBytes *archive_make(const GPtrArray *tree, GError **error);

/*
 * Puts a new file into place, which only its owner can read. If it exists already, that is an
 * error. Under sudo, the owner is the user who called sudo.
 */
bool archive_put(const char *path, const void *bytes, size_t size, GError **error);

#endif
