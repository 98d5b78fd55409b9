/* SPDX-License-Identifier: GPL-2.0-only */
/* VFIO's legacy container, as a client uses it. Failures end the program. */
#ifndef PASSFIX_TEST_CONTAINER_H
#define PASSFIX_TEST_CONTAINER_H

#include "session.h"

#define VFIO_CONTAINER "/dev/vfio/vfio"
/* iommufd also implements the container's interface, for old programs. */
#define VFIO_CONTAINER_OF_IOMMUFD "/dev/iommu"

/* Opens a container, and puts the groups of the devices (separated by commas) into it. */
void vfio_join(struct vfio_session *session, const char *path, const char *devices);

void vfio_set_iommu(struct vfio_session *session);
void vfio_open_devices(struct vfio_session *session);

/* All these steps. */
void vfio_claim(struct vfio_session *session, const char *path, const char *devices);

/* For a caller that joins by itself. Returns the group's descriptor, or -1 if another device has it. */
void vfio_open_container(struct vfio_session *session, const char *path);
int vfio_open_group(struct vfio_session *session, const char *name);

#endif
