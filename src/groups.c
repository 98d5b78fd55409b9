// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups: the IOMMU groups of the PCI devices.
 *
 * A device in a group's list has its struct dev_iommu for as long as the
 * group's mutex is held, so whoever looks into one goes through here (I4).
 * Finding the groups is the delicate part: a device that is being removed may
 * lose its group between our look at the pointer and our taking a reference.
 * So removals are watched: none can begin while the groups are collected, and
 * collecting waits for those under way.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/pci.h>

#include "groups.h"

/* A removal between its two notices runs without waiting for user space. */
#define REMOVAL_POLL_MS 10
#define REMOVAL_WAIT_MS 5000

/* Guards removals; held while groups are collected. */
static DEFINE_MUTEX(removal_lock);
static unsigned int removals;

static int watch_removals(struct notifier_block *block, unsigned long event,
			  void *dev)
{
	switch (event) {
	case BUS_NOTIFY_DEL_DEVICE:
		mutex_lock(&removal_lock);
		removals++;
		mutex_unlock(&removal_lock);
		break;
	case BUS_NOTIFY_REMOVED_DEVICE:
		mutex_lock(&removal_lock);
		/* A removal that began before we were loaded was not counted. */
		if (removals)
			removals--;
		mutex_unlock(&removal_lock);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block removal_watch = {
	.notifier_call = watch_removals,
	/* The IOMMU core takes the group away at priority 0; be after it. */
	.priority = -1,
};

/**
 * passfix_groups_init() - begin to watch the removal of PCI devices
 *
 * Context: Process context, at load.
 * Return: 0 or what bus_register_notifier() says.
 */
int passfix_groups_init(void)
{
	return bus_register_notifier(&pci_bus_type, &removal_watch);
}

/**
 * passfix_groups_exit() - undo passfix_groups_init()
 *
 * Context: Process context, at unload.
 */
void passfix_groups_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &removal_watch);
}

static int lock_removals(void)
{
	int waited;

	for (waited = 0; waited < REMOVAL_WAIT_MS; waited += REMOVAL_POLL_MS) {
		mutex_lock(&removal_lock);
		if (!removals)
			return 0;
		mutex_unlock(&removal_lock);
		msleep(REMOVAL_POLL_MS);
	}

	pr_err("a PCI device has been on its way out for %d s; try again when it is gone\n",
	       REMOVAL_WAIT_MS / 1000);
	return -EBUSY;
}

static int add_group_of(struct pci_dev *pdev, struct passfix_groups *groups)
{
	struct iommu_group *group = iommu_group_get(&pdev->dev);
	int ret;

	if (!group)
		return 0;

	ret = xa_insert(&groups->by_id, iommu_group_id(group), group, GFP_KERNEL);
	if (ret)
		iommu_group_put(group);

	/* Another device of the group came first. */
	return ret == -EBUSY ? 0 : ret;
}

/**
 * passfix_groups_get() - collect the groups of all PCI devices
 * @groups: filled in; empty on failure
 *
 * Devices that are added while this runs may be missed.
 *
 * Context: Process context, may sleep. No device lock and no group's mutex
 *	may be held.
 * Return: 0, then passfix_groups_put() is due; -ENOMEM; or -EBUSY where the
 *	removal of a device does not come to its end.
 */
int passfix_groups_get(struct passfix_groups *groups)
{
	struct pci_dev *pdev = NULL;
	int ret;

	xa_init(&groups->by_id);

	ret = lock_removals();
	if (ret)
		return ret;

	for_each_pci_dev(pdev) {
		ret = add_group_of(pdev, groups);
		if (ret) {
			pci_dev_put(pdev);
			break;
		}
	}
	mutex_unlock(&removal_lock);

	if (ret)
		passfix_groups_put(groups);
	return ret;
}

/**
 * passfix_groups_put() - give back what passfix_groups_get() collected
 * @groups: the groups
 *
 * Context: Process context, may sleep.
 */
void passfix_groups_put(struct passfix_groups *groups)
{
	struct iommu_group *group;
	unsigned long id;

	xa_for_each(&groups->by_id, id, group)
		iommu_group_put(group);
	xa_destroy(&groups->by_id);
}

/**
 * passfix_groups_for_each_dev() - call a function for each device of all groups
 * @groups: the groups
 * @fn: called with the mutex of the device's group held; dev->iommu is valid
 *	for that long where it is set. A value other than 0 ends the walk.
 * @data: handed to @fn
 *
 * Context: Process context, may sleep; takes the mutex of one group after
 *	another.
 * Return: 0, or the value that ended the walk.
 */
int passfix_groups_for_each_dev(struct passfix_groups *groups,
				int (*fn)(struct device *dev, void *data),
				void *data)
{
	struct iommu_group *group;
	unsigned long id;
	int ret;

	xa_for_each(&groups->by_id, id, group) {
		ret = iommu_group_for_each_dev(group, data, fn);
		if (ret)
			return ret;
	}
	return 0;
}
