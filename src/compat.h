/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernel releases, a line each, with the release that
 * changed it. Everything else is found out from the kernel's own structures.
 */
#ifndef PASSFIX_COMPAT_H
#define PASSFIX_COMPAT_H

#include <linux/iommu.h>
#include <linux/version.h>

/* 6.6: struct dev_iommu has require_direct, and VFIO refuses devices by it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#error "vfio_passfix: kernels before 6.6 do not reject devices for a 1:1 mapping, so there is nothing to fix"
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
