/* SPDX-License-Identifier: GPL-2.0-only */
/* The parameter devices= of vfio_passfix, by which the fix is kept to some IOMMU groups. */
#ifndef VFIO_PASSFIX_SCOPE_H
#define VFIO_PASSFIX_SCOPE_H

#include <stdbool.h>

#include "card.h"
#include "host.h"

/* Whether the text of the parameter, @devices, puts every group in scope. */
bool scope_is_all(const char *devices);

/* Whether an entry of @devices matches the device. */
bool scope_covers(const char *devices, const struct pci_device *device);

/* What devices= has to be for the groups of a card and no others; for g_free(). */
char *scope_for(const struct host *host, const struct card *card);

#endif
