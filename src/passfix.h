/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one interface between vfio_passfix.ko (main.c, which documents these
 * functions) and the fork of type1, vfio_iommu_type1_passfix.ko (type1_shim.c).
 */
#ifndef PASSFIX_H
#define PASSFIX_H

#include <linux/kstrtox.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/types.h>

struct iommu_group;
struct list_head;

bool passfix_is_on(void);
int passfix_turn(bool on);
bool passfix_lifts_memlock(void);
bool passfix_relax_group(struct iommu_group *group);

/**
 * passfix_parse() - read the value of the parameter pass_fix, of either module
 * @value: as it was written
 * @on: where to put what it means
 *
 * Return: 0, or -EINVAL with the value in the log.
 */
static inline int passfix_parse(const char *value, bool *on)
{
	int ret = kstrtobool(value, on);

	if (ret)
		pr_err("pass_fix: \"%.*s\" is neither 0 nor 1\n",
		       (int)strcspn(value, "\n"), value);
	return ret;
}

#endif
