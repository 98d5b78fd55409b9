/* SPDX-License-Identifier: GPL-2.0-only */
/* The IOMMUs, as sysfs shows them. */
#ifndef VFIO_PASSFIX_IOMMU_H
#define VFIO_PASSFIX_IOMMU_H

#include <stdbool.h>

#include "host/card.h"

enum iommu_kind { IOMMU_NONE, IOMMU_AMD, IOMMU_INTEL, IOMMU_ARM, IOMMU_OTHER };

/* Whose driver runs them, by what sysfs calls the units: ivhd0, dmar0, smmu3.0x... */
enum iommu_kind iommu_kind(void);

/*
 * How many bits of guests' addresses the IOMMU of a card translates: of those of its functions
 * the one with fewest. 0 where it is not told.
 */
int iommu_width(const struct card *card);

#endif
