/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The root directory that everything is read from and written to: "/", or what
 * --root names. All paths here are formats of absolute paths as on a running host.
 *
 * A tree under --root may be anybody's, and hostile: no path leads out of it, neither by a
 * link nor by "..", only plain files are read, texts of at most 4 MiB, others of at most 64,
 * 256 MiB in all, and at most 65,536 names of a folder.
 */
#ifndef VFIO_PASSFIX_ROOT_H
#define VFIO_PASSFIX_ROOT_H

#include <glib.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Return: false with @error set where @dir cannot be entered. */
bool root_set(const char *dir, GError **error);

/* Whether this is the running host: then programs may be run and the kernel asked. */
bool root_is_host(void);

/*
 * What a recorded host's kernel said that no file of its tree has (record.h): under --root,
 * the answer that came with the tree; NULL where there is none, and on the running host.
 */
const char *root_answer(const char *topic, const char *about);

/*
 * The path with the root before it, to be shown to people. Not to be opened: links in it
 * would lead out of the root. The caller frees it, here and below, with g_free().
 */
char *root_path(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Opens without O_CREAT. Return: a descriptor, close-on-exec; -1 with errno set. */
int root_open(int flags, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Links are followed, as far as the root. Return: false with errno set. */
bool root_stat(struct stat *status, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The same of what is there itself, be it a link. */
bool root_look(struct stat *status, const char *format, ...) G_GNUC_PRINTF(2, 3);

bool root_exists(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Where a program is, in the folders that systems have for them; NULL: nowhere. For g_free(). */
char *root_program(const char *name);

/*
 * For libraries that open files by themselves: a path by which a plain file can be opened
 * until the program ends; NULL with errno set.
 */
char *root_lend(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A plain file's text without the newline at its end; NULL with errno set where it cannot be read. */
char *root_read(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A plain file's bytes; NULL with errno set. */
GBytes *root_read_bytes(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* What a symbolic link says; NULL with errno set, EINVAL where there is something else. */
char *root_link_text(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The last part of that. */
char *root_link(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* That as an absolute path without "..": what sysfs's links name. Nothing is followed. */
char *root_link_path(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* The names in a folder, sorted, without hidden ones; empty where there is none. */
GPtrArray *root_list(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Those of them that a glob(7) pattern matches, for folders of many others. */
GPtrArray *root_list_like(const char *pattern, const char *format, ...) G_GNUC_PRINTF(2, 3);

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

/* The same with a symbolic link to @target. */
bool root_replace_link(const char *path, const char *target, GError **error);

/*
 * Removes a file, and what a crash left of writing it, and syncs its folder; a file that is
 * not there is no error.
 */
bool root_remove(const char *path, GError **error);

/* Makes a folder and those above it; those that it made are added to @made, topmost first. */
bool root_make_folder(const char *path, GPtrArray *made, GError **error);

/* Not an error where it is gone, somebody has something in it, or it is a folder no more. */
bool root_remove_folder(const char *path, GError **error);

#endif
