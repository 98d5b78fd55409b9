/* SPDX-License-Identifier: GPL-2.0-only */
/* The huge pages that the host has set aside. */
#ifndef VFIO_PASSFIX_HUGEPAGES_H
#define VFIO_PASSFIX_HUGEPAGES_H

#include <glib.h>

/*
 * The size, in KiB, of the huge pages that can back @memory KiB: of the largest of which
 * enough are free; else of the largest of which there are enough, as they may be in use by
 * the very guest that is meant. 0 where there are not enough of any.
 */
guint64 hugepages_for(guint64 memory);

#endif
