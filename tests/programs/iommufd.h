/* SPDX-License-Identifier: GPL-2.0-only */
/* iommufd, as a client uses it. Failures end the program. */
#ifndef PASSFIX_TEST_IOMMUFD_H
#define PASSFIX_TEST_IOMMUFD_H

#include "session.h"

/* Opens an iommufd, and binds and attaches devices (separated by commas) to an address space of it. */
void iommufd_claim(struct vfio_session *session, const char *devices);

/* The same without attaching them, so that they have no domain. */
void iommufd_join(struct vfio_session *session, const char *devices);

/* For a caller that joins by itself. On failure the last two return NULL or -1 with errno set. */
void iommufd_open(struct vfio_session *session);
struct vfio_device *iommufd_open_device(struct vfio_session *session, const char *name);
int iommufd_bind(struct vfio_session *session, struct vfio_device *device);
int iommufd_attach(struct vfio_session *session, struct vfio_device *device);

#endif
