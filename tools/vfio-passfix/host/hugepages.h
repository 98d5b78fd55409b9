/* SPDX-License-Identifier: GPL-2.0-only */
/* The huge pages that the host has set aside. */
#ifndef VFIO_PASSFIX_HUGEPAGES_H
#define VFIO_PASSFIX_HUGEPAGES_H

#include <glib.h>

/*
 * The size, in KiB, of the huge pages that can back @memory KiB: the largest size of which
 * enough are free; otherwise the largest size of which there are enough, since the guest in
 * question may be using them now. 0 if there are not enough of any size.
 */
guint64 hugepages_for(guint64 memory);

#endif
