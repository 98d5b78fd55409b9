// SPDX-License-Identifier: GPL-2.0-only
/*
 * Relax: the bit require_direct of a device's struct dev_iommu, by which the
 * IOMMU core refuses to give the device away. Clearing it is always safe.
 * Setting it is safe only while user space does not own the device's group
 * (I3), and no order of events may lead there.
 *
 * The bit shares a word with others that the core writes under the group's
 * mutex, so it is only touched from within iommu_group_for_each_dev() (I4).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "groups.h"
#include "probes.h"
#include "relax.h"
#include "scope.h"

static bool relaxable(struct device *dev)
{
	return dev->iommu && passfix_scope_covers(dev);
}

static int relax_device(struct device *dev, void *data)
{
	unsigned int *count = data;

	if (relaxable(dev) && dev->iommu->require_direct) {
		dev->iommu->require_direct = 0;
		dev_dbg(dev, "relaxed: it may be assigned\n");
		(*count)++;
	}
	return 0;
}

/**
 * passfix_relax() - clear require_direct of every device in scope
 * @groups: the groups to look through
 *
 * Context: Process context, may sleep; takes the mutex of each group.
 * Return: How many devices had it set.
 */
unsigned int passfix_relax(struct passfix_groups *groups)
{
	unsigned int count = 0;

	passfix_groups_for_each_dev(groups, relax_device, &count);
	return count;
}

static int find_out_of_scope(struct device *dev, void *unused)
{
	return !passfix_scope_covers(dev);
}

/**
 * passfix_relax_one_group() - clear require_direct of a group's devices in scope
 * @group: the group; the caller holds a reference
 *
 * Context: Process context, may sleep; takes the group's mutex.
 * Return: true where all devices of the group are in scope.
 */
bool passfix_relax_one_group(struct iommu_group *group)
{
	unsigned int count = 0;

	iommu_group_for_each_dev(group, &count, relax_device);
	return !iommu_group_for_each_dev(group, NULL, find_out_of_scope);
}

/* Counts a device's regions, as the driver tells them, and those that are direct. */
static void count_regions(struct device *dev, unsigned int *all,
			  unsigned int *direct)
{
	struct iommu_resv_region *region;
	LIST_HEAD(regions);

	*all = 0;
	*direct = 0;
	iommu_get_resv_regions(dev, &regions);
	list_for_each_entry(region, &regions, list) {
		(*all)++;
		*direct += region->type == IOMMU_RESV_DIRECT;
	}
	iommu_put_resv_regions(dev, &regions);
}

/* Answers in a row that must agree before "no direct region" is believed. */
#define ANSWERS_ALIKE 10

/*
 * Whether the firmware's demand covers a device. A driver that runs out of
 * memory reports fewer regions and says nothing (Intel's asks for what may be
 * refused at any time, GFP_ATOMIC), so ask until some answers in a row agree;
 * one direct region is enough of an answer.
 */
static bool demanded(struct device *dev)
{
	unsigned int all, direct, last_all, alike = 0;

	if (!relaxable(dev))
		return false;

	while (alike < ANSWERS_ALIKE) {
		count_regions(dev, &all, &direct);
		if (direct)
			return true;
		alike = alike && all == last_all ? alike + 1 : 1;
		last_all = all;
	}
	return false;
}

static int find_relaxed(struct device *dev, void *unused)
{
	return demanded(dev) && !dev->iommu->require_direct;
}

/*
 * Drivers that manage DMA on their own and still cannot give the device to
 * user space.
 */
static const char * const host_drivers[] = {
	"pci-stub",		/* does nothing but keep others away */
};

static bool bound_to_vfio(struct device *dev)
{
	struct pci_driver *driver;
	struct pci_dev *pdev;
	unsigned int i;

	if (!dev->driver)
		return false;
	if (dev->bus == &platform_bus_type)
		return to_platform_driver(dev->driver)->driver_managed_dma;
	if (!dev_is_pci(dev))
		return false;

	pdev = to_pci_dev(dev);
	driver = pdev->driver;
	if (!driver || !driver->driver_managed_dma || pci_is_bridge(pdev))
		return false;
	for (i = 0; i < ARRAY_SIZE(host_drivers); i++)
		if (!strcmp(driver->name, host_drivers[i]))
			return false;

	return true;
}

struct locked_device {
	struct list_head list;
	struct device *dev;
	bool restored;
};

