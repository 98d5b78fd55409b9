/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices of a VFIO user, and the memory that they may reach, by either interface:
 * container.h or iommufd.h. Failures of functions that return nothing end the program.
 */
#ifndef PASSFIX_TEST_SESSION_H
#define PASSFIX_TEST_SESSION_H

#include <stdint.h>

enum { VFIO_DEVICES_MAX = 8 };

struct vfio_session;

/* What differs between the two; set when a session is begun. */
struct vfio_backend {
	void (*print_ranges)(struct vfio_session *session);
	int (*map)(struct vfio_session *session, void *memory, uint64_t iova, uint64_t size);
	int (*unmap)(struct vfio_session *session, uint64_t iova, uint64_t size);
};

struct vfio_session {
	const struct vfio_backend *backend;
	int fd;				/* the container, or iommufd */
	uint32_t ioas;			/* iommufd's address space */
	unsigned int device_count;
	struct vfio_device {
		char name[16];		/* dddd:bb:dd.f */
		int group;		/* its own descriptor of the group, or -1 */
		int group_id;
		int fd;
	} device[VFIO_DEVICES_MAX];
	uint8_t *scratch;		/* a page that is mapped at scratch_iova */
	uint64_t scratch_iova;
};

#define VFIO_SESSION_CLOSED { .fd = -1 }

/* Opens the container or iommufd. */
void vfio_begin(struct vfio_session *session, const char *path, const struct vfio_backend *backend);

/* Adds a device; the caller fills in its descriptors. */
struct vfio_device *vfio_add(struct vfio_session *session, const char *name);

/* Claims each of the devices (separated by commas). */
void vfio_for_each(struct vfio_session *session, const char *devices,
		   void (*claim)(struct vfio_session *session, const char *name));

/* Enables DMA of a device whose descriptor is open. */
void vfio_enable_bus_master(struct vfio_device *device);

/* One range per line, with first and last address. */
void vfio_print_ranges(struct vfio_session *session);

/* 0, or -1 with errno set. */
int vfio_map(struct vfio_session *session, void *memory, uint64_t iova, uint64_t size);
int vfio_unmap(struct vfio_session *session, uint64_t iova, uint64_t size);

void vfio_close(struct vfio_session *session);

#endif
