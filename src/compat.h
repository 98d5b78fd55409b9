/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernel releases, as Kbuild finds it in their headers. Everything else is
 * found out from the kernel's own structures.
 */
#ifndef PASSFIX_COMPAT_H
#define PASSFIX_COMPAT_H

#include <linux/iommu.h>

/* 6.6 brought these, whose page tables are a guest's; the refusal is in older kernels, too. */
#ifndef IOMMU_DOMAIN_NESTED
#define IOMMU_DOMAIN_NESTED IOMMU_DOMAIN_UNMANAGED
#endif

/*
 * The domain of a device's group, under the group's mutex. Where Kbuild finds the new
 * function declared, the old one must not be called with the mutex held.
 */
#ifdef PASSFIX_HAS_DRIVER_DOMAIN
#define passfix_group_domain(dev) iommu_driver_get_domain_for_dev(dev)
#else
#define passfix_group_domain(dev) iommu_get_domain_for_dev(dev)
#endif

#endif
