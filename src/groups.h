/* SPDX-License-Identifier: GPL-2.0-only */
/* Groups: the IOMMU groups of the PCI devices, collected and held. See groups.c. */
#ifndef PASSFIX_GROUPS_H
#define PASSFIX_GROUPS_H

#include <linux/xarray.h>

struct device;
struct iommu_group;

/**
 * struct passfix_groups - a set of IOMMU groups, each with a reference held
 * @by_id: the struct iommu_group pointers by their group's number
 */
struct passfix_groups {
	struct xarray by_id;
};

int passfix_groups_init(void);
void passfix_groups_exit(void);
int passfix_groups_get(struct passfix_groups *groups);
void passfix_groups_put(struct passfix_groups *groups);
int passfix_groups_for_each_dev(struct passfix_groups *groups,
				int (*fn)(struct device *dev, void *data),
				void *data);

#endif
