/* SPDX-License-Identifier: GPL-2.0-only */
/* Groups: the IOMMU groups of the PCI devices, found and watched. See groups.c. */
#ifndef PASSFIX_GROUPS_H
#define PASSFIX_GROUPS_H

#include <linux/types.h>

struct device;

int passfix_groups_init(void);
void passfix_groups_exit(void);
bool passfix_groups_is_joining(struct device *dev);
int passfix_groups_for_each_dev(int (*fn)(struct device *dev, void *unused));

#endif
