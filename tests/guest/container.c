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

#include "container.h"

static int group_of(const char *name)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", name);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		err(1, "%s", path);
	target[length] = '\0';

	return atoi(strrchr(target, '/') + 1);
}

static void join_one(struct vfio_session *session, const char *name)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	unsigned int i, n = session->device_count;
	int id = group_of(name);
	char path[64];
	int fd;

	if (n == VFIO_DEVICES_MAX)
		errx(2, "join: too many devices");
	session->device_count++;
	snprintf(session->device[n].name, sizeof(session->device[n].name), "%s", name);
	session->device[n].fd = -1;
	session->device[n].group_id = id;
	for (i = 0; i < n; i++)
		if (session->device[i].group_id == id) {
			session->device[n].group = session->device[i].group;
			return;
		}

	snprintf(path, sizeof(path), "/dev/vfio/%d", id);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		err(1, "claim %s: %s", name, path);
	session->device[n].group = fd;
	if (ioctl(fd, VFIO_GROUP_GET_STATUS, &status))
		err(1, "claim %s: VFIO_GROUP_GET_STATUS", name);
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		errx(1, "claim %s: group %d is not viable: a device of it has a host driver", name, id);
	if (ioctl(fd, VFIO_GROUP_SET_CONTAINER, &session->container))
		err(1, "claim %s: VFIO_GROUP_SET_CONTAINER", name);
}

void vfio_join(struct vfio_session *session, const char *devices)
{
	char *copy = strdup(devices), *rest = copy, *name;

	session->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (session->container < 0)
		err(1, "claim: /dev/vfio/vfio");
	while ((name = strsep(&rest, ",")))
		join_one(session, name);
	free(copy);
}

void vfio_set_iommu(struct vfio_session *session)
{
	if (ioctl(session->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		err(1, "claim: VFIO_SET_IOMMU");
}

static void enable_bus_master(int fd, const char *name)
{
	struct vfio_region_info config = {
		.argsz = sizeof(config), .index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	uint16_t command;

	if (ioctl(fd, VFIO_DEVICE_GET_REGION_INFO, &config) ||
	    pread(fd, &command, 2, config.offset + 4) != 2)
		err(1, "claim %s: config space", name);
	command |= 0x6;		/* memory space, bus master */
	if (pwrite(fd, &command, 2, config.offset + 4) != 2)
		err(1, "claim %s: config space", name);
}

void vfio_open_devices(struct vfio_session *session)
{
	unsigned int i;

	for (i = 0; i < session->device_count; i++) {
		const char *name = session->device[i].name;
		int fd = ioctl(session->device[i].group, VFIO_GROUP_GET_DEVICE_FD, name);

		if (fd < 0)
			err(1, "claim %s: VFIO_GROUP_GET_DEVICE_FD", name);
		session->device[i].fd = fd;
		enable_bus_master(fd, name);
	}
}

void vfio_print_ranges(struct vfio_session *session)
{
	struct {
		struct vfio_iommu_type1_info info;
		uint8_t room[4096];
	} answer = { .info.argsz = sizeof(answer) };
	struct vfio_info_cap_header *header;
	uint32_t at, i;

	if (ioctl(session->container, VFIO_IOMMU_GET_INFO, &answer))
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

int vfio_map(struct vfio_session *session, void *memory, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = size,
	};

	return ioctl(session->container, VFIO_IOMMU_MAP_DMA, &map);
}

int vfio_unmap(struct vfio_session *session, uint64_t iova, uint64_t size)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .iova = iova, .size = size,
	};

	return ioctl(session->container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

void vfio_close(struct vfio_session *session)
{
	unsigned int i, j;

	for (i = 0; i < session->device_count; i++)
		if (session->device[i].fd >= 0)
			close(session->device[i].fd);
	for (i = 0; i < session->device_count; i++) {
		for (j = 0; j < i; j++)
			if (session->device[j].group == session->device[i].group)
				break;
		if (j == i)
			close(session->device[i].group);
	}
	close(session->container);
	*session = (struct vfio_session)VFIO_SESSION_CLOSED;
}
