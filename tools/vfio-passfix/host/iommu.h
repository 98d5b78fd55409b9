/* SPDX-License-Identifier: GPL-2.0-only */
/* The IOMMUs, as sysfs shows them. */
#ifndef VFIO_PASSFIX_IOMMU_H
#define VFIO_PASSFIX_IOMMU_H

#include <stdbool.h>

#include "host/card.h"

/* Whether Intel's driver runs them: sysfs calls those units dmar0, dmar1 and so on. */
bool iommu_is_intel(void);

/*
 * How many bits of guests' addresses the IOMMU of a card translates: of those of its functions
 * the one with fewest. 0 where it is not told.
 */
int iommu_width(const struct card *card);

#endif
