/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reduces a file to what the tool looks at, so that a report has nothing else: no comments or
 * programs of other people, nor the rest of a guest's XML or of a table of mounts.
 */
#ifndef VFIO_PASSFIX_REDUCE_H
#define VFIO_PASSFIX_REDUCE_H

#include <glib.h>

/*
 * @path: where it is, with links resolved. Files must be reduced in the order of their paths,
 * because the lines kept of modules.alias determine those kept of modules.dep.
 * Return: for g_bytes_unref().
 */
GBytes *reduce(const char *path, GBytes *content);

#endif
