/* SPDX-License-Identifier: GPL-2.0-only */
/* libvirt on this host: what is installed, and which devices its domains have. */
#ifndef VFIO_PASSFIX_LIBVIRT_H
#define VFIO_PASSFIX_LIBVIRT_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"

/* The name of the unit that starts guests ("virtqemud.service", "libvirtd.service"); NULL: none. */
const char *libvirt_unit(void);

/* major * 1000000 + minor * 1000 + patch, as in libvirt; 0 if it is not known. */
unsigned int libvirt_version(void);

/* The first version of libvirt that knows iommufd. */
#define LIBVIRT_IOMMUFD 12001000u

/* LimitMEMLOCK of that unit and its drop-ins, for g_free(); NULL: not set. */
char *libvirt_memlock(void);

/* The path of QEMU; NULL: it is not installed. */
const char *libvirt_qemu(void);

struct libvirt_hostdev {
	char *domain;		/* the domain's name */
	char *rom;		/* the file in <rom file=...>; NULL: none */
	int address_bits;	/* to which <maxphysaddr> limits the domain's CPU; 0: those of the host */
};

/*
 * The hostdevs for @device in the domains of /etc/libvirt/qemu. Sets @readable to false if the
 * folder exists and only root can read it.
 * Return: of struct libvirt_hostdev; for g_ptr_array_unref().
 */
GPtrArray *libvirt_hostdevs(const struct pci_device *device, bool *readable);

/* Whether there are domains with the card, and each limits its addresses to @bits or fewer. */
bool libvirt_limits_addresses(const struct card *card, int bits);

#endif
