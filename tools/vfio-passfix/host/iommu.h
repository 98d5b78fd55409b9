/* SPDX-License-Identifier: GPL-2.0-only */
/* The IOMMUs, as sysfs shows them. */
#ifndef VFIO_PASSFIX_IOMMU_H
#define VFIO_PASSFIX_IOMMU_H

#include <stdbool.h>

#include "host/card.h"

enum iommu_kind { IOMMU_NONE, IOMMU_AMD, IOMMU_INTEL, IOMMU_ARM, IOMMU_OTHER };

/* Which driver runs them, by the names of the units in sysfs: ivhd0, dmar0, smmu3.0x... */
enum iommu_kind iommu_kind(void);

/*
 * How many bits of a guest's addresses the IOMMU of a card translates; if its functions have
 * several IOMMUs, the lowest number. 0 if it is not known.
 */
int iommu_width(const struct card *card);

#endif
