// SPDX-License-Identifier: GPL-2.0-only
/* Operations on containers, groups and devices. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../session.h"
#include "memory.h"
#include "operations.h"
#include "world.h"

static bool answer_fd(struct world *world, int fd)
{
	record_answer(&world->record, fd, errno);
	return fd >= 0;
}

static bool close_fd(struct world *world, int *fd)
{
	bool closed = !close(*fd);

	record_answer(&world->record, closed ? 0 : -1, errno);
	*fd = NONE;
	return closed;
}

static bool play_open_container(struct world *world)
{
	int i;

	for (i = 0; i < CONTAINERS && world->container[i].fd >= 0; i++)
		;
	/* With an index past the last one, only open a container, and close it again. */
	if (i == CONTAINERS) {
		int fd = open("/dev/vfio/vfio", O_RDONLY | O_CLOEXEC);

		answer_fd(world, fd);
		return !close(fd);
	}
	record_index(&world->record, "container", i);
	world->container[i].fd = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	return answer_fd(world, world->container[i].fd);
}

static bool play_close_container(struct world *world)
{
	int at = world_pick_container(world, world_chance(world, 50));
	struct container *container = &world->container[at];
	int i;

	record_index(&world->record, "container", at);
	for (i = 0; i < world->group_count; i++)
		if (world->group[i].container == at)
			world->group[i].container = GONE;
	container->ready = container->tracks = false;
	container->mapping_count = 0;
	return close_fd(world, &container->fd);
}

static int pick_closed_group(struct world *world)
{
	int i, count = world->group_count, at = world_index(world, count);

	for (i = 0; i < count && world->group[at].fd >= 0; i++)
		at = (at + 1) % count;
	return at;
}

static bool play_open_group(struct world *world)
{
	bool again = !world->careful && world_chance(world, 20);
	int fd, at = again ? world_pick_group(world, true) : pick_closed_group(world);
	struct iommu_group *group = &world->group[at];

	record_index(&world->record, "group", at);
	fd = open(group->path, O_RDWR | O_CLOEXEC);
	/* It was open already, and must not be open twice. */
	if (fd >= 0 && group->fd >= 0) {
		close(group->fd);
		record_remark(&world->record, "twice");
	}
	if (fd >= 0)
		group->fd = fd;
	return answer_fd(world, fd);
}

static bool has_open_device(struct world *world, int group)
{
	int i;

	for (i = 0; i < world->device_count; i++)
		if (world->device[i].group == group && world->device[i].fd >= 0)
			return true;
	return false;
}

static bool play_close_group(struct world *world)
{
	int at = world_pick_group(world, world_chance(world, 70));
	bool closed;

	record_index(&world->record, "group", at);
	closed = close_fd(world, &world->group[at].fd);
	/* An open device keeps the group in its container. */
	if (!has_open_device(world, at))
		world_group_left(world, at);
	return closed;
}

static bool play_status(struct world *world)
{
	static const uint32_t bad[] = { 0, 4, 7, 9, 64, ~0U };
	struct vfio_group_status status = { .argsz = sizeof(status), .flags = ~0U };
	int at = world_pick_group(world, world_chance(world, 70));

	if (!world->careful && world_chance(world, 30))
		status.argsz = bad[world_below(world, 6)];
	record_index(&world->record, "group", at);
	record_argument(&world->record, "argsz", status.argsz);
	return ask(world, world->group[at].fd, VFIO_GROUP_GET_STATUS, &status, sizeof(status), NULL);
}

/* Descriptors that are no container: a closed one, this group, the terminal, an invalid number. */
static int not_a_container(struct world *world, int group)
{
	switch (world_below(world, 3)) {
	case 0:
		return -1;
	case 1:
		return world->group[group].fd;
	default:
		return 1;
	}
}

