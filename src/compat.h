/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernel releases. Headers are tested, not versions, because distributions
 * backport. Everything else follows from the kernel's own structures.
 */
#ifndef PASSFIX_COMPAT_H
#define PASSFIX_COMPAT_H

#include <linux/iommu.h>

/* A guest's own page tables, since 6.6. Older kernels with a backported require_direct lack it. */
#ifndef IOMMU_DOMAIN_NESTED
#define IOMMU_DOMAIN_NESTED IOMMU_DOMAIN_UNMANAGED
#endif

/*
 * The domain of a device's group; the caller holds the group's mutex. If the headers declare
 * iommu_driver_get_domain_for_dev(), the other function must not be called with the mutex held.
 */
#ifdef PASSFIX_HAS_DRIVER_DOMAIN
#define passfix_group_domain(dev) iommu_driver_get_domain_for_dev(dev)
#else
#define passfix_group_domain(dev) iommu_get_domain_for_dev(dev)
#endif

#endif
