// SPDX-License-Identifier: GPL-2.0-only
/* Operations on mappings and dirty pages, and the devices' own accesses. */
#include <errno.h>
#include <inttypes.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../edu.h"
#include "../session.h"
#include "memory.h"
#include "operations.h"
#include "world.h"

#define READ_WRITE (VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)

static bool good(struct world *world, unsigned int percent)
{
	return world->careful || world_chance(world, percent);
}

static int pick_ready(struct world *world)
{
	return world_pick_container(world, good(world, 97));
}

/* The first container that tracks dirty pages, if there is one. */
static int pick_tracking(struct world *world)
{
	int at;

	for (at = 0; at < CONTAINERS; at++)
		if (world->container[at].tracks && good(world, 95))
			return at;
	return pick_ready(world);
}

/* Interesting places: low memory, the firmware's pages, the machine's holes, the ends. */
static uint64_t pick_iova(struct world *world)
{
	static const struct {
		uint64_t from;
		int percent;
		unsigned int pages;
	} places[] = {
		{ 0x0, 50, 96 },
		{ 0x7dffe000, 14, 24 },
		{ 0xffff8000, 8, 16 },
		{ 0x100000000, 12, 4096 },
		/* A careful operation uses none from here on. */
		{ 0xfedfe000, 3, 4 },
		{ 0xfeefe000, 2, 4 },
		{ 0xfcfffff000, 3, 3 },
		{ 0xfffffffffe000, 3, 4 },
		{ 0xffffffffffffe000, 2, 2 },
	};
	int way = world_index(world, world->careful ? 84 : 100);
	unsigned int i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (way < places[i].percent)
			return places[i].from + PAGE * world_below(world, places[i].pages);
		way -= places[i].percent;
	}
	/* An address that is not page-aligned, or any. */
	return random_number(&world->random) >> world_below(world, 60);
}

static uint64_t pick_size(struct world *world)
{
	int way = world_index(world, world->careful ? 93 : 100);

	if (way < 60)
		return PAGE;
	if (way < 84)
		return PAGE * (2 + world_below(world, 3));
	if (way < 93)
		return PAGE * (5 + world_below(world, 12));
	if (way < 96)
		return PAGE * (17 + world_below(world, 16));
	switch (way) {
	case 96:
		return 0;
	case 97:
		return 1 + world_below(world, 3 * PAGE);
	case 98:
		return 1ULL << (20 + world_below(world, 44));
	default:
		return -(PAGE * world_below(world, 4));
	}
}

static uint64_t pick_vaddr(struct world *world, uint64_t size)
{
	int way = world_index(world, world->careful ? 87 : 100);
	uint64_t room = ARENA_PAGES - (size < PAGE * 64 ? size / PAGE : 0);

	if (way < 82)
		return MEMORY_ARENA + PAGE * world_below(world, room);
	if (way < 87)
		return MEMORY_PRIVATE + PAGE * world_below(world, PRIVATE_PAGES);
	if (way < 91)
		return MEMORY_READONLY + PAGE * world_below(world, room);
	if (way < 94)
		return memory_bar(world_index(world, world->device_count));
	switch (way) {
	case 94:
		return MEMORY_HOLE;
	case 95:
		return MEMORY_ARENA + PAGE * (ARENA_PAGES - 1);
	case 96:
		return MEMORY_ARENA + 1 + world_below(world, PAGE);
	case 97:
		return 0;
	case 98:
		return 0xffff888000000000 + PAGE * world_below(world, 16);
	default:
		return -(PAGE * (1 + world_below(world, 4)));
	}
}

static uint32_t pick_argsz(struct world *world, uint32_t size)
{
	const uint32_t bad[] = { 0, size - 1, size / 2, size + 8, ~0U };

	return good(world, 95) ? size : bad[world_below(world, 5)];
}

/* A random mapping of a container that has some. */
static struct mapping *pick_some_mapping(struct world *world, struct container *container,
					 bool invalid)
{
	int i, count = container->mapping_count, at = world_index(world, count);

	for (i = 0; i < count && container->mapping[at].invalid != invalid; i++)
		at = (at + 1) % count;
	return &container->mapping[at];
}

