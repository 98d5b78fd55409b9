/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The root directory that everything is read from and written to: "/", or what
 * --root names. All paths here are formats of absolute paths as on a running host.
 */
#ifndef VFIO_PASSFIX_ROOT_H
#define VFIO_PASSFIX_ROOT_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

void root_set(const char *dir);

/* Whether this is the running host: then programs may be run and the kernel asked. */
bool root_is_host(void);

/* The path under the root. The caller frees it, here and below, with g_free(). */
char *root_path(const char *format, ...) G_GNUC_PRINTF(1, 2);

bool root_exists(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A file's text without the newline at its end; NULL with errno set where it cannot be read. */
char *root_read(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A file's bytes; NULL with errno set. */
GBytes *root_read_bytes(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The last part of the name that a symbolic link points to; NULL where there is no link. */
char *root_link(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The names in a folder, sorted, without hidden ones; empty where there is none. */
GPtrArray *root_list(const char *format, ...) G_GNUC_PRINTF(1, 2);

/*
 * Writes to a file that is there, such as one of sysfs, in one write.
 * Return: 0 or a negative errno.
 */
int root_write(const char *text, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * root_replace - put a file into place whole, or not at all
 * @path: as on a running host; folders that are missing are made
 * @bytes, @size: its content
 * @mode: its permissions
 *
 * Writes aside in the same folder, syncs, and renames.
 */
bool root_replace(const char *path, const void *bytes, size_t size, mode_t mode, GError **error);

/* Removes a file and syncs its folder; a file that is not there is no error. */
bool root_remove(const char *path, GError **error);

/* Makes a folder and those above it; those that it made are added to @made, topmost first. */
bool root_make_folder(const char *path, GPtrArray *made, GError **error);

#endif
