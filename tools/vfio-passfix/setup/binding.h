/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Moves devices from their drivers to vfio-pci, and back. Only on the running host.
 *
 * What a device had before is recorded in /run/vfio-passfix, one file per device, until the
 * device has it back. A reboot discards the record together with the binding.
 */
#ifndef VFIO_PASSFIX_BINDING_H
#define VFIO_PASSFIX_BINDING_H

#include <glib.h>
#include <stdbool.h>

#include "host/host.h"

/*
 * binding_take - bind devices to vfio-pci
 * @host: as read before
 * @devices: of struct pci_device, owned by the host; bound together
 * @seconds: how long to wait for each step of a driver
 *
 * If a step fails, the steps before it are undone. If the default domain of a group is identity,
 * it is changed to type DMA, so that a device that waits for its guest cannot reach all of the
 * host's memory; if that fails, a message says so, and the device is still bound.
 */
bool binding_take(const struct host *host, const GPtrArray *devices, unsigned int seconds, GError **error);

/* Whether no guest uses any of the devices that vfio-pci has; else @error is set. */
bool binding_are_free(const GPtrArray *devices, GError **error);

/* binding_give_back - bind devices to the drivers that they had, or to those that match them */
bool binding_give_back(const GPtrArray *devices, unsigned int seconds, GError **error);

#endif