/* Called, like all that writes the bit, under the group's mutex. */
static void undo_restore(struct list_head *locked)
{
	struct locked_device *entry;

	list_for_each_entry(entry, locked, list) {
		if (entry->restored)
			entry->dev->iommu->require_direct = 0;
		entry->restored = false;
	}
}

static int lock_and_restore(struct device *dev, struct list_head *locked)
{
	struct locked_device *entry;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return -ENOMEM;

	/* An unbind holds the lock for as long as a guest holds the device. */
	if (!device_trylock(dev)) {
		pr_err("%s: a driver is being bound or unbound, or a guest has not let go yet; try again when that is done\n",
		       dev_name(dev));
		kfree(entry);
		return -EBUSY;
	}

	entry->dev = get_device(dev);
	list_add(&entry->list, locked);

	if (bound_to_vfio(dev)) {
		pr_err("%s: bound to %s, so a guest may own it; unbind it first (echo %s > /sys/bus/%s/drivers/%s/unbind); the fix stays on\n",
		       dev_name(dev), dev->driver->name, dev_name(dev),
		       dev->bus->name, dev->driver->name);
		return -EBUSY;
	}

	if (demanded(dev) && !dev->iommu->require_direct) {
		dev->iommu->require_direct = 1;
		entry->restored = true;
	}
	return 0;
}

/*
 * All of a group is done in one hold of its mutex: a claim needs that mutex,
 * so between the first bit set here and the last device found free none can
 * get in, and a bit set in vain is gone before anybody could see it.
 */
static int restore_device(struct device *dev, void *data)
{
	struct list_head *locked = data;
	int ret = lock_and_restore(dev, locked);

	if (ret)
		undo_restore(locked);
	return ret;
}

static void unlock_devices(struct list_head *locked)
{
	struct locked_device *entry, *next;

	list_for_each_entry_safe(entry, next, locked, list) {
		list_del(&entry->list);
		device_unlock(entry->dev);
		put_device(entry->dev);
		kfree(entry);
	}
}

static int restore_group(struct iommu_group *group)
{
	LIST_HEAD(locked);
	int ret;

	if (!iommu_group_for_each_dev(group, NULL, find_relaxed))
		return 0;	/* nothing is demanded, or it is as it should be */

	ret = iommu_group_for_each_dev(group, &locked, restore_device);
	unlock_devices(&locked);

	return ret;
}

/**
 * passfix_restore() - set require_direct again where the firmware's demand holds
 * @groups: the groups to look through; one in which it is set already is left alone
 *
 * All or nothing: where it fails the caller must passfix_relax() the groups again,
 * since bits may be set in some of them.
 *
 * Context: Process context, may sleep; takes the mutex of one group after
 *	another, and holds the device locks of a group meanwhile. The caller
 *	serialises it with the rest of this file.
 * Return: 0; -EBUSY, with the device named in the log, where a device of such a
 *	group is bound to a VFIO driver or is being bound or unbound; -ENOMEM.
 */
int passfix_restore(struct passfix_groups *groups)
{
	struct iommu_group *group;
	unsigned long id;
	int ret = 0;

	passfix_probes_bypass_begin();
	xa_for_each(&groups->by_id, id, group) {
		ret = restore_group(group);
		if (ret)
			break;
	}
	passfix_probes_bypass_end();

	return ret;
}

struct relaxed_list {
	char *buffer;
	int length;
};

static int show_relaxed(struct device *dev, void *data)
{
	struct relaxed_list *list = data;
	int room = PAGE_SIZE - list->length;

	if (!demanded(dev) || dev->iommu->require_direct)
		return 0;

	/* A name, its end of line, and room to say that there are more. */
	if (strlen(dev_name(dev)) + sizeof("\n...\n") > room) {
		list->length += sysfs_emit_at(list->buffer, list->length, "...\n");
		return 1;
	}
	list->length += sysfs_emit_at(list->buffer, list->length, "%s\n",
				      dev_name(dev));
	return 0;
}

/**
 * passfix_relaxed_show() - list the devices that are relaxed
 * @groups: the groups to look through
 * @buffer: a page, as sysfs hands it out; a name a line, then "..." if it is full
 *
 * Context: Process context, may sleep; takes the mutex of each group. The
 *	caller serialises it with the rest of this file.
 * Return: The length of the text in bytes.
 */
int passfix_relaxed_show(struct passfix_groups *groups, char *buffer)
{
	struct relaxed_list list = { .buffer = buffer };

	passfix_probes_bypass_begin();
	passfix_groups_for_each_dev(groups, show_relaxed, &list);
	passfix_probes_bypass_end();

	return list.length;
}
