/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card: what a DEVICE on the command line means. All functions of one slot, since they
 * are given to a guest together; but for what is part of the chipset or the processor, and
 * shares a slot by chance, and for the ports of a network card, each of which works by itself,
 * only those of the same IOMMU group. A virtual function of SR-IOV is a card of its own.
 */
#ifndef VFIO_PASSFIX_CARD_H
#define VFIO_PASSFIX_CARD_H

#include <glib.h>
#include <stdbool.h>

#include "host/host.h"

struct card {
	struct pci_device *main;	/* the function that was named */
	GPtrArray *functions;		/* of struct pci_device, function 0 first; the host's */
	bool part;			/* only some of the card's functions were named */
};

/*
 * card_find - the card that DEVICE names
 * @host: where to look; it must outlive the card
 * @name: as host/device_name.h has it; "gpu" is the one GPU that is not the boot display and no
 *	part of the processor, with a display or without one
 * @only: that one function, not the whole card
 *
 * Return: the card, for card_free(); or NULL with @error set, which lists the candidates
 * where there are several.
 */
struct card *card_find(const struct host *host, const char *name, bool only, GError **error);

/* The same for a DEVICE that may be several: of a group each card. Return: of struct card; none with @error set. */
GPtrArray *cards_find(const struct host *host, const char *name, bool only, GError **error);

void card_free(struct card *card);

/*
 * Whether a graphics device is part of the processor: it sits on a root bus (Intel), or
 * shares its slot with functions of the processor's own vendor id 1022 (AMD).
 */
bool card_is_integrated(const struct host *host, const struct pci_device *device);

/* The controller that the card is behind, by whose id its DMA is known to the IOMMU; NULL: none. */
const char *card_controller(const struct card *card);

/* Whether a device is behind a function of the card, and goes with it. */
bool card_controls(const struct card *card, const struct pci_device *device);

/* Whether a card has a function of class VGA, the only one that a host boots on. */
bool card_has_vga(const struct card *card);

/* Whether it has, and no other card of the host could show a picture. */
bool card_is_only_screen(const struct host *host, const struct card *card);

/* The groups of its functions, each once; of struct group, the host's. */
GPtrArray *card_groups(const struct host *host, const struct card *card);

/*
 * Why a function goes with the one that was named: "; it is in IOMMU group 26 with ...", "" where
 * they are no ports in one group; for g_free().
 */
char *card_why_too(const struct card *card, const struct pci_device *device);

/* Whether @device is one of its functions. */
bool card_has(const struct card *card, const struct pci_device *device);

/*
 * "0000:03:00.0-3", or "0000:03:00.0" where it is one function and all of the card; as a DEVICE it
 * is the same card. To be freed with g_free().
 */
char *card_address(const struct card *card);

#endif
