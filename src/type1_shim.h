/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions to which type1_bend.h sends calls of stock type1. See type1_shim.c. */
#ifndef PASSFIX_TYPE1_SHIM_H
#define PASSFIX_TYPE1_SHIM_H

#include <linux/types.h>

struct iommu_group;
struct list_head;
struct vfio_iommu_driver_ops;

bool passfix_capable(int cap);
int passfix_get_group_resv_regions(struct iommu_group *group, struct list_head *head);
int passfix_register_iommu_driver(const struct vfio_iommu_driver_ops *ops);
void passfix_unregister_iommu_driver(const struct vfio_iommu_driver_ops *ops);

#endif