static struct mapping *pick_mapping(struct world *world, struct container *container, bool invalid)
{
	return container->mapping_count ? pick_some_mapping(world, container, invalid) : NULL;
}

/* A capability as text; the ranges separately from what they must not change. */
static void tell_capability(const struct vfio_info_cap_header *header, char *text, char *ranges)
{
	const struct vfio_iommu_type1_info_cap_iova_range *iova = (const void *)header;
	const struct vfio_iommu_type1_info_cap_migration *migration = (const void *)header;
	const struct vfio_iommu_type1_info_dma_avail *avail = (const void *)header;
	uint32_t i;

	switch (header->id) {
	case VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE:
		for (i = 0; i < iova->nr_iovas; i++)
			sprintf(ranges + strlen(ranges), " %" PRIx64 "-%" PRIx64,
				(uint64_t)iova->iova_ranges[i].start,
				(uint64_t)iova->iova_ranges[i].end);
		break;
	case VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION:
		sprintf(text + strlen(text), " migration %x %" PRIx64 " %" PRIx64, migration->flags,
			(uint64_t)migration->pgsize_bitmap,
			(uint64_t)migration->max_dirty_bitmap_size);
		break;
	case VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL:
		sprintf(text + strlen(text), " avail %x", avail->avail);
		break;
	default:
		sprintf(text + strlen(text), " capability %x", header->id);
	}
}

/* Records what the bytes mean, for readers and for the table of hunks. */
static void remark_info(struct world *world, const void *bytes)
{
	const struct vfio_iommu_type1_info *info = bytes;
	const struct vfio_info_cap_header *header;
	char text[1024], ranges[1024] = "ranges";
	uint32_t at = (info->flags & VFIO_IOMMU_INFO_CAPS) ? info->cap_offset : 0;

	if (!world->record.lines)
		return;
	sprintf(text, "flags %x pgsizes %" PRIx64, info->flags, (uint64_t)info->iova_pgsizes);
	for (; at && at < REQUEST_SIZE; at = header->next) {
		header = (const void *)((const uint8_t *)bytes + at);
		tell_capability(header, text, ranges);
	}
	record_remark(&world->record, text);
	record_remark(&world->record, ranges);
}

static bool play_info(struct world *world)
{
	static const uint32_t odd[] = { 0, 8, 15, 16, 20, 24, 48, 64, 96, 120, 160 };
	struct vfio_iommu_type1_info info = { 0 };
	uint8_t request[REQUEST_SIZE] = { 0 };
	int at = pick_ready(world);
	const void *out;
	bool answered;

	info.argsz = good(world, 30) ? REQUEST_SIZE : odd[world_below(world, 11)];
	record_index(&world->record, "container", at);
	record_argument(&world->record, "argsz", info.argsz);
	memcpy(request, &info, sizeof(info));
	answered = ask(world, world->container[at].fd, VFIO_IOMMU_GET_INFO, request,
		       sizeof(request), &out);
	if (answered)
		remark_info(world, out);
	return answered;
}

static bool request_map(struct world *world, int at, const struct mapping *mapping, uint32_t argsz)
{
	struct vfio_iommu_type1_dma_map request = {
		.argsz = argsz, .flags = mapping->flags, .vaddr = mapping->vaddr,
		.iova = mapping->iova, .size = mapping->size,
	};

	record_argument(&world->record, "iova", mapping->iova);
	record_argument(&world->record, "size", mapping->size);
	record_argument(&world->record, "vaddr", mapping->vaddr);
	record_argument(&world->record, "flags", mapping->flags);
	record_argument(&world->record, "argsz", argsz);
	if (world_is_demanded(world, mapping->iova, mapping->size))
		record_remark(&world->record, "demanded");
	world_remark_user(world);
	world_remark_scope(world, at);
	return ask(world, world->container[at].fd, VFIO_IOMMU_MAP_DMA, &request, sizeof(request), NULL);
}

