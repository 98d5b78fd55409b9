/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only interface between vfio_passfix.ko (main.c, toggle.c and relax.c, which document
 * these functions) and the fork of type1, vfio_iommu_type1_passfix.ko (type1_shim.c).
 */
#ifndef PASSFIX_H
#define PASSFIX_H

#include <linux/moduleparam.h>
#include <linux/types.h>

struct iommu_group;

/**
 * struct passfix_parameter - the parameter pass_fix of one module
 * @is_ready: the module's init has succeeded, so a write can be carried out
 * @is_given: the load set the parameter; init acts on it
 * @on_at_load: the value that the load set
 */
struct passfix_parameter {
	bool is_ready;
	bool is_given;
	bool on_at_load;
};

extern const struct kernel_param_ops passfix_parameter_ops;
extern bool passfix_memlock;

bool passfix_is_on(void);
int passfix_turn(bool on);
bool passfix_covers(struct iommu_group *group);
void passfix_relax_group(struct iommu_group *group);

#endif
