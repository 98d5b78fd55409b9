/* SPDX-License-Identifier: GPL-2.0-only */
/* VFIO's legacy container, as a client uses it. Failures of what is void end the program. */
#ifndef PASSFIX_TEST_CONTAINER_H
#define PASSFIX_TEST_CONTAINER_H

#include <stdint.h>

enum { VFIO_DEVICES_MAX = 8 };

struct vfio_session {
	int container;
	unsigned int device_count;
	struct {
		char name[16];		/* dddd:bb:dd.f */
		int group;		/* shared by the devices of one group */
		int group_id;
		int fd;
	} device[VFIO_DEVICES_MAX];
	uint8_t *scratch;		/* a page that is mapped at scratch_iova */
	uint64_t scratch_iova;
};

#define VFIO_SESSION_CLOSED { .container = -1 }

void vfio_join(struct vfio_session *session, const char *devices);
void vfio_set_iommu(struct vfio_session *session);
void vfio_open_devices(struct vfio_session *session);
void vfio_print_ranges(struct vfio_session *session);
int vfio_map(struct vfio_session *session, void *memory, uint64_t iova, uint64_t size);
int vfio_unmap(struct vfio_session *session, uint64_t iova, uint64_t size);
void vfio_close(struct vfio_session *session);

#endif
