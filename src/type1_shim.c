// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions that the fork calls instead of the kernel's (type1_bend.h). While the fix
 * is off, each does exactly what the real function does, so the fork behaves as stock type1.
 *
 * When type1 asks whether a task may lock memory, it does not say for which container. So its
 * operations are wrapped, to learn a container's groups and which task maps for it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>

/* The stock header; tools/kernel-source puts it next to vfio_iommu_type1.c. */
#include "vfio.h"

#include "passfix.h"
#include "type1_shim.h"

/* A replacement must have the signature of the real function, in this kernel too. */
static_assert(__same_type(passfix_capable, capable));
static_assert(__same_type(passfix_get_group_resv_regions, iommu_get_group_resv_regions));
static_assert(__same_type(passfix_register_iommu_driver, vfio_register_iommu_driver));
static_assert(__same_type(passfix_unregister_iommu_driver, vfio_unregister_iommu_driver));

static struct passfix_parameter pass_fix;

module_param_cb(pass_fix, &passfix_parameter_ops, &pass_fix, 0600);
MODULE_PARM_DESC(pass_fix, "handed on to vfio_passfix (bool, default: leave it as it is)");

/* A group in a container. Type1's private data stands for the container. */
struct member {
	struct list_head list;
	void *container;
	struct iommu_group *group;	/* holds a reference */
};

/* A task in an ioctl of a container; lives on the task's stack. */
struct ioctl_call {
	struct list_head list;
	struct task_struct *task;
	void *container;
};

/* Guards both lists. Type1 is never called with it held. */
static DEFINE_MUTEX(containers_lock);
static LIST_HEAD(members);
static LIST_HEAD(ioctl_calls);

/* The operations of stock type1, and the wrapped ones that VFIO gets. */
static const struct vfio_iommu_driver_ops *stock_ops;
static struct vfio_iommu_driver_ops wrapped_ops;

static int wrapped_attach_group(void *container, struct iommu_group *group,
				enum vfio_group_type type)
{
	struct member *member;
	int ret;

	/* With require_direct set, a group could be attached, but not detached again. */
	passfix_relax_group(group);
	ret = stock_ops->attach_group(container, group, type);
	if (ret)
		return ret;

	member = kmalloc(sizeof(*member), GFP_KERNEL | __GFP_NOFAIL);
	member->container = container;
	member->group = iommu_group_ref_get(group);
	guard(mutex)(&containers_lock);
	list_add(&member->list, &members);
	return 0;
}

static void wrapped_detach_group(void *container, struct iommu_group *group)
{
	struct member *member, *next;

	stock_ops->detach_group(container, group);

	guard(mutex)(&containers_lock);
	list_for_each_entry_safe(member, next, &members, list)
		if (member->container == container && member->group == group) {
			list_del(&member->list);
			iommu_group_put(group);	/* not the last: VFIO holds one */
			kfree(member);
		}
}

static long wrapped_ioctl(void *container, unsigned int cmd, unsigned long arg)
{
	struct ioctl_call call = { .task = current, .container = container };
	long ret;

	if (!passfix_is_on())
		return stock_ops->ioctl(container, cmd, arg);
	scoped_guard(mutex, &containers_lock)
		list_add(&call.list, &ioctl_calls);
	ret = stock_ops->ioctl(container, cmd, arg);
	scoped_guard(mutex, &containers_lock)
		list_del(&call.list);

	return ret;
}

/* Whether this task is in an ioctl of a container that holds a group in scope. */
static bool memlock_is_lifted(void)
{
	struct ioctl_call *call;
	struct member *member;

	guard(mutex)(&containers_lock);
	list_for_each_entry(call, &ioctl_calls, list)
		list_for_each_entry(member, &members, list)
			if (call->task == current && member->container == call->container &&
			    passfix_covers(member->group))
				return true;

	return false;
}

/**
 * passfix_capable() - whether the task may lock any amount of memory
 * @cap: the capability that type1 asks for
 *
 * Type1 asks once per mapping, and checks RLIMIT_MEMLOCK only if the answer is no.
 *
 * Context: Process context, may sleep.
 * Return: What capable() returns; but true for CAP_IPC_LOCK while the fix lifts the
 *	limit of the container that the task is mapping for.
 */
bool passfix_capable(int cap)
{
	return capable(cap) || (cap == CAP_IPC_LOCK && READ_ONCE(passfix_memlock) &&
				memlock_is_lifted());
}

/**
 * passfix_get_group_resv_regions() - the reserved regions of a group, relaxed
 * @group: the group
 * @head: the list to add them to; the caller frees them
 *
 * Type1 keeps guests off all reserved regions except the relaxable ones. The redirected
 * callback has already made direct regions relaxable, unless its probe is not in force (I7).
 *
 * Context: Process context, may sleep; takes the group's mutex.
 * Return: What iommu_get_group_resv_regions() returns.
 */
int passfix_get_group_resv_regions(struct iommu_group *group, struct list_head *head)
{
	struct iommu_resv_region *region;
	LIST_HEAD(own);
	int ret;

	if (!passfix_covers(group))
		return iommu_get_group_resv_regions(group, head);

	/* In @head, type1 collects the regions of all groups of a container. */
	ret = iommu_get_group_resv_regions(group, &own);
	list_for_each_entry(region, &own, list)
		if (region->type == IOMMU_RESV_DIRECT)
			region->type = IOMMU_RESV_DIRECT_RELAXABLE;
	list_splice_tail(&own, head);

	return ret;
}

/* The kset of our own module has all modules, loaded and built in. */
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
 * Return: -EBUSY if stock type1 is present; the error of passfix_turn() if pass_fix
 *	was given; otherwise what vfio_register_iommu_driver() returns.
 */
int passfix_register_iommu_driver(const struct vfio_iommu_driver_ops *ops)
{
	bool was_on = passfix_is_on();
	int ret;

	if (module_is_present("vfio_iommu_type1")) {
		pr_err("stock vfio_iommu_type1 is loaded, and only one of the two can be; end what uses VFIO, then: modprobe -r vfio_iommu_type1 && modprobe vfio_iommu_type1_passfix\n");
		return -EBUSY;
	}
	if (pass_fix.is_given && pass_fix.on_at_load != was_on) {
		ret = passfix_turn(pass_fix.on_at_load);
		if (ret)
			return ret;
	}

	stock_ops = ops;
	wrapped_ops = *ops;
	wrapped_ops.attach_group = wrapped_attach_group;
	wrapped_ops.detach_group = wrapped_detach_group;
	wrapped_ops.ioctl = wrapped_ioctl;
	ret = vfio_register_iommu_driver(&wrapped_ops);
	WRITE_ONCE(pass_fix.is_ready, !ret);
	/* A load that fails must leave the fix as it was. */
	if (ret)
		passfix_turn(was_on);
	return ret;
}

/**
 * passfix_unregister_iommu_driver() - undo passfix_register_iommu_driver()
 * @ops: type1's operations
 *
 * Context: Process context, may sleep; at unload.
 */
void passfix_unregister_iommu_driver(const struct vfio_iommu_driver_ops *ops)
{
	vfio_unregister_iommu_driver(&wrapped_ops);
}
