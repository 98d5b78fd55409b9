// SPDX-License-Identifier: GPL-2.0-only
/*
 * Groups: the IOMMU groups of the PCI devices.
 *
 * A group is found through its device's pointer to it. Following that pointer is safe
 * only while nobody takes the group away (I10). The IOMMU core does that in its bus
 * notifier, when adding a device fails and when a device is removed. Our two notifiers
 * run before and after the core's; between them a device is in transit, and is skipped.
 * VFIO's no-IOMMU mode adds and removes groups without a notification. Its devices have
 * no struct dev_iommu, so they are skipped, too.
 */
#include <linux/iommu.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/xarray.h>

#include "groups.h"
#include "relax.h"

/* Held while a group is looked up, so that no device goes into transit meanwhile. */
static DEFINE_MUTEX(transit_lock);
static DEFINE_XARRAY(transit);

static void set_in_transit(struct device *dev, bool is_in_transit)
{
	guard(mutex)(&transit_lock);
	xa_store(&transit, (unsigned long)dev,
		 is_in_transit ? xa_mk_value(1) : NULL, GFP_KERNEL | __GFP_NOFAIL);
}

static bool is_in_transit(struct device *dev)
{
	return xa_load(&transit, (unsigned long)dev);
}

/* The IOMMU core's notifier has priority 0; one of ours runs before it, one after it. */
static int watch(struct notifier_block *block, unsigned long event, void *dev)
{
	bool is_before_core = block->priority > 0;

	switch (event) {
	case BUS_NOTIFY_ADD_DEVICE:
	case BUS_NOTIFY_REMOVED_DEVICE:
		set_in_transit(dev, is_before_core);
		fallthrough;
	case BUS_NOTIFY_BIND_DRIVER:
	case BUS_NOTIFY_UNBOUND_DRIVER:
		if (!is_before_core && !is_in_transit(dev))
			passfix_relax_update(dev);
	}
	return NOTIFY_OK;
}

static struct notifier_block before_core = {
	.notifier_call = watch,
	.priority = INT_MAX,
};

static struct notifier_block after_core = {
	.notifier_call = watch,
	.priority = INT_MIN,
};

/**
 * passfix_groups_init() - start to watch PCI devices come and go
 *
 * Context: Process context, at load.
 * Return: 0 or the error of bus_register_notifier().
 */
int passfix_groups_init(void)
{
	int ret;

	/* In this order, if before_core sees a transit begin, after_core sees it end. */
	ret = bus_register_notifier(&pci_bus_type, &after_core);
	if (ret)
		return ret;
	ret = bus_register_notifier(&pci_bus_type, &before_core);
	if (ret)
		bus_unregister_notifier(&pci_bus_type, &after_core);

	return ret;
}

/**
 * passfix_groups_exit() - undo passfix_groups_init()
 *
 * Context: Process context, at unload.
 */
void passfix_groups_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &before_core);
	bus_unregister_notifier(&pci_bus_type, &after_core);
	xa_destroy(&transit);
}

/**
 * passfix_groups_is_joining() - whether a device may be joining its group right now
 * @dev: the device
 *
 * Context: Process context.
 * Return: true if it may. Up to 6.14, devices on Arm join while a driver is being bound.
 */
bool passfix_groups_is_joining(struct device *dev)
{
	return is_in_transit(dev) || (dev->driver && !device_is_bound(dev));
}

/* The group of a device behind an IOMMU, with a reference; NULL if there is none. */
static struct iommu_group *group_of(struct device *dev)
{
	guard(mutex)(&transit_lock);
	if (!dev->iommu || is_in_transit(dev))
		return NULL;

	return iommu_group_get(dev);
}

/**
 * passfix_groups_for_each_dev() - call a function for each device of all PCI devices' groups
 * @fn: called with the mutex of the device's group held, so dev->iommu stays valid;
 *	may be called more than once for a device. A value other than 0 ends the walk.
 *
 * Devices in transit may be skipped. passfix_relax_update() is called later for those
 * that are being added.
 *
 * Context: Process context, may sleep; takes the mutex of one group after another.
 * Return: 0, or the value that ended the walk.
 */
int passfix_groups_for_each_dev(int (*fn)(struct device *dev, void *unused))
{
	struct pci_dev *pdev = NULL;
	struct iommu_group *group;
	int ret = 0;

	for_each_pci_dev(pdev) {
		group = group_of(&pdev->dev);
		if (group)
			ret = iommu_group_for_each_dev(group, NULL, fn);
		iommu_group_put(group);
		if (ret) {
			pci_dev_put(pdev);
			break;
		}
	}
	return ret;
}
