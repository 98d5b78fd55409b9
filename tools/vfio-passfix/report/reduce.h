/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Of a file, what the tool looks at, so that a report tells no more: neither other people's
 * comments and programs nor what else a guest's XML or a table of mounts has.
 */
#ifndef VFIO_PASSFIX_REDUCE_H
#define VFIO_PASSFIX_REDUCE_H

#include <glib.h>

/*
 * @path: where it is, after all links; files are reduced in the order of their paths, since
 * what modules.alias keeps counts for modules.dep.
 * Return: for g_bytes_unref().
 */
GBytes *reduce(const char *path, GBytes *content);

#endif
