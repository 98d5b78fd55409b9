/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The root directory for everything that is read and written: "/", or the argument of
 * --root. All paths here are formats of absolute paths, as on a running host.
 *
 * A tree under --root may be hostile. So no path leads out of it, neither by a link nor by
 * ".."; only plain files are read, with limits of 4 MiB for a text, 64 MiB for another file
 * and 256 MiB in total; and at most 65,536 names are read from a folder.
 */
#ifndef VFIO_PASSFIX_ROOT_H
#define VFIO_PASSFIX_ROOT_H

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Return: false with @error set if @dir cannot be opened. */
bool root_set(const char *dir, GError **error);

/* Whether this is the running host, so that programs can be run and the kernel asked. */
bool root_is_host(void);

/*
 * An answer of a recorded host's kernel that is not a file of its tree (record.h). Under --root,
 * the answer that comes with the tree, or NULL if there is none; NULL on the running host.
 */
const char *root_answer(const char *topic, const char *about);

/*
 * The path with the root before it, to show to people. It must not be opened, since links in it
 * would lead out of the root. For g_free(), here and below.
 */
char *root_path(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Opens without O_CREAT. Return: a descriptor, close-on-exec; -1 with errno set. */
int root_open(int flags, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Follows links, but not out of the root. Return: false with errno set. */
bool root_stat(struct stat *status, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The same without following a link. */
bool root_look(struct stat *status, const char *format, ...) G_GNUC_PRINTF(2, 3);

bool root_exists(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The path of a program, in the usual folders, for g_free(); NULL: it is not found. */
char *root_program(const char *name);

/*
 * For libraries that open files by themselves: a path by which a plain file can be opened
 * until the program ends; NULL with errno set.
 */
char *root_lend(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A plain file's text without the newline at its end; NULL with errno set if it cannot be read. */
char *root_read(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A plain file's bytes; NULL with errno set. */
GBytes *root_read_bytes(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The text of a symbolic link; NULL with errno set, EINVAL if there is something else. */
char *root_link_text(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The last part of a link's text. */
char *root_link(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A link's target as an absolute path without "..", for links in sysfs. Follows nothing. */
char *root_link_path(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The names in a folder, sorted, without hidden ones; empty if there is no folder. */
GPtrArray *root_list(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Only the names that a glob(7) pattern matches, for folders with many others. */
GPtrArray *root_list_like(const char *pattern, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * Writes to an existing file, such as one of sysfs, in one write.
 * Return: 0 or a negative errno.
 */
int root_write(const char *text, const char *format, ...) G_GNUC_PRINTF(2, 3);

/*
 * root_replace - put a file into place, complete or not at all
 * @path: as on a running host; missing folders are created
 * @bytes, @size: its content
 * @mode: its permissions
 *
 * Writes a temporary file in the same folder, syncs, and renames.
 */
bool root_replace(const char *path, const void *bytes, size_t size, mode_t mode, GError **error);

/* The same with a symbolic link to @target. */
bool root_replace_link(const char *path, const char *target, GError **error);

/*
 * Removes a file and its temporary file, which a crash may have left, and syncs the folder. If
 * the file does not exist, that is no error.
 */
bool root_remove(const char *path, GError **error);

/* Creates a folder and those above it; adds those that it created to @made, topmost first. */
bool root_make_folder(const char *path, GPtrArray *made, GError **error);

/* Removes an empty folder. It is no error if it is gone, is not empty, or is not a folder any more. */
bool root_remove_folder(const char *path, GError **error);

#endif
