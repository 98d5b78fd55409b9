/* SPDX-License-Identifier: GPL-2.0-only */
/* A card as libvirt's <hostdev> elements. */
#ifndef VFIO_PASSFIX_HOSTDEV_H
#define VFIO_PASSFIX_HOSTDEV_H

#include <libxml/tree.h>
#include <stdbool.h>

#include "host/card.h"

/*
 * The guest's PCI bus for the card, behind its own pcie-root-port. A guest that virt-manager makes
 * has fourteen buses and uses half a dozen, from 1 on; to a guest that has fewer, libvirt adds
 * some. So 10 is usually free.
 */
#define HOSTDEV_BUS 10

/*
 * hostdev_xml_add - add a <hostdev> for each function of a card, as one device of the guest
 * @devices: the element to add them to
 * @rom: absolute path of a file with an option ROM; NULL: the device's own ROM
 * @rom_of: the function that @rom is for
 * @iommufd: use iommufd, which needs libvirt 12.1
 */
void hostdev_xml_add(xmlNode *devices, const struct card *card, const char *rom,
		     const struct pci_device *rom_of, bool iommufd);

#endif
