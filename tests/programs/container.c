// SPDX-License-Identifier: GPL-2.0-only
/* VFIO's legacy container, as a client uses it. */
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "arguments.h"
#include "container.h"

int vfio_open_group(struct vfio_session *session, const char *name)
{
	struct vfio_device *device = vfio_add(session, name), *other;
	char path[64];

	device->group_id = argument_group(name);
	for (other = session->device; other < device; other++)
		if (other->group_id == device->group_id) {
			device->group = fcntl(other->group, F_DUPFD_CLOEXEC, 0);
			return -1;
		}

	snprintf(path, sizeof(path), "/dev/vfio/%d", device->group_id);
	device->group = open(path, O_RDWR | O_CLOEXEC);
	if (device->group < 0)
		err(1, "claim %s: %s", name, path);

	return device->group;
}

static void join_one(struct vfio_session *session, const char *name)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int group = vfio_open_group(session, name);

	if (group < 0)
		return;
	if (ioctl(group, VFIO_GROUP_GET_STATUS, &status))
		err(1, "claim %s: VFIO_GROUP_GET_STATUS", name);
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		errx(1, "claim %s: group %d is not viable: a device of it has a host driver", name,
		     argument_group(name));
	if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &session->fd))
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

void vfio_open_container(struct vfio_session *session, const char *path)
{
	vfio_begin(session, path, &container);
}

void vfio_join(struct vfio_session *session, const char *path, const char *devices)
{
	vfio_open_container(session, path);
	vfio_for_each(session, devices, join_one);
}

void vfio_claim(struct vfio_session *session, const char *path, const char *devices)
{
	vfio_join(session, path, devices);
	vfio_set_iommu(session);
	vfio_open_devices(session);
}
