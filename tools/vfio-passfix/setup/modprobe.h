/* SPDX-License-Identifier: GPL-2.0-only */
/* modprobe's configuration, so that vfio-pci gets a card before the host's drivers are loaded. */
#ifndef VFIO_PASSFIX_MODPROBE_H
#define VFIO_PASSFIX_MODPROBE_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"
#include "host/host.h"

/*
 * modprobe_conf - the text of a file for /etc/modprobe.d
 * @comment: its first lines
 * @scope: turn the fix on for this; NULL: leave it off
 * @notes: of char *; gets what the user should know
 *
 * Return: the text, for g_free().
 */
char *modprobe_conf(const struct host *host, const struct card *card, const char *comment, const char *scope,
		    GPtrArray *notes);

/* The same with the fix alone, where no card is bound at boot. */
char *modprobe_fix_conf(const char *comment, const char *scope, GPtrArray *notes);

/* Whether the host keeps another device with the id of @device, a function of the card. */
bool modprobe_has_twin(const struct host *host, const struct card *card, const struct pci_device *device);

/*
 * The place of @device below /sys/bus/pci/devices, as a path through its bridges, such as
 * "0000:00:01.1/0000:01:00.0". Unlike its address it never leads to a device in another slot.
 * For g_free().
 */
char *modprobe_place(const struct host *host, const struct pci_device *device);

#endif
