/* SPDX-License-Identifier: GPL-2.0-only */
/* The device nodes of PCI devices: what programs open to use them. */
#ifndef VFIO_PASSFIX_NODES_H
#define VFIO_PASSFIX_NODES_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "host/pci.h"

struct node {
	const struct pci_device *device;
	char *path;		/* "/dev/dri/card1" */
	dev_t number;
	bool is_block;		/* a block device; otherwise a character device */
};

/*
 * nodes_of - the device nodes of some functions
 * @functions: of struct pci_device, none of them a bridge; the nodes refer to them
 *
 * The nodes for graphics, sound, input, disks, USB devices and all else that sysfs has below a
 * function, and those of NVIDIA's driver.
 *
 * Return: of struct node, for g_ptr_array_unref().
 */
GPtrArray *nodes_of(const GPtrArray *functions);

#endif
