/* SPDX-License-Identifier: GPL-2.0-only */
/* VFIO's legacy container, as a client uses it. Failures end the program. */
#ifndef PASSFIX_TEST_CONTAINER_H
#define PASSFIX_TEST_CONTAINER_H

#include "session.h"

#define VFIO_CONTAINER "/dev/vfio/vfio"
/* It also speaks the container's language, to those who know no other. */
#define VFIO_CONTAINER_OF_IOMMUFD "/dev/iommu"

/* Opens a container, and puts the groups of the devices (by comma) into it. */
void vfio_join(struct vfio_session *session, const char *path, const char *devices);

void vfio_set_iommu(struct vfio_session *session);
void vfio_open_devices(struct vfio_session *session);

/* All of it. */
void vfio_claim(struct vfio_session *session, const char *path, const char *devices);

/* For who joins by himself. The group's descriptor, or -1 where another device has it. */
void vfio_open_container(struct vfio_session *session, const char *path);
int vfio_open_group(struct vfio_session *session, const char *name);

#endif
