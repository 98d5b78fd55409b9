// SPDX-License-Identifier: GPL-2.0-only
/* The devices of a VFIO user. */
#include <err.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "session.h"

void vfio_begin(struct vfio_session *session, const char *path, const struct vfio_backend *backend)
{
	session->backend = backend;
	session->fd = open(path, O_RDWR | O_CLOEXEC);
	if (session->fd < 0)
		err(1, "claim: %s", path);
}

struct vfio_device *vfio_add(struct vfio_session *session, const char *name)
{
	struct vfio_device *device = &session->device[session->device_count];

	if (session->device_count == VFIO_DEVICES_MAX)
		errx(2, "claim: too many devices");
	session->device_count++;
	snprintf(device->name, sizeof(device->name), "%s", name);
	device->group = -1;
	device->fd = -1;

	return device;
}

void vfio_for_each(struct vfio_session *session, const char *devices,
		   void (*claim)(struct vfio_session *session, const char *name))
{
	char *copy = strdup(devices), *rest = copy, *name;

	while ((name = strsep(&rest, ",")))
		claim(session, name);
	free(copy);
}

void vfio_enable_bus_master(struct vfio_device *device)
{
	struct vfio_region_info config = {
		.argsz = sizeof(config), .index = VFIO_PCI_CONFIG_REGION_INDEX,
	};
	uint16_t command;

	if (ioctl(device->fd, VFIO_DEVICE_GET_REGION_INFO, &config) ||
	    pread(device->fd, &command, 2, (off_t)config.offset + 4) != 2)
		err(1, "claim %s: config space", device->name);
	command |= 0x6;		/* memory space, bus master */
	if (pwrite(device->fd, &command, 2, (off_t)config.offset + 4) != 2)
		err(1, "claim %s: config space", device->name);
}

static const struct vfio_backend *backend_of(struct vfio_session *session)
{
	if (!session->backend)
		errx(2, "nothing is claimed");

	return session->backend;
}

void vfio_print_ranges(struct vfio_session *session)
{
	backend_of(session)->print_ranges(session);
}

int vfio_map(struct vfio_session *session, void *memory, uint64_t iova, uint64_t size)
{
	return backend_of(session)->map(session, memory, iova, size);
}

int vfio_unmap(struct vfio_session *session, uint64_t iova, uint64_t size)
{
	return backend_of(session)->unmap(session, iova, size);
}

void vfio_close(struct vfio_session *session)
{
	unsigned int i;

	for (i = 0; i < session->device_count; i++)
		if (session->device[i].fd >= 0)
			close(session->device[i].fd);
	for (i = 0; i < session->device_count; i++)
		if (session->device[i].group >= 0)
			close(session->device[i].group);
	close(session->fd);
	*session = (struct vfio_session)VFIO_SESSION_CLOSED;
}
