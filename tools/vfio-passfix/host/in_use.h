/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host does with a device, so that it is not taken away under its feet. */
#ifndef VFIO_PASSFIX_IN_USE_H
#define VFIO_PASSFIX_IN_USE_H

#include "host/pci.h"

/*
 * in_use_by - why the host cannot do without a device just now
 * @device: one function; a disk controller, a network card, a USB controller with such
 *	behind it
 *
 * Looks for mounted file systems and swap on its disks, also through volume groups, RAIDs
 * and encryption, and for network interfaces that are up.
 *
 * Return: words such as "/dev/nvme0n1p2 is mounted on /", to be freed with g_free(); NULL
 * where nothing is found.
 */
char *in_use_by(const struct pci_device *device);

#endif
