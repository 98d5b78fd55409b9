/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the player holds: containers, groups and devices, and what it believes of
 * them. Belief only aims the operations, so that a good share of them succeeds; it
 * follows from the answers, and where those agree it does.
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
	uint64_t backing;	/* the vaddr that it was made with: its pages stay */
	uint32_t flags;
	bool invalid;		/* its vaddr was taken away */
};

struct container {
	int fd;
	bool ready;		/* it has its IOMMU type */
	bool tracks;		/* dirty pages */
	int mapping_count;
	struct mapping mapping[MAPPINGS_MAX];
};

/* The first part is the machine, the second what is held of it. */
struct iommu_group {
	char path[32];
	bool demanded;		/* the firmware asks for 1:1 mappings */
	bool in_scope;		/* of devices=, where that is not empty */

	int fd;
	int container;		/* an index, NONE or GONE */
};

struct device {
	char name[16];		/* dddd:bb:dd.f */
	int group;
	bool does_dma;		/* an edu that QEMU's IOMMU lets */
	bool stays_closed;	/* it is here for its group */

	int fd;
	uint64_t bar_size;	/* of what is mapped at MEMORY_BAR */
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
	} region[REGIONS_MAX];	/* what the firmware asks for */
	bool is_user;
	bool keeps_cap;		/* a user keeps CAP_IPC_LOCK */
	bool careful;		/* this operation is to succeed, if it can */
};

/* Adds a device, of those that the machine has; "dddd:bb:dd.f", and
 * what it is, as player.c has it. */
void world_add_device(struct world *world, const char *text);

/* Adds a region that the firmware asks for; "START:SIZE". */
void world_add_region(struct world *world, const char *text);

/* From here on nothing is held. */
void world_begin(struct world *world, uint64_t seed);

/* Becomes a user; and root again. */
void world_drop(struct world *world);
void world_regain(struct world *world);

/* Whether a range touches what the firmware asks for. */
bool world_is_demanded(const struct world *world, uint64_t iova, uint64_t size);

/* The user who holds what the answers are about. */
void world_remark_user(struct world *world);

/* Whether a container, by its index, holds a group in scope. */
void world_remark_scope(struct world *world, int container);

/* Random choices: with some probability, else with a rest of bad ones. */
bool world_chance(struct world *world, unsigned int percent);
uint64_t world_below(struct world *world, uint64_t bound);
int world_index(struct world *world, int count);

/* An index of those whose descriptor is open; any where none is. */
int world_pick_container(struct world *world, bool ready);
int world_pick_group(struct world *world, bool joined);

/* The group has left its container. */
void world_group_left(struct world *world, int group);

void world_add_mapping(struct container *container, const struct mapping *mapping);
void world_remove_mappings(struct container *container, uint64_t first, uint64_t last);

#endif
