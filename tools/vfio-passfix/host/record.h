/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records a host for `report`: root.c notes here each path that it looks at, and what it reads.
 * Also reads back the answers of a recorded host that are not in files of its tree; they come
 * with the tree (see root_answer()).
 */
#ifndef VFIO_PASSFIX_RECORD_H
#define VFIO_PASSFIX_RECORD_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* In a tree that `report` wrote, the folder of what is not a file of the host. */
#define RECORD_FOLDER "/vfio-passfix-report"
#define RECORD_ANSWERS RECORD_FOLDER "/answers"

/* The topic for paths that could not be opened or read; the answer is the errno. */
#define RECORD_REFUSED "refused"

void record_begin(void);
void record_end(void);
bool record_is_on(void);

/* Each of these does nothing unless a host is being recorded, and preserves errno. */

/* A path was looked at. @as_link: a link there was not followed. */
void record_look(const char *path, bool as_link);

/* A whole file was read. */
void record_content(const char *path, const void *bytes, size_t size);

/* A link that was not read through root.h, or that must have another target in the tree. */
void record_link(const char *path, const char *target);

/* A path could not be opened or read. A path that does not exist is not recorded, and so is not in the tree. */
void record_refusal(const char *path, int number);

/* An answer of the kernel, or of a library that does not use root.h. */
void record_answer(const char *topic, const char *about, const char *answer);

/*
 * What was read from @path before, or NULL, so that the same question has the same answer each
 * time. For g_bytes_unref().
 */
GBytes *record_known(const char *path);

/* All paths that were looked at, of char *, sorted; for g_ptr_array_unref(). */
GPtrArray *record_paths(void);

/* For such a path: whether a link there was never followed; the target from record_link(), or NULL. */
bool record_only_as_link(const char *path);
const char *record_linked(const char *path);

/* The answers as text; and reading them from such a text, which skips lines that are no answers. */
char *record_answers_text(void);
void record_answers_read(const char *text);

/* NULL: there is no such answer. */
const char *record_answered(const char *topic, const char *about);

#endif
