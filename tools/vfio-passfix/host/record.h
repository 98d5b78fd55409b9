/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is asked of a host, and what it answers, for `report`: root.c tells here of each path that
 * it looks at while a host is recorded. And the other way: the answers of a recorded host that
 * no file of its tree has, which come with the tree (see root_answer()).
 */
#ifndef VFIO_PASSFIX_RECORD_H
#define VFIO_PASSFIX_RECORD_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Where a tree that `report` wrote has what it knows besides. */
#define RECORD_FOLDER "/vfio-passfix-report"
#define RECORD_ANSWERS RECORD_FOLDER "/answers"

/* The topic of answers that are the errno with which a path could not be opened or read. */
#define RECORD_REFUSED "refused"

void record_begin(void);
void record_end(void);
bool record_is_on(void);

/* Each of these does nothing while nothing is recorded, and leaves errno alone. */

/* A path was looked at. @as_link: what is there itself was, not what a link there leads to. */
void record_look(const char *path, bool as_link);

/* A file was read, whole. */
void record_content(const char *path, const void *bytes, size_t size);

/* A link that was read in another way than through root.h, or is to be another one there. */
void record_link(const char *path, const char *target);

/* A path could not be opened or read. That something is not there is told by the tree. */
void record_refusal(const char *path, int number);

/* An answer of the kernel's, or of a library that looks for itself. */
void record_answer(const char *topic, const char *about, const char *answer);

/*
 * What was read there while recording, so that the same question has the same answer each
 * time, or NULL. The caller gives it back with g_bytes_unref().
 */
GBytes *record_known(const char *path);

/* Every path that was looked at, char *, sorted; freed with g_ptr_array_unref(). */
GPtrArray *record_paths(void);

/* Of such a path: whether all looks were at what is there itself; the target of record_link(), or NULL. */
bool record_only_as_link(const char *path);
const char *record_linked(const char *path);

/* The answers, and answers from what that wrote before; lines that are none are left out. */
char *record_answers_text(void);
void record_answers_read(const char *text);

/* NULL: there is none. */
const char *record_answered(const char *topic, const char *about);

#endif
