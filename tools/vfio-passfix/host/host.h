/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's devices and groups, which the commands look at; read once. */
#ifndef VFIO_PASSFIX_HOST_H
#define VFIO_PASSFIX_HOST_H

#include <glib.h>

#include "host/group.h"
#include "host/pci.h"

struct host {
	GPtrArray *devices;	/* of struct pci_device, by address */
	GPtrArray *groups;	/* of struct group, by number */
};

struct host *host_read(void);
void host_free(struct host *host);

/* The group of a device, or NULL. */
struct group *host_group_of(const struct host *host, const struct pci_device *device);

/* The host's boot display, or NULL if the kernel does not say. */
struct pci_device *host_boot_display(const struct host *host);

#endif
