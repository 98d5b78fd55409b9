/* SPDX-License-Identifier: GPL-2.0-only */
/* The IOMMU groups, as sysfs shows them. */
#ifndef VFIO_PASSFIX_GROUP_H
#define VFIO_PASSFIX_GROUP_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct region {
	uint64_t start, end;	/* of the memory, both inclusive */
	char *type;		/* "direct", "direct-relaxable", "msi", "reserved", ... */
};

struct group {
	int number;
	char *type;		/* of its default domain: "DMA", "DMA-FQ", "identity", ...; NULL: not readable */
	GPtrArray *members;	/* of char *: addresses of its devices */
	GArray *regions;	/* of struct region */
	bool regions_known;	/* false: they could not be read */
};

/* All groups, by number; of struct group. */
GPtrArray *groups_read(void);

/* One by number, or NULL. */
struct group *group_find(const GPtrArray *groups, int number);

/* Whether the firmware's demand makes the kernel refuse it: a region of type "direct". */
bool group_is_demanded(const struct group *group);

/* Whether it has such a region and the fix has relaxed it (or the kernel itself did). */
bool group_is_relaxed(const struct group *group);

/*
 * Whether a device may be in no group yet: on Arm with ACPI, up to Linux 6.14, its first driver
 * brings it into one.
 */
bool groups_come_late(void);

/* "0x7e000000-0x7e000fff"; the caller frees it with g_free(). */
char *region_text(const struct region *region);

#endif
