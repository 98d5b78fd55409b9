/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking devices from their drivers to vfio-pci, and back. Only on the running host.
 *
 * What a device had before is kept in /run/vfio-passfix, a file each, until it has it
 * back; a reboot forgets it together with the binding.
 */
#ifndef VFIO_PASSFIX_BINDING_H
#define VFIO_PASSFIX_BINDING_H

#include <glib.h>
#include <stdbool.h>

#include "host/host.h"

/*
 * binding_take - bind devices to vfio-pci
 * @host: as read before
 * @devices: of struct pci_device, the host's; given away together
 * @seconds: how long to wait for each step of a driver
 *
 * Where a step fails those before it are undone. A group whose default domain is identity
 * is given one of type DMA, so that a device that waits for its guest does not reach all
 * of the host's memory; where that cannot be, it is said and nothing else.
 */
bool binding_take(const struct host *host, const GPtrArray *devices, unsigned int seconds, GError **error);

/* binding_give_back - bind devices to the drivers that they had, or that are for them */
bool binding_give_back(const GPtrArray *devices, unsigned int seconds, GError **error);

#endif
