/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recorded host as a tree of files: all that was looked at (host/record.h), with the links and
 * folders on the way, and no more than the tool needs of each file.
 */
#ifndef VFIO_PASSFIX_TREE_H
#define VFIO_PASSFIX_TREE_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* What is at a path: a folder, a link if it has a target, else a file. */
struct tree_entry {
	char *path;		/* absolute */
	mode_t mode;		/* permissions alone; those of folders let their owner in */
	bool is_folder;
	char *target;
	GBytes *content;	/* NULL: empty */
};

/* Of what was recorded; to be freed with g_ptr_array_unref(), of struct tree_entry, by path. */
GPtrArray *tree_make(void);

/* A further file, with what is private in it replaced; @text is taken. */
void tree_add(GPtrArray *tree, const char *path, char *text);

#endif
