/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before the first line of the stock vfio_iommu_type1.c. It renames the
 * calls that go to type1_shim.c instead. The declarations in the kernel's headers
 * are renamed, too, so the file itself compiles unchanged.
 */
#ifndef PASSFIX_TYPE1_BEND_H
#define PASSFIX_TYPE1_BEND_H

#define capable				passfix_capable
#define iommu_get_group_resv_regions	passfix_get_group_resv_regions
#define vfio_register_iommu_driver	passfix_register_iommu_driver
#define vfio_unregister_iommu_driver	passfix_unregister_iommu_driver

#endif