static bool play_map(struct world *world)
{
	static const uint32_t odd[] = {
		VFIO_DMA_MAP_FLAG_READ, VFIO_DMA_MAP_FLAG_READ, VFIO_DMA_MAP_FLAG_WRITE, 0,
		VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_VADDR, 8, ~0U,
	};
	int at = pick_ready(world);
	struct container *container = &world->container[at];
	struct mapping mapping = { .iova = pick_iova(world), .size = pick_size(world) };
	struct mapping *other = pick_mapping(world, container, false);

	/* Next to an existing mapping, or overlapping it. */
	if (other && world_chance(world, 35))
		mapping.iova = other->iova + other->size;
	else if (other && !world->careful && world_chance(world, 8))
		mapping.iova = other->iova + PAGE * world_below(world, 3) - PAGE;
	mapping.vaddr = mapping.backing = pick_vaddr(world, mapping.size);
	mapping.flags = world_chance(world, 85) ? READ_WRITE :
						  odd[world_below(world, world->careful ? 3 : 7)];
	record_index(&world->record, "container", at);
	if (!request_map(world, at, &mapping,
			 pick_argsz(world, sizeof(struct vfio_iommu_type1_dma_map))))
		return false;
	world_add_mapping(container, &mapping);
	return true;
}

/* The first container with a mapping without a vaddr, if there is one. */
static int pick_invalid(struct world *world)
{
	int at, i;

	for (at = 0; at < CONTAINERS; at++)
		for (i = 0; i < world->container[at].mapping_count; i++)
			if (world->container[at].mapping[i].invalid && good(world, 95))
				return at;
	return pick_ready(world);
}

/* A mapping whose vaddr was removed gets another one, or the same again. */
static bool play_map_vaddr(struct world *world)
{
	int at = pick_invalid(world);
	struct container *container = &world->container[at];
	struct mapping *known = pick_mapping(world, container, true), mapping;

	mapping = known ? *known : (struct mapping){ .iova = pick_iova(world), .size = PAGE };
	if (!world->careful && world_chance(world, 50))
		mapping.vaddr = pick_vaddr(world, mapping.size);
	if (!good(world, 92))
		mapping.size += PAGE;
	mapping.flags = VFIO_DMA_MAP_FLAG_VADDR;
	record_index(&world->record, "container", at);
	if (!request_map(world, at, &mapping,
			 pick_argsz(world, sizeof(struct vfio_iommu_type1_dma_map))))
		return false;
	if (known) {
		known->vaddr = mapping.vaddr;
		known->invalid = false;
	}
	return true;
}

struct range {
	uint64_t iova, size;
};

/* Exactly one mapping; part of one, or more than one; from one to another; anything. */
static struct range pick_range(struct world *world, struct container *container, bool invalid)
{
	int way = world->careful ? 0 : world_index(world, 100);
	struct mapping *mapping = pick_mapping(world, container, invalid), *other;
	struct range range;

	if (!mapping || way >= 92)
		return (struct range){ pick_iova(world), pick_size(world) };

	range = (struct range){ mapping->iova, mapping->size };
	if (way < 74)
		return range;
	if (way < 80) {
		other = pick_some_mapping(world, container, invalid);
		if (other->iova > range.iova)
			range.size = other->iova + other->size - range.iova;
	} else if (way < 86) {
		range.iova += PAGE * world_below(world, 3) - PAGE;
	} else {
		range.size += PAGE * world_below(world, 3) - PAGE;
	}
	return range;
}

static void record_unmap(struct world *world, int at,
			 const struct vfio_iommu_type1_dma_unmap *unmap)
{
	record_index(&world->record, "container", at);
	record_argument(&world->record, "iova", unmap->iova);
	record_argument(&world->record, "size", unmap->size);
	record_argument(&world->record, "flags", unmap->flags);
	record_argument(&world->record, "argsz", unmap->argsz);
}

