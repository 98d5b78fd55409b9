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
	char *type;		/* of its default domain: "DMA", "DMA-FQ", "identity", ...; NULL: cannot be read */
	GPtrArray *members;	/* of char *: addresses of its devices */
	GArray *regions;	/* of struct region */
	bool regions_known;	/* false: they could not be read */
};

/* All groups, by number; of struct group. */
GPtrArray *groups_read(void);

/* The group with this number, or NULL. */
struct group *group_find(const GPtrArray *groups, int number);

/* Whether the kernel rejects its devices for a firmware-mandated mapping: a region of type "direct". */
bool group_is_demanded(const struct group *group);

/* Whether it has a region of type "direct-relaxable", from the fix or from the IOMMU driver itself. */
bool group_is_relaxed(const struct group *group);

/*
 * Whether a device may not be in a group yet: on Arm with ACPI, up to Linux 6.14, it joins one
 * when its first driver is bound.
 */
bool groups_come_late(void);

/* "0x7e000000-0x7e000fff"; for g_free(). */
char *region_text(const struct region *region);

#endif
