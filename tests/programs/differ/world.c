// SPDX-License-Identifier: GPL-2.0-only
/* What the player holds, and what it believes about it. */
#include <err.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../arguments.h"
#include "world.h"

enum { USER = 65534 };

static int find_group(struct world *world, const char *name)
{
	char device[32] = "";
	struct iommu_group *group;
	int i;

	snprintf(device, sizeof(device), "/dev/vfio/%d", argument_group(name));

	for (i = 0; i < world->group_count; i++)
		if (!strcmp(world->group[i].path, device))
			return i;
	if (world->group_count == GROUPS_MAX)
		errx(2, "too many groups");
	group = &world->group[world->group_count];
	memcpy(group->path, device, sizeof(device));
	return world->group_count++;
}

void world_add_device(struct world *world, const char *text)
{
	struct device *device = &world->device[world->device_count];

	if (world->device_count == DEVICES_MAX)
		errx(2, "too many devices");
	world->device_count++;
	snprintf(device->name, sizeof(device->name), "%.12s", text);
	device->group = find_group(world, device->name);
	device->does_dma = strstr(text, "+dma");
	device->stays_closed = strstr(text, "+closed");
	if (strstr(text, "+demanded"))
		world->group[device->group].demanded = true;
	if (strstr(text, "+scope"))
		world->group[device->group].in_scope = true;
}

void world_add_region(struct world *world, const char *text)
{
	struct region *region = &world->region[world->region_count];
	char *rest;

	if (world->region_count == REGIONS_MAX)
		errx(2, "too many regions");
	world->region_count++;
	region->start = strtoull(text, &rest, 16);
	if (*rest != ':')
		errx(2, "\"%s\" is no START:SIZE", text);
	region->size = strtoull(rest + 1, NULL, 16);
}

void world_begin(struct world *world, uint64_t seed)
{
	int i;

	world->random.state = seed;
	for (i = 0; i < CONTAINERS; i++)
		world->container[i] = (struct container){ .fd = NONE };
	for (i = 0; i < world->group_count; i++)
		world->group[i].fd = world->group[i].container = NONE;
	for (i = 0; i < world->device_count; i++)
		world->device[i].fd = NONE;
}

void world_drop(struct world *world)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct cap[2];

	/* Permitted capabilities stay, for world_regain(). */
	if (seteuid(USER))
		err(2, "seteuid");
	if (world->keeps_cap) {
		if (syscall(SYS_capget, &header, cap))
			err(2, "capget");
		cap[0].effective = 1U << CAP_IPC_LOCK;
		if (syscall(SYS_capset, &header, cap))
			err(2, "capset");
	}
	world->is_user = true;
}

void world_regain(struct world *world)
{
	if (seteuid(0))
		err(2, "seteuid");
	world->is_user = false;
}

bool world_is_demanded(const struct world *world, uint64_t iova, uint64_t size)
{
	const struct region *region = world->region, *end = region + world->region_count;

	for (; region < end; region++)
		if (size && iova < region->start + region->size &&
		    iova + (size - 1) >= region->start)
			return true;
	return false;
}

void world_remark_user(struct world *world)
{
	if (world->is_user)
		record_remark(&world->record, "user");
}

void world_remark_scope(struct world *world, int container)
{
	int i;

	for (i = 0; i < world->group_count; i++)
		if (world->group[i].in_scope && world->group[i].container == container) {
			record_remark(&world->record, "in scope");
			return;
		}
}

bool world_chance(struct world *world, unsigned int percent)
{
	return world_below(world, 100) < percent;
}

uint64_t world_below(struct world *world, uint64_t bound)
{
	return random_number(&world->random) % bound;
}

int world_index(struct world *world, int count)
{
	return (int)world_below(world, (uint64_t)count);
}

int world_pick_container(struct world *world, bool ready)
{
	int i, at = world_index(world, CONTAINERS);

	for (i = 0; i < CONTAINERS; i++, at = (at + 1) % CONTAINERS)
		if (world->container[at].fd >= 0 && world->container[at].ready == ready)
			return at;
	for (i = 0; i < CONTAINERS; i++, at = (at + 1) % CONTAINERS)
		if (world->container[at].fd >= 0)
			return at;
	return at;
}

int world_pick_group(struct world *world, bool joined)
{
	int i, count = world->group_count, at = world_index(world, count);

	for (i = 0; i < count; i++, at = (at + 1) % count)
		if (world->group[at].fd >= 0 && (world->group[at].container != NONE) == joined)
			return at;
	for (i = 0; i < count; i++, at = (at + 1) % count)
		if (world->group[at].fd >= 0)
			return at;
	return at;
}

void world_group_left(struct world *world, int group)
{
	int at = world->group[group].container;
	struct container *container;
	int i;

	world->group[group].container = NONE;
	if (at < 0)
		return;
	for (i = 0; i < world->group_count; i++)
		if (world->group[i].container == at)
			return;
	/* When the last group leaves, the container loses its type and mappings. */
	container = &world->container[at];
	container->ready = container->tracks = false;
	container->mapping_count = 0;
}

void world_add_mapping(struct container *container, const struct mapping *mapping)
{
	if (container->mapping_count < MAPPINGS_MAX)
		container->mapping[container->mapping_count++] = *mapping;
}

void world_remove_mappings(struct container *container, uint64_t first, uint64_t last)
{
	int i = 0;

	while (i < container->mapping_count) {
		if (container->mapping[i].iova >= first && container->mapping[i].iova <= last)
			container->mapping[i] = container->mapping[--container->mapping_count];
		else
			i++;
	}
}
