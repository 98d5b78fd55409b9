/* SPDX-License-Identifier: GPL-2.0-only */
/* The text in help and manual that belongs to no command, and how descriptions are parsed. */
#ifndef VFIO_PASSFIX_PROSE_H
#define VFIO_PASSFIX_PROSE_H

#include <glib.h>

#define PROGRAM "vfio-passfix"
#define PROSE_ABOUT "assign PCI devices that have firmware-mandated 1:1 IOMMU mappings"

/* What a DEVICE may be. */
extern const char prose_device[];

/* A name and its description. */
struct prose_pair {
	const char *name, *text;
};

/* The exit codes; the last entry has no name. */
extern const struct prose_pair prose_exit_codes[];

/*
 * The parts of a description, of char *: each paragraph as one line, and each literal block
 * unchanged, with a blank at its beginning. For g_ptr_array_unref().
 */
GPtrArray *prose_blocks(const char *description);

/* "show it" as a sentence, "Show it."; for g_free(). */
char *prose_sentence(const char *text);

#endif
