// SPDX-License-Identifier: GPL-2.0-only
/* VFIO's legacy container, as a client uses it. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "arguments.h"
#include "container.h"

static void join_one(struct vfio_session *session, const char *name)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	struct vfio_device *device = vfio_add(session, name), *other;
	int id = argument_group(name);
	char path[64];

	device->group_id = id;
	for (other = session->device; other < device; other++)
		if (other->group_id == id) {
			device->group = other->group;
			return;
		}

	snprintf(path, sizeof(path), "/dev/vfio/%d", id);
	device->group = open(path, O_RDWR | O_CLOEXEC);
	if (device->group < 0)
		err(1, "claim %s: %s", name, path);
	if (ioctl(device->group, VFIO_GROUP_GET_STATUS, &status))
		err(1, "claim %s: VFIO_GROUP_GET_STATUS", name);
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		errx(1, "claim %s: group %d is not viable: a device of it has a host driver", name, id);
	if (ioctl(device->group, VFIO_GROUP_SET_CONTAINER, &session->fd))
		err(1, "claim %s: VFIO_GROUP_SET_CONTAINER", name);
}

void vfio_set_iommu(struct vfio_session *session)
{
	if (ioctl(session->fd, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		err(1, "claim: VFIO_SET_IOMMU");
}

void vfio_open_devices(struct vfio_session *session)
{
	struct vfio_device *device = session->device, *end = device + session->device_count;

	for (; device < end; device++) {
		device->fd = ioctl(device->group, VFIO_GROUP_GET_DEVICE_FD, device->name);
		if (device->fd < 0)
			err(1, "claim %s: VFIO_GROUP_GET_DEVICE_FD", device->name);
		vfio_enable_bus_master(device);
	}
}

static void print_ranges(struct vfio_session *session)
{
	struct {
		struct vfio_iommu_type1_info info;
		uint8_t room[4096];
	} answer = { .info.argsz = sizeof(answer) };
	struct vfio_info_cap_header *header;
	uint32_t at, i;

	if (ioctl(session->fd, VFIO_IOMMU_GET_INFO, &answer))
		err(1, "ranges: VFIO_IOMMU_GET_INFO");
	for (at = answer.info.cap_offset; at; at = header->next) {
		struct vfio_iommu_type1_info_cap_iova_range *cap;

		header = (void *)((uint8_t *)&answer + at);
		if (header->id != VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE)
			continue;
		cap = (void *)header;
		for (i = 0; i < cap->nr_iovas; i++)
			printf("0x%" PRIx64 "-0x%" PRIx64 "\n",
			       (uint64_t)cap->iova_ranges[i].start,
			       (uint64_t)cap->iova_ranges[i].end);
	}
}

static int map(struct vfio_session *session, void *memory, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_map request = {
		.argsz = sizeof(request),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = size,
	};

	return ioctl(session->fd, VFIO_IOMMU_MAP_DMA, &request);
}

static int unmap(struct vfio_session *session, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_unmap request = {
		.argsz = sizeof(request), .iova = iova, .size = size,
	};

	return ioctl(session->fd, VFIO_IOMMU_UNMAP_DMA, &request);
}

static const struct vfio_backend container = {
	.print_ranges = print_ranges,
	.map = map,
	.unmap = unmap,
};

void vfio_join(struct vfio_session *session, const char *path, const char *devices)
{
	char *copy = strdup(devices), *rest = copy, *name;

	vfio_begin(session, path, &container);
	while ((name = strsep(&rest, ",")))
		join_one(session, name);
	free(copy);
}
