/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one interface between vfio_passfix.ko (main.c, which documents these
 * functions) and the fork of type1, vfio_iommu_type1_passfix.ko (type1_shim.c).
 */
#ifndef PASSFIX_H
#define PASSFIX_H

#include <linux/types.h>

struct iommu_group;
struct list_head;

bool passfix_is_on(void);
int passfix_turn(bool on);
bool passfix_lifts_memlock(void);
bool passfix_relax_group(struct iommu_group *group);

#endif