static bool play_set_container(struct world *world)
{
	int at = world_pick_group(world, !world->careful && world_chance(world, 15));
	int to = world_pick_container(world, world_chance(world, 40));
	int fd = world->container[to].fd;
	struct iommu_group *group = &world->group[at];

	if (!world->careful && world_chance(world, 8)) {
		to = NONE;
		fd = not_a_container(world, at);
	}
	record_index(&world->record, "group", at);
	record_index(&world->record, "container", to);
	if (group->demanded)
		record_remark(&world->record, "demanded");
	if (group->in_scope)
		record_remark(&world->record, "in scope");
	if (!ask(world, group->fd, VFIO_GROUP_SET_CONTAINER, &fd, sizeof(fd), NULL))
		return false;
	group->container = to;
	return true;
}

static bool play_unset_container(struct world *world)
{
	int at = world_pick_group(world, world_chance(world, 85));

	record_index(&world->record, "group", at);
	if (!ask_plain(world, world->group[at].fd, VFIO_GROUP_UNSET_CONTAINER, 0, NULL))
		return false;
	world_group_left(world, at);
	return true;
}

/* A container with groups but no type, if there is one. */
static int pick_unready(struct world *world)
{
	int i;

	for (i = 0; i < world->group_count; i++) {
		int at = world->group[i].container;

		if (at >= 0 && !world->container[at].ready)
			return at;
	}
	return world_pick_container(world, false);
}

static bool play_set_iommu(struct world *world)
{
	static const uint64_t odd[] = {
		VFIO_TYPE1_IOMMU, VFIO_TYPE1_IOMMU, 6 /* once nesting */, 0, VFIO_SPAPR_TCE_IOMMU,
		VFIO_DMA_CC_IOMMU, VFIO_UNMAP_ALL, 42, ~0ULL,
	};
	int at = pick_unready(world);
	uint64_t type = VFIO_TYPE1v2_IOMMU;

	if (world_chance(world, world->careful ? 8 : 30))
		type = odd[world->careful ? 0 : world_below(world, 9)];
	record_index(&world->record, "container", at);
	record_argument(&world->record, "type", type);
	if (!ask_plain(world, world->container[at].fd, VFIO_SET_IOMMU, type, NULL))
		return false;
	world->container[at].ready = true;
	return true;
}

static bool play_version(struct world *world)
{
	int at = world_pick_container(world, world_chance(world, 50));

	record_index(&world->record, "container", at);
	return ask_plain(world, world->container[at].fd, VFIO_GET_API_VERSION, 0, NULL);
}

static bool play_extension(struct world *world)
{
	int at = world_pick_container(world, world_chance(world, 50));
	uint64_t extension = world_chance(world, 90) ? world_below(world, 16) :
						       random_number(&world->random);

	record_index(&world->record, "container", at);
	record_argument(&world->record, "extension", extension);
	return ask_plain(world, world->container[at].fd, VFIO_CHECK_EXTENSION, extension, NULL);
}

static void map_bar(struct world *world, int at)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info), .index = VFIO_PCI_BAR0_REGION_INDEX,
	};
	struct device *device = &world->device[at];

	if (ioctl(device->fd, VFIO_DEVICE_GET_REGION_INFO, &info))
		err(2, "%s: BAR 0", device->name);
	record_argument(&world->record, "bar", info.size);
	if (!memory_place(memory_bar(at), info.size, MAP_SHARED, device->fd, info.offset))
		err(2, "%s: BAR 0", device->name);
	device->bar_size = info.size;
}

static int pick_device(struct world *world)
{
	int i, count = world->device_count, at = world_index(world, count);

	for (i = 0; i < count; i++, at = (at + 1) % count) {
		const struct device *device = &world->device[at];
		int container = world->group[device->group].container;

		if (device->fd < 0 && !device->stays_closed &&
		    world->group[device->group].fd >= 0 && container >= 0 &&
		    world->container[container].ready)
			return at;
	}
	return at;
}