static bool request_unmap(struct world *world, int at, struct range range, uint32_t flags)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = pick_argsz(world, sizeof(unmap)), .flags = flags,
		.iova = range.iova, .size = range.size,
	};

	record_unmap(world, at, &unmap);
	return ask(world, world->container[at].fd, VFIO_IOMMU_UNMAP_DMA, &unmap, sizeof(unmap),
		   NULL);
}

static bool play_unmap(struct world *world)
{
	static const uint32_t bad[] = { 8, ~0U, VFIO_DMA_UNMAP_FLAG_ALL };
	int at = pick_ready(world);
	struct container *container = &world->container[at];
	struct range range = pick_range(world, container, false);
	uint32_t flags = good(world, 96) ? 0 : bad[world_below(world, 3)];

	if (!request_unmap(world, at, range, flags))
		return false;
	if (range.size)
		world_remove_mappings(container, range.iova, range.iova + (range.size - 1));
	return true;
}

static bool play_unmap_all(struct world *world)
{
	int at = pick_ready(world);
	struct range all = { 0, 0 };

	if (!good(world, 80))
		all = pick_range(world, &world->container[at], false);
	if (!request_unmap(world, at, all, VFIO_DMA_UNMAP_FLAG_ALL))
		return false;
	world->container[at].mapping_count = 0;
	return true;
}

/* Notes that the mappings stay, without their vaddr. */
static void invalidate(struct container *container, struct range range, bool all)
{
	struct mapping *mapping = container->mapping, *end = mapping + container->mapping_count;

	for (; mapping < end; mapping++)
		if (all || (mapping->iova >= range.iova &&
			    mapping->iova <= range.iova + (range.size - 1)))
			mapping->invalid = true;
}

static bool play_unmap_vaddr(struct world *world)
{
	int at = pick_ready(world);
	struct container *container = &world->container[at];
	bool all = world_chance(world, 10);
	struct range range = all ? (struct range){ 0, 0 } : pick_range(world, container, false);

	if (!request_unmap(world, at, range,
			   VFIO_DMA_UNMAP_FLAG_VADDR | (all ? VFIO_DMA_UNMAP_FLAG_ALL : 0)))
		return false;
	invalidate(container, range, all);
	return true;
}

/* Never with a page size of 0: its effect depends on the kernel's compiler. */
static struct vfio_bitmap pick_bitmap(struct world *world, uint64_t size)
{
	static const uint64_t sizes[] = { 0, 1, 8, 1 << 20, 1ULL << 40, ~0ULL };
	static const uint64_t pgsizes[] = { 1, 512, 3 * PAGE, 2 * PAGE, 1 << 21, 1ULL << 63 };
	struct vfio_bitmap bitmap = { .pgsize = PAGE, .data = (void *)MEMORY_BITMAP };

	bitmap.size = (size / PAGE + 63) / 64 * 8;
	if (!good(world, 94))
		bitmap.size = sizes[world_below(world, 6)];
	if (!good(world, 96))
		bitmap.pgsize = pgsizes[world_below(world, 6)];
	if (!good(world, 96))
		bitmap.data = memory_at(pick_vaddr(world, PAGE * 128));
	memset((void *)MEMORY_BITMAP, 0, BITMAP_PAGES * PAGE);
	record_argument(&world->record, "bitmap", (uintptr_t)bitmap.data);
	record_argument(&world->record, "room", bitmap.size);
	record_argument(&world->record, "pgsize", bitmap.pgsize);
	return bitmap;
}

static void record_bitmap(struct world *world)
{
	record_bytes(&world->record, "dirty", (void *)MEMORY_BITMAP, BITMAP_PAGES * PAGE / 4);
}

/* A request whose last member is another structure, whose size is not in the request. */
static void join(uint8_t *request, const void *first, size_t first_size, const void *last,
		 size_t last_size)
{
	memcpy(request, first, first_size);
	memcpy(request + first_size, last, last_size);
}

