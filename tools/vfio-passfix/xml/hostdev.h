/* SPDX-License-Identifier: GPL-2.0-only */
/* A card as libvirt's <hostdev> elements. */
#ifndef VFIO_PASSFIX_HOSTDEV_H
#define VFIO_PASSFIX_HOSTDEV_H

#include <libxml/tree.h>
#include <stdbool.h>

#include "host/card.h"

/*
 * The guest's PCI bus that the card is put on, behind a pcie-root-port of its own. Guests
 * that virt-manager makes fill their buses from 1 on, half a dozen of the fourteen that
 * they have; and a guest that has fewer is given more by libvirt. So 10 is mostly free.
 */
#define HOSTDEV_BUS 10

/*
 * hostdev_xml_add - add a <hostdev> for each function of a card, as one device of the guest
 * @devices: what they are added to
 * @rom: absolute path of an option ROM's file, NULL: the device's own
 * @rom_of: the function that @rom is for
 * @iommufd: through iommufd, which takes libvirt 12.1
 */
void hostdev_xml_add(xmlNode *devices, const struct card *card, const char *rom,
		     const struct pci_device *rom_of, bool iommufd);

#endif
