/* SPDX-License-Identifier: GPL-2.0-only */
/* Relax: a device's require_direct, cleared and set again. See relax.c. */
#ifndef PASSFIX_RELAX_H
#define PASSFIX_RELAX_H

#include <linux/types.h>

struct iommu_group;
struct passfix_groups;

unsigned int passfix_relax(struct passfix_groups *groups);
int passfix_restore(struct passfix_groups *groups);
bool passfix_relax_one_group(struct iommu_group *group);
int passfix_relaxed_show(struct passfix_groups *groups, char *buffer);

#endif