static bool play_unmap_dirty(struct world *world)
{
	static const uint32_t odd[] = {
		VFIO_DMA_UNMAP_FLAG_ALL, VFIO_DMA_UNMAP_FLAG_VADDR, 8,
	};
	struct vfio_iommu_type1_dma_unmap unmap = { .flags = VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP };
	struct vfio_bitmap bitmap;
	uint8_t request[sizeof(unmap) + sizeof(bitmap)];
	int at = pick_tracking(world);
	struct container *container = &world->container[at];
	struct range range = pick_range(world, container, false);
	bool done;

	unmap.argsz = pick_argsz(world, sizeof(request));
	if (!good(world, 96))
		unmap.flags |= odd[world_below(world, 3)];
	unmap.iova = range.iova;
	unmap.size = range.size;
	record_unmap(world, at, &unmap);
	bitmap = pick_bitmap(world, range.size);
	join(request, &unmap, sizeof(unmap), &bitmap, sizeof(bitmap));
	done = ask(world, container->fd, VFIO_IOMMU_UNMAP_DMA, request, sizeof(request), NULL);
	record_bitmap(world);
	if (done && range.size)
		world_remove_mappings(container, range.iova, range.iova + (range.size - 1));
	return done;
}

static bool request_dirty(struct world *world, int at, uint32_t flags, const struct range *range)
{
	struct vfio_iommu_type1_dirty_bitmap dirty = { .flags = flags };
	struct vfio_iommu_type1_dirty_bitmap_get get = { 0 };
	uint8_t request[sizeof(dirty) + sizeof(get)];
	bool done;

	dirty.argsz = pick_argsz(world, range ? sizeof(request) : sizeof(dirty));
	record_index(&world->record, "container", at);
	record_argument(&world->record, "flags", flags);
	record_argument(&world->record, "argsz", dirty.argsz);
	if (range) {
		get.iova = range->iova;
		get.size = range->size;
		record_argument(&world->record, "iova", range->iova);
		record_argument(&world->record, "size", range->size);
		get.bitmap = pick_bitmap(world, range->size);
	}
	join(request, &dirty, sizeof(dirty), &get, sizeof(get));
	done = ask(world, world->container[at].fd, VFIO_IOMMU_DIRTY_PAGES, request,
		   sizeof(request), NULL);
	if (range)
		record_bitmap(world);
	return done;
}

/* Two flags at once, or an unknown one. Never none: that also depends on the compiler. */
static uint32_t dirty_flags(struct world *world, uint32_t flag)
{
	static const uint32_t bad[] = { 3, 6, 8, ~0U };

	return good(world, 93) ? flag : bad[world_below(world, 4)];
}

static bool play_dirty_start(struct world *world)
{
	int at = pick_ready(world);

	if (!request_dirty(world, at, dirty_flags(world, VFIO_IOMMU_DIRTY_PAGES_FLAG_START), NULL))
		return false;
	world->container[at].tracks = true;
	return true;
}

static bool play_dirty_stop(struct world *world)
{
	int at = pick_ready(world);

	if (!request_dirty(world, at, dirty_flags(world, VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP), NULL))
		return false;
	world->container[at].tracks = false;
	return true;
}

static bool play_dirty_get(struct world *world)
{
	int at = pick_tracking(world);
	struct range range = pick_range(world, &world->container[at], false);

	/* The whole low memory, with all its mappings. */
	if (world_chance(world, 10))
		range = (struct range){ 0, 256 * PAGE };
	return request_dirty(world, at, dirty_flags(world, VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP),
			     &range);
}

/*
 * Another process takes a mapping over, as when a hypervisor replaces itself: from then on
 * the pages count against that process's limit.
 */
static bool play_adopt(struct world *world)
{
	int at = pick_ready(world), status;
	struct container *container = &world->container[at];
	struct mapping *known = pick_mapping(world, container, false);
	struct mapping mapping = known ? *known : (struct mapping){ .size = PAGE };
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .flags = VFIO_DMA_UNMAP_FLAG_VADDR,
		.iova = mapping.iova, .size = mapping.size,
	};
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .flags = VFIO_DMA_MAP_FLAG_VADDR, .vaddr = mapping.vaddr,
		.iova = mapping.iova, .size = mapping.size,
	};
	pid_t pid;

	record_unmap(world, at, &unmap);
	world_remark_user(world);
	world_remark_scope(world, at);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		if (ioctl(container->fd, VFIO_IOMMU_UNMAP_DMA, &unmap))
			_exit(errno);
		_exit(ioctl(container->fd, VFIO_IOMMU_MAP_DMA, &map) ? 128 | errno : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
		record_answer(&world->record, -1, ECHILD);
		return false;
	}
	status = WEXITSTATUS(status);
	record_answer(&world->record, status ? -1 : 0, status & 127);
	record_argument(&world->record, "second", (uint64_t)(status >> 7));
	if (known)
		known->invalid = status & 128;
	return !status;
}

