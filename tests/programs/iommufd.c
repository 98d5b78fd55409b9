// SPDX-License-Identifier: GPL-2.0-only
/* iommufd, as a client uses it. */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/iommufd.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "iommufd.h"

enum { RANGES_MAX = 64 };

/* The folder vfio-dev of the device has the name of its own node: vfio0, vfio1 and so on. */
struct vfio_device *iommufd_open_device(struct vfio_session *session, const char *name)
{
	struct vfio_device *device = vfio_add(session, name);
	char folder[PATH_MAX], path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	snprintf(folder, sizeof(folder), "/sys/bus/pci/devices/%s/vfio-dev", name);
	dir = opendir(folder);
	if (!dir)
		err(1, "claim %s: %s", name, folder);
	do {
		entry = readdir(dir);
	} while (entry && entry->d_name[0] == '.');
	if (!entry)
		errx(1, "claim %s: %s is empty", name, folder);
	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", entry->d_name);
	closedir(dir);

	device->fd = open(path, O_RDWR | O_CLOEXEC);
	if (device->fd < 0)
		err(1, "claim %s: %s", name, path);

	return device;
}

int iommufd_bind(struct vfio_session *session, struct vfio_device *device)
{
	struct vfio_device_bind_iommufd bind = {
		.argsz = sizeof(bind), .iommufd = session->fd,
	};

	return ioctl(device->fd, VFIO_DEVICE_BIND_IOMMUFD, &bind);
}

int iommufd_attach(struct vfio_session *session, struct vfio_device *device)
{
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = sizeof(attach), .pt_id = session->ioas,
	};

	return ioctl(device->fd, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach);
}

static void join_one(struct vfio_session *session, const char *name)
{
	if (iommufd_bind(session, iommufd_open_device(session, name)))
		err(1, "claim %s: VFIO_DEVICE_BIND_IOMMUFD", name);
}

static void claim_one(struct vfio_session *session, const char *name)
{
	struct vfio_device *device = &session->device[session->device_count];

	join_one(session, name);
	if (iommufd_attach(session, device))
		err(1, "claim %s: VFIO_DEVICE_ATTACH_IOMMUFD_PT", name);
	vfio_enable_bus_master(device);
}

static void print_ranges(struct vfio_session *session)
{
	struct iommu_iova_range ranges[RANGES_MAX];
	struct iommu_ioas_iova_ranges request = {
		.size = sizeof(request),
		.ioas_id = session->ioas,
		.num_iovas = RANGES_MAX,
		.allowed_iovas = (uintptr_t)ranges,
	};
	uint32_t i;

	if (ioctl(session->fd, IOMMU_IOAS_IOVA_RANGES, &request))
		err(1, "ranges: IOMMU_IOAS_IOVA_RANGES");
	for (i = 0; i < request.num_iovas; i++)
		printf("0x%" PRIx64 "-0x%" PRIx64 "\n",
		       (uint64_t)ranges[i].start, (uint64_t)ranges[i].last);
}

static int map(struct vfio_session *session, void *memory, uint64_t iova, uint64_t size)
{
	struct iommu_ioas_map request = {
		.size = sizeof(request),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = session->ioas,
		.user_va = (uintptr_t)memory,
		.length = size,
		.iova = iova,
	};

	return ioctl(session->fd, IOMMU_IOAS_MAP, &request);
}

static int unmap(struct vfio_session *session, uint64_t iova, uint64_t size)
{
	struct iommu_ioas_unmap request = {
		.size = sizeof(request),
		.ioas_id = session->ioas,
		.iova = iova,
		.length = size,
	};

	return ioctl(session->fd, IOMMU_IOAS_UNMAP, &request);
}

static const struct vfio_backend iommufd = {
	.print_ranges = print_ranges,
	.map = map,
	.unmap = unmap,
};

void iommufd_open(struct vfio_session *session)
{
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };

	vfio_begin(session, "/dev/iommu", &iommufd);
	if (ioctl(session->fd, IOMMU_IOAS_ALLOC, &alloc))
		err(1, "claim: IOMMU_IOAS_ALLOC");
	session->ioas = alloc.out_ioas_id;
}

void iommufd_claim(struct vfio_session *session, const char *devices)
{
	iommufd_open(session);
	vfio_for_each(session, devices, claim_one);
}

void iommufd_join(struct vfio_session *session, const char *devices)
{
	iommufd_open(session);
	vfio_for_each(session, devices, join_one);
}