static bool play_open_device(struct world *world)
{
	static const char bad[][16] = { "", "0000:00:1e.0", "0000:00:08", "\xff\x01" };
	int at = pick_device(world);
	struct device *device = &world->device[at];
	int group = device->group;
	char name[32] = "";
	int fd;

	memcpy(name, device->name, sizeof(device->name));
	if (!world->careful && world_chance(world, 15))
		memcpy(name, bad[world_below(world, 4)], sizeof(bad[0]));
	else if (!world->careful && world_chance(world, 10))
		group = world_pick_group(world, true);
	record_index(&world->record, "group", group);
	record_index(&world->record, "device", at);
	if (name[0] != '0' || strlen(name) != 12 || strcmp(name, device->name))
		record_remark(&world->record, "misnamed");
	/* Only once: a second descriptor would hide the first. */
	if (device->fd >= 0 || device->stays_closed) {
		record_answer(&world->record, -1, EALREADY);
		return false;
	}
	memory_request(name, sizeof(name));
	if (!ask_plain(world, world->group[group].fd, VFIO_GROUP_GET_DEVICE_FD, MEMORY_REQUEST,
		       &fd))
		return false;
	device->fd = fd;
	map_bar(world, at);
	return true;
}

static bool play_close_device(struct world *world)
{
	int i, count = world->device_count, at = world_index(world, count);
	struct device *device;
	bool closed;

	for (i = 0; i < count && world->device[at].fd < 0; i++)
		at = (at + 1) % count;
	device = &world->device[at];
	record_index(&world->record, "device", at);
	if (device->fd >= 0)
		munmap(memory_at(memory_bar(at)), device->bar_size);
	closed = close_fd(world, &device->fd);
	/* It was the last device that kept a closed group. */
	if (closed && world->group[device->group].fd < 0 && !has_open_device(world, device->group))
		world_group_left(world, device->group);
	return closed;
}

static bool play_unknown(struct world *world)
{
	bool of_group = world_chance(world, 50);
	int at = of_group ? world_pick_group(world, true) : world_pick_container(world, true);
	/* Numbers after those that exist, or of another bus. */
	int number = VFIO_BASE + (of_group ? 107 - 100 : 118 - 100) + world_index(world, 40);
	uint64_t zeroes[8] = { 0 };

	record_index(&world->record, of_group ? "group" : "container", at);
	record_index(&world->record, "number", number);
	return ask(world, of_group ? world->group[at].fd : world->container[at].fd,
		   _IO(VFIO_TYPE, number), zeroes, sizeof(zeroes), NULL);
}

static bool play_drop(struct world *world)
{
	if (!world->is_user)
		world_drop(world);
	record_answer(&world->record, 0, 0);
	return true;
}

const struct kind claim_kinds[CLAIM_KINDS] = {
	{ "open-container", play_open_container, 25 },
	{ "close-container", play_close_container, 6 },
	{ "open-group", play_open_group, 35 },
	{ "close-group", play_close_group, 8 },
	{ "status", play_status, 50 },
	{ "set-container", play_set_container, 40 },
	{ "unset-container", play_unset_container, 10 },
	{ "set-iommu", play_set_iommu, 30 },
	{ "version", play_version, 10 },
	{ "extension", play_extension, 40 },
	{ "open-device", play_open_device, 14 },
	{ "close-device", play_close_device, 7 },
	{ "unknown", play_unknown, 10 },
	{ "drop", play_drop, 3 },
};

static void close_one(struct world *world, int which)
{
	struct device *device = &world->device[which];
	int *fd;

	if (which < world->device_count) {
		if (device->fd >= 0)
			munmap(memory_at(memory_bar(which)),
			       device->bar_size);
		fd = &device->fd;
	} else if ((which -= world->device_count) < world->group_count) {
		fd = &world->group[which].fd;
	} else {
		fd = &world->container[which - world->group_count].fd;
	}
	if (*fd >= 0)
		close(*fd);
	*fd = NONE;
}

void close_all(struct world *world)
{
	int i, count = world->device_count + world->group_count + CONTAINERS;
	int from = world_index(world, count), step = world_chance(world, 50) ? 1 : count - 1;

	for (i = 0; i < count; i++)
		close_one(world, (from + i * step) % count);
}
