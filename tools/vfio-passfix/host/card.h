/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card is what a DEVICE on the command line means: all functions of one slot, since they are
 * assigned to a guest together. There are two exceptions, where a card has only the functions
 * of one IOMMU group: parts of the chipset or the processor, which share a slot by chance, and
 * the ports of a network card, each of which works by itself. A virtual function of SR-IOV is
 * a card of its own.
 */
#ifndef VFIO_PASSFIX_CARD_H
#define VFIO_PASSFIX_CARD_H

#include <glib.h>
#include <stdbool.h>

#include "host/host.h"

struct card {
	struct pci_device *main;	/* the function that was named */
	GPtrArray *functions;		/* of struct pci_device, function 0 first; owned by the host */
	bool part;			/* only some of the card's functions were named */
};

/*
 * card_find - find the card that DEVICE names
 * @host: where to look; it must outlive the card
 * @name: as host/device_name.h has it; "gpu" is the one GPU that the host does not show its picture
 *	on, and that is no part of the processor or the board, with a display or without one
 * @only: that one function, not the whole card
 *
 * Return: the card, for card_free(); or NULL with @error set, which lists the candidates
 * if there are several.
 */
struct card *card_find(const struct host *host, const char *name, bool only, GError **error);

/* The same, but a group means each of its cards. Return: of struct card; empty with @error set. */
GPtrArray *cards_find(const struct host *host, const char *name, bool only, GError **error);

void card_free(struct card *card);

/*
 * Whether a graphics device is part of the processor: it sits on a root bus (Intel; in a virtual
 * machine a GPU may, too), or shares its slot with functions of the processor's own vendor id
 * 1022 (AMD).
 */
bool card_is_integrated(const struct host *host, const struct pci_device *device);

/* The controller above the card with whose id the IOMMU sees the card's DMA; NULL: none. */
const char *card_controller(const struct card *card);

/* Whether a device is below a function of the card, and is assigned with it. */
bool card_controls(const struct card *card, const struct pci_device *device);

/* Whether a card has a function of class VGA, the only class that can be the boot display. */
bool card_has_vga(const struct card *card);

/* Whether it has, and no other card could show the host's picture: not one that vfio-pci has. */
bool card_is_only_screen(const struct host *host, const struct card *card);

/*
 * Whether the host shows its picture on this device: it booted on it; or, once vfio-pci has that
 * one, this is the last one.
 */
bool card_shows_host(const struct host *host, const struct pci_device *device);

/* The groups of its functions, each once; of struct group, the host's. */
GPtrArray *card_groups(const struct host *host, const struct card *card);

/*
 * Why a function belongs to the card of the named one: "; it is in IOMMU group 26 with ...", or ""
 * if they are not ports in one group; for g_free().
 */
char *card_why_too(const struct card *card, const struct pci_device *device);

/* Whether @device is one of its functions. */
bool card_has(const struct card *card, const struct pci_device *device);

/*
 * "0000:03:00.0-3", or "0000:03:00.0" if the card has only that function. As a DEVICE it means
 * the same card. For g_free().
 */
char *card_address(const struct card *card);

#endif
