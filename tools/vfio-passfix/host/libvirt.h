/* SPDX-License-Identifier: GPL-2.0-only */
/* libvirt on this host: what is installed, and what its domains give away. */
#ifndef VFIO_PASSFIX_LIBVIRT_H
#define VFIO_PASSFIX_LIBVIRT_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"

/* The name of the unit that starts guests ("virtqemud.service", "libvirtd.service"), NULL: none. */
const char *libvirt_unit(void);

/* Major * 1000000 + minor * 1000 + patch, as libvirt counts; 0 where it is not known. */
unsigned int libvirt_version(void);

/* The version from which on libvirt knows iommufd. */
#define LIBVIRT_IOMMUFD 12001000u

/* LimitMEMLOCK of that unit, with its drop-ins; NULL: not set. To be freed with g_free(). */
char *libvirt_memlock(void);

/* Where QEMU is, NULL: nowhere. */
const char *libvirt_qemu(void);

struct libvirt_hostdev {
	char *domain;		/* the domain's name */
	char *rom;		/* the file in <rom file=...>, NULL: none */
	int address_bits;	/* that the domain's CPU is limited to by <maxphysaddr>, 0: the host's */
};

/*
 * The hostdevs of the domains in /etc/libvirt/qemu that give @device away.
 * @readable is set to false where the folder is there and cannot be read without root.
 * Return: of struct libvirt_hostdev; freed with g_ptr_array_unref().
 */
GPtrArray *libvirt_hostdevs(const struct pci_device *device, bool *readable);

/* Whether there are such domains, and each limits its addresses to @bits or fewer. */
bool libvirt_limits_addresses(const struct card *card, int bits);

#endif
