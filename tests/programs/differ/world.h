/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the player holds: containers, groups and devices, and what it believes about them.
 * The belief only guides the choice of operations, so that many of them succeed. It
 * follows from the answers, so it is the same if they are.
 */
#ifndef PASSFIX_DIFFER_WORLD_H
#define PASSFIX_DIFFER_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "../random.h"
#include "record.h"

enum {
	CONTAINERS = 3,
	GROUPS_MAX = 8,
	DEVICES_MAX = 12,
	MAPPINGS_MAX = 32,
	REGIONS_MAX = 4,
	NONE = -1,
	GONE = -2,		/* in a container whose descriptor is closed */
};

struct mapping {
	uint64_t iova, size, vaddr;
	uint64_t backing;	/* the vaddr with which it was made: its pages stay */
	uint32_t flags;
	bool invalid;		/* its vaddr was removed */
};

struct container {
	int fd;
	bool ready;		/* it has its IOMMU type */
	bool tracks;		/* dirty pages */
	int mapping_count;
	struct mapping mapping[MAPPINGS_MAX];
};

/* The first part describes the machine, the second what the player holds. */
struct iommu_group {
	char path[32];
	bool demanded;		/* the firmware mandates 1:1 mappings */
	bool in_scope;		/* in devices=, if that is not empty */

	int fd;
	int container;		/* an index, NONE or GONE */
};

struct device {
	char name[16];		/* dddd:bb:dd.f */
	int group;
	bool does_dma;		/* an edu whose DMA QEMU's IOMMU supports */
	bool stays_closed;	/* only its group is used */

	int fd;
	uint64_t bar_size;	/* of the BAR that is mapped at MEMORY_BAR */
};

struct world {
	struct random random;
	struct record record;
	struct container container[CONTAINERS];
	int group_count, device_count, region_count;
	struct iommu_group group[GROUPS_MAX];
	struct device device[DEVICES_MAX];
	struct region {
		uint64_t start, size;
	} region[REGIONS_MAX];	/* firmware-mandated mappings */
	bool is_user;
	bool keeps_cap;		/* a user keeps CAP_IPC_LOCK */
	bool careful;		/* this operation should succeed, if possible */
};

/* Adds a device of the machine: "dddd:bb:dd.f", and its
 * properties (see player.c). */
void world_add_device(struct world *world, const char *text);

/* Adds a region with a firmware-mandated mapping; "START:SIZE". */
void world_add_region(struct world *world, const char *text);

/* From here on nothing is held. */
void world_begin(struct world *world, uint64_t seed);

/* Becomes a user; and root again. */
void world_drop(struct world *world);
void world_regain(struct world *world);

/* Whether a range touches a region with a firmware-mandated mapping. */
bool world_is_demanded(const struct world *world, uint64_t iova, uint64_t size);

/* Remarks which user the operation runs as. */
void world_remark_user(struct world *world);

/* Remarks whether a container, by its index, holds a group in scope. */
void world_remark_scope(struct world *world, int container);

/* Random choices. */
bool world_chance(struct world *world, unsigned int percent);
uint64_t world_below(struct world *world, uint64_t bound);
int world_index(struct world *world, int count);

/* The index of one whose descriptor is open; any index if there is none. */
int world_pick_container(struct world *world, bool ready);
int world_pick_group(struct world *world, bool joined);

/* The group has left its container. */
void world_group_left(struct world *world, int group);

void world_add_mapping(struct container *container, const struct mapping *mapping);
void world_remove_mappings(struct container *container, uint64_t first, uint64_t last);

#endif
