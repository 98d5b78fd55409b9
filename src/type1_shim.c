// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the fork's bent calls go (type1_bend.h). With the fix off each does
 * what the real function does, no more; so the fork is stock then.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/iommu.h>
#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/vfio.h>

/* The kernel's own, laid beside its vfio_iommu_type1.c by tools/kernel-source. */
#include "vfio.h"

#include "passfix.h"
#include "type1_shim.h"

/* A bent call must fit its real function, in this kernel too. */
static_assert(__same_type(passfix_capable, capable));
static_assert(__same_type(passfix_attach_group, iommu_attach_group));
static_assert(__same_type(passfix_get_group_resv_regions,
			  iommu_get_group_resv_regions));
static_assert(__same_type(passfix_register_iommu_driver,
			  vfio_register_iommu_driver));

static bool is_ready;		/* parameters at load come before init */
static bool on_at_load;

static int set_pass_fix(const char *value, const struct kernel_param *param)
{
	bool on;
	int ret;

	ret = passfix_parse(value, &on);
	if (ret)
		return ret;
	if (is_ready)
		return passfix_turn(on);

	on_at_load = on;
	return 0;
}

static int get_pass_fix(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%c\n", passfix_is_on() ? 'Y' : 'N');
}

static const struct kernel_param_ops pass_fix_ops = {
	.set = set_pass_fix,
	.get = get_pass_fix,
};
module_param_cb(pass_fix, &pass_fix_ops, NULL, 0600);
MODULE_PARM_DESC(pass_fix, "handed on to vfio_passfix (bool, default: leave it as it is)");

/**
 * passfix_capable() - whether the task may lock any amount of memory
 * @cap: the capability that type1 asks for
 *
 * Type1 asks for CAP_IPC_LOCK once per mapping, and checks RLIMIT_MEMLOCK only
 * where the answer is no.
 *
 * Context: Process context.
 * Return: true for CAP_IPC_LOCK while the fix lifts the limit; else what
 *	capable() says.
 */
bool passfix_capable(int cap)
{
	if (cap == CAP_IPC_LOCK && passfix_lifts_memlock())
		return true;

	return capable(cap);
}

/**
 * passfix_attach_group() - attach a group to a domain, relaxed
 * @domain: the container's domain
 * @group: the group
 *
 * A group with require_direct could be attached, but not detached again.
 *
 * Context: Process context, may sleep; takes the group's mutex.
 * Return: What iommu_attach_group() says.
 */
int passfix_attach_group(struct iommu_domain *domain, struct iommu_group *group)
{
	passfix_relax_group(group);

	return iommu_attach_group(domain, group);
}

/**
 * passfix_get_group_resv_regions() - the reserved regions of a group, relaxed
 * @group: the group
 * @head: the list to add them to; the caller frees them
 *
 * Type1 keeps guests off every region but the relaxable ones. The probe has
 * made them so already, unless it missed the call (I7).
 *
 * Context: Process context, may sleep; takes the group's mutex.
 * Return: What iommu_get_group_resv_regions() says.
 */
int passfix_get_group_resv_regions(struct iommu_group *group,
				   struct list_head *head)
{
	struct iommu_resv_region *region;
	int ret;

	ret = iommu_get_group_resv_regions(group, head);
	if (ret || !passfix_relax_group(group))
		return ret;

	list_for_each_entry(region, head, list)
		if (region->type == IOMMU_RESV_DIRECT)
			region->type = IOMMU_RESV_DIRECT_RELAXABLE;

	return 0;
}

/* Each module, built in or loaded, has its place in the set that ours is in. */
static bool module_is_present(const char *name)
{
	struct kobject *kobj = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, name);

	kobject_put(kobj);
	return kobj;
}

/**
 * passfix_register_iommu_driver() - the fork's entry into VFIO, at its init
 * @ops: type1's operations
 *
 * Context: Process context, may sleep.
 * Return: -EBUSY where stock type1 is there already; what passfix_turn() says
 *	where pass_fix was given; else what vfio_register_iommu_driver() says.
 */
int passfix_register_iommu_driver(const struct vfio_iommu_driver_ops *ops)
{
	bool was_on = passfix_is_on();
	int ret;

	if (module_is_present("vfio_iommu_type1")) {
		pr_err("the kernel's own vfio_iommu_type1 is loaded, and only one of the two can be; end what uses VFIO, then: modprobe -r vfio_iommu_type1 && modprobe vfio_iommu_type1_passfix\n");
		return -EBUSY;
	}
	if (on_at_load) {
		ret = passfix_turn(true);
		if (ret)
			return ret;
	}

	ret = vfio_register_iommu_driver(ops);
	is_ready = !ret;
	/* A load that fails leaves nothing on that was off. */
	if (ret && !was_on)
		passfix_turn(false);
	return ret;
}
