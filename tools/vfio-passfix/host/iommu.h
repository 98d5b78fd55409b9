/* SPDX-License-Identifier: GPL-2.0-only */
/* The IOMMUs, as sysfs shows them. */
#ifndef VFIO_PASSFIX_IOMMU_H
#define VFIO_PASSFIX_IOMMU_H

#include <stdbool.h>

/* Whether Intel's driver runs them: sysfs calls those units dmar0, dmar1 and so on. */
bool iommu_is_intel(void);

#endif