static uint8_t *ram_of(const struct mapping *mapping, uint64_t page)
{
	uint64_t at = mapping->backing + page * PAGE;

	if (mapping->size < PAGE || !memory_is_ram(at, PAGE))
		return NULL;
	/* Use the address of the arena that is writable for us. */
	if (at >= MEMORY_READONLY && at < MEMORY_PRIVATE)
		at -= MEMORY_READONLY - MEMORY_ARENA;
	return memory_at(at);
}

static struct device *pick_dma_device(struct world *world)
{
	int i, count = world->device_count, at = world_index(world, count);

	for (i = 0; i < count; i++, at = (at + 1) % count) {
		struct device *device = &world->device[at];
		int container = world->group[device->group].container;

		if (device->does_dma && device->fd >= 0 && container >= 0 &&
		    world->container[container].mapping_count)
			return device;
	}
	return NULL;
}

/* DMA from one mapping into the device, and from there into another mapping. */
static bool play_dma(struct world *world)
{
	struct device *device = pick_dma_device(world);
	struct container *container;
	struct mapping *from, *to;
	uint64_t from_page, to_page;
	uint8_t *source, *target;
	struct edu edu;
	int i;

	if (!device) {
		record_answer(&world->record, -1, ENODEV);
		return false;
	}
	container = &world->container[world->group[device->group].container];
	from = pick_some_mapping(world, container, false);
	to = pick_some_mapping(world, container, false);
	from_page = world_below(world, from->size / PAGE + !(from->size / PAGE));
	to_page = world_below(world, to->size / PAGE + !(to->size / PAGE));
	source = ram_of(from, from_page);
	target = ram_of(to, to_page);
	record_index(&world->record, "device", (int)(device - world->device));
	record_argument(&world->record, "from", from->iova + from_page * PAGE);
	record_argument(&world->record, "to", to->iova + to_page * PAGE);
	/* After a denied read, the device would still have the data of an earlier episode. */
	if (!source || !target || !(from->flags & VFIO_DMA_MAP_FLAG_READ)) {
		record_answer(&world->record, -1, EFAULT);
		return false;
	}
	memset(target, 0, EDU_BUFFER);
	for (i = 0; i < EDU_BUFFER; i++)
		source[i] = (uint8_t)random_number(&world->random);
	edu = edu_open(device->fd);
	edu_read_memory(&edu, from->iova + from_page * PAGE);
	edu_write_memory(&edu, to->iova + to_page * PAGE);
	edu_close(&edu);
	record_bytes(&world->record, "source", source, EDU_BUFFER);
	record_bytes(&world->record, "target", target, EDU_BUFFER);
	record_answer(&world->record, 0, 0);
	return !memcmp(source, target, EDU_BUFFER);
}

const struct kind dma_kinds[DMA_KINDS] = {
	{ "info", play_info, 70 },
	{ "map", play_map, 310 },
	{ "map-vaddr", play_map_vaddr, 40 },
	{ "unmap", play_unmap, 110 },
	{ "unmap-all", play_unmap_all, 8 },
	{ "unmap-vaddr", play_unmap_vaddr, 30 },
	{ "unmap-dirty", play_unmap_dirty, 25 },
	{ "dirty-start", play_dirty_start, 30 },
	{ "dirty-stop", play_dirty_stop, 8 },
	{ "dirty-get", play_dirty_get, 40 },
	{ "adopt", play_adopt, 1 },
	{ "dma", play_dma, 6 },
};
