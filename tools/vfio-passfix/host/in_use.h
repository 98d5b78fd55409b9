/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host uses a device for, so that it is not taken away while it is needed. */
#ifndef VFIO_PASSFIX_IN_USE_H
#define VFIO_PASSFIX_IN_USE_H

#include "host/pci.h"

/*
 * in_use_by - why the host needs a device at the moment
 * @device: one function: a disk controller, a network card, or a USB controller with such
 *	devices below it
 *
 * Looks for mounted file systems and swap on its disks, also through volume groups, RAIDs
 * and encryption, and for network interfaces that are up.
 *
 * Return: words such as "/dev/nvme0n1p2 is mounted on /", for g_free(); NULL if nothing is found.
 */
char *in_use_by(const struct pci_device *device);

#endif
