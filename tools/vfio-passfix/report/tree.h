/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recorded host as a tree of files: everything that was looked at (host/record.h), the links and
 * folders on the way, and of each file only what the tool needs.
 */
#ifndef VFIO_PASSFIX_TREE_H
#define VFIO_PASSFIX_TREE_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* What is at a path: a folder, a link (if it has a target), or a file. */
struct tree_entry {
	char *path;		/* absolute */
	mode_t mode;		/* only permissions; those of a folder let its owner in */
	bool is_folder;
	char *target;
	GBytes *content;	/* NULL: empty */
};

/* The tree of what was recorded: of struct tree_entry, sorted by path; for g_ptr_array_unref(). */
GPtrArray *tree_make(void);

/* Adds a file, with the private values in it replaced; takes ownership of @text. */
void tree_add(GPtrArray *tree, const char *path, char *text);

#endif
