/* SPDX-License-Identifier: GPL-2.0-only */
/* What help and manual say that is no property of a command, and how descriptions are read. */
#ifndef VFIO_PASSFIX_PROSE_H
#define VFIO_PASSFIX_PROSE_H

#include <glib.h>

#define PROGRAM "vfio-passfix"
#define PROSE_ABOUT "give devices to virtual machines that the firmware holds back"

/* What a DEVICE may be. */
extern const char prose_device[];

/* A name and what is said of it. */
struct prose_pair {
	const char *name, *text;
};

/* What the program ends with; the last one has no name. */
extern const struct prose_pair prose_exit_codes[];

/*
 * A description's parts, of char *: each paragraph as one line, and each literal block as
 * it is, with a blank at its begin. To be freed with g_ptr_array_unref().
 */
GPtrArray *prose_blocks(const char *description);

/* "show it" as a sentence, "Show it."; to be freed with g_free(). */
char *prose_sentence(const char *text);

#endif
