// SPDX-License-Identifier: GPL-2.0-only
/*
 * Relax: which devices are relaxed, and require_direct in their struct dev_iommu, by
 * which the IOMMU core refuses to assign them. Clearing require_direct is always safe.
 * Setting it is safe only while user space does not own the device's group, and no
 * sequence of events may leave it set in a group that is owned (I3).
 *
 * The unit is the group: if one device is in scope, the whole group is relaxed, with
 * whatever joins it. Relaxed devices are recorded; no driver is asked again.
 *
 * require_direct shares a word with bits that the core writes under the group's mutex,
 * so it is only touched from within iommu_group_for_each_dev() (I4).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "compat.h"
#include "groups.h"
#include "passfix.h"
#include "relax.h"
#include "scope.h"

/* A device that would have require_direct set, if we had not relaxed it. */
struct record {
	struct list_head list;
	struct device *dev;		/* holds a reference, as group does */
	struct iommu_group *group;
	bool is_visited;		/* by next_group() */
};

/*
 * Guards what follows, and the scope while active. It is taken under a group's mutex,
 * so no lock may be taken under it that is held while a group's mutex is taken. For
 * the same reason no reference is dropped under it.
 */
static DEFINE_MUTEX(records_lock);
static LIST_HEAD(records);
static bool active;

static struct record *find_record(struct device *dev)
{
	struct record *record;

	list_for_each_entry(record, &records, list)
		if (record->dev == dev)
			return record;

	return NULL;
}

static void add_record(struct device *dev)
{
	struct record *record;

	if (find_record(dev))
		return;

	record = kzalloc(sizeof(*record), GFP_KERNEL | __GFP_NOFAIL);
	record->dev = get_device(dev);
	record->group = iommu_group_get(dev);
	list_add_tail(&record->list, &records);
	if (!passfix_scope_covers(record->group))
		pr_notice("%s: relaxed until its group is unbound, although not in scope: it joined a group that a guest owns\n",
			  dev_name(dev));
}

/* Called without records_lock: a reference may be the last one. */
static void free_records(struct list_head *gone)
{
	struct record *record, *next;

	list_for_each_entry_safe(record, next, gone, list) {
		iommu_group_put(record->group);
		put_device(record->dev);
		kfree(record);
	}
}

/*
 * When the DMA API turns off a device's pci_32bit_workaround, it writes the same word
 * without the mutex, once per device (I4). If our write is lost to that, repeat it.
 */
static void set_require_direct(struct device *dev, bool value)
{
	do {
		dev->iommu->require_direct = value;
		/* Longer than the DMA API's read-modify-write takes. */
		udelay(1);
		barrier();
	} while (dev->iommu->require_direct != value);
}

/* Whether user space owns the group, by its domain. Called under the group's mutex. */
static bool is_owned(struct device *dev)
{
	struct iommu_domain *domain = passfix_group_domain(dev);

	return domain && (domain->type == IOMMU_DOMAIN_BLOCKED ||
			  domain->type == IOMMU_DOMAIN_UNMANAGED ||
			  domain->type == IOMMU_DOMAIN_NESTED);
}

/*
 * Whether a device must be relaxed: it was before, its group is in scope, or it may be
 * joining a group that user space owns (I3). Called under the group's mutex.
 */
static bool is_relaxable(struct device *dev, bool may_join_owned)
{
	return active && (find_record(dev) || passfix_scope_covers(dev->iommu_group) ||
			  (may_join_owned && is_owned(dev)));
}

/* Called under the group's mutex. */
static int relax_device(struct device *dev, void *unused)
{
	guard(mutex)(&records_lock);
	if (dev->iommu && dev->iommu->require_direct && is_relaxable(dev, true)) {
		set_require_direct(dev, false);
		add_record(dev);
	}
	return 0;
}

static void set_active(bool is_active)
{
	guard(mutex)(&records_lock);
	active = is_active;
}

/**
 * passfix_relax_group() - relax a group, if the fix is on and it is in scope or owned
 * @group: the group; the caller holds a reference
 *
 * Context: Process context, may sleep; takes the group's mutex.
 */
void passfix_relax_group(struct iommu_group *group)
{
	iommu_group_for_each_dev(group, NULL, relax_device);
}
EXPORT_SYMBOL_GPL(passfix_relax_group);

/**
 * passfix_relax_begin() - relax all groups in scope, and whatever joins them from now on
 *
 * Context: Process context, may sleep; takes the mutex of one group after another.
 *	The caller serialises it with passfix_relax_end().
 * Return: The number of devices that are relaxed now.
 */
unsigned int passfix_relax_begin(void)
{
	set_active(true);
	passfix_groups_for_each_dev(relax_device);

	guard(mutex)(&records_lock);
	return list_count_nodes(&records);
}

/*
 * A device that joined an out-of-scope group while a guest owned it is rejected again
 * when no guest owns the group any more. Called under the group's mutex.
 */
static int reject_stranger(struct device *dev, void *gone)
{
	struct record *record;

	guard(mutex)(&records_lock);
	record = find_record(dev);
	if (active && record && dev->iommu && !passfix_scope_covers(record->group) &&
	    !is_owned(dev)) {
		set_require_direct(dev, true);
		list_move(&record->list, gone);
	}
	return 0;
}

/**
 * passfix_relax_update() - follow a device that was added, removed, bound or unbound
 * @dev: the device
 *
 * If its group is in scope, the whole group is relaxed. A device that has left its group
 * is forgotten; it may have been the only one in scope there.
 *
 * Context: Process context, may sleep; takes the group's mutex. The caller is in a
 *	bus notification of the device, so nobody else takes its group away.
 */
void passfix_relax_update(struct device *dev)
{
	struct iommu_group *group = dev->iommu ? iommu_group_get(dev) : NULL;
	LIST_HEAD(gone);

	if (!group) {
		guard(mutex)(&records_lock);
		struct record *record = find_record(dev);

		if (!record)
			return;
		list_move(&record->list, &gone);
		group = iommu_group_ref_get(record->group);
	}
	iommu_group_for_each_dev(group, NULL, relax_device);
	iommu_group_for_each_dev(group, &gone, reject_stranger);
	iommu_group_put(group);
	free_records(&gone);
}

/*
 * Page 0 is cut off: the host does not need a mapping of it, and a guest's memory
 * starts there. A region of which nothing remains is moved to @emptied.
 */
static void relax_region(struct iommu_resv_region *region, struct list_head *emptied)
{
	region->type = IOMMU_RESV_DIRECT_RELAXABLE;
	if (region->start >= PAGE_SIZE)
		return;

	if (region->length > PAGE_SIZE - region->start) {
		region->length -= PAGE_SIZE - region->start;
		region->start = PAGE_SIZE;
	} else {
		list_move(&region->list, emptied);
	}
}

static bool relax_newcomer(struct device *dev)
{
	guard(mutex)(&records_lock);
	if (!dev->iommu_group || !is_relaxable(dev, passfix_groups_is_joining(dev)))
		return false;

	add_record(dev);
	return true;
}

/**
 * passfix_relax_regions() - relax the direct regions of a device
 * @dev: the device, in a group
 * @regions: the regions that its IOMMU driver has reported; changed in place
 *
 * Context: Process context, may sleep. Called by the IOMMU core, mostly with the
 *	group's mutex held.
 */
void passfix_relax_regions(struct device *dev, struct list_head *regions)
{
	struct iommu_resv_region *region, *next;
	bool is_relaxed = false;
	LIST_HEAD(emptied);

	list_for_each_entry_safe(region, next, regions, list) {
		if (region->type != IOMMU_RESV_DIRECT)
			continue;
		/* Decide once: a mixed answer would be neither ours nor the stock one. */
		is_relaxed = is_relaxed || relax_newcomer(dev);
		if (!is_relaxed)
			break;
		relax_region(region, &emptied);
	}
	iommu_put_resv_regions(dev, &emptied);
}

/**
 * passfix_relax_identity() - whether to override "identity" from an IOMMU driver
 * @dev: the device for which the driver requires an identity domain
 *
 * Only in groups that are relaxed or named in devices=. Elsewhere the requirement
 * (for PASID, encrypted memory, errata) does not prevent an assignment.
 *
 * Context: As for passfix_relax_regions().
 * Return: true if it must be overridden.
 */
bool passfix_relax_identity(struct device *dev)
{
	struct record *record;

	guard(mutex)(&records_lock);
	list_for_each_entry(record, &records, list)
		if (active && record->group == dev->iommu_group)
			return true;

	return active && *passfix_scope_text() && passfix_scope_covers(dev->iommu_group);
}

/**
 * passfix_covers() - whether the fix is on for a group
 * @group: the group; the caller holds a reference
 *
 * Context: Process context, may sleep.
 * Return: true while the fix is on and @group is in scope. Every group is in scope
 *	if the scope is empty.
 */
bool passfix_covers(struct iommu_group *group)
{
	guard(mutex)(&records_lock);
	return active && (!*passfix_scope_text() || passfix_scope_covers(group));
}
EXPORT_SYMBOL_GPL(passfix_covers);

/**
 * passfix_relax_show() - list the devices that are relaxed
 * @buffer: a page from sysfs; gets one name per line, then "..." if it is full
 * @length: how many bytes of the page are already used
 *
 * Context: Process context, may sleep.
 * Return: The length of the text in bytes.
 */
int passfix_relax_show(char *buffer, int length)
{
	struct record *record;

	guard(mutex)(&records_lock);
	list_for_each_entry(record, &records, list) {
		/* Leave room for "...", in case there are more names. */
		if (strlen(dev_name(record->dev)) + sizeof("\n...\n") > PAGE_SIZE - length) {
			length += sysfs_emit_at(buffer, length, "...\n");
			break;
		}
		length += sysfs_emit_at(buffer, length, "%s\n", dev_name(record->dev));
	}
	return length;
}

/*
 * Each call returns another group that has a record, with a reference; then NULL, after
 * which the next call starts over.
 */
static struct iommu_group *next_group(void)
{
	struct iommu_group *group = NULL;
	struct record *record;

	guard(mutex)(&records_lock);
	list_for_each_entry(record, &records, list) {
		if (!group && !record->is_visited)
			group = iommu_group_ref_get(record->group);
		record->is_visited |= record->group == group;
	}
	list_for_each_entry(record, &records, list)
		record->is_visited &= !!group;

	return group;
}

/*
 * A device that is bound to a VFIO driver has a child of class vfio-dev. Since 6.1,
 * 3c28a76124b2 (vfio: Add struct device to vfio_device).
 */
static int is_vfio_device(struct device *child, void *unused)
{
	return child->class && !strcmp(child->class->name, "vfio-dev");
}

static int find_bound(struct device *dev, void *unused)
{
	if (!device_for_each_child(dev, NULL, is_vfio_device))
		return 0;

	pr_err("%s: bound to %s, so a guest may own it; unbind it first (echo %s > /sys/bus/%s/drivers/%s/unbind); the fix stays on\n",
	       dev_name(dev), dev_driver_string(dev), dev_name(dev),
	       dev_bus_name(dev), dev_driver_string(dev));
	return -EBUSY;
}

/*
 * A claim needs the group's mutex, which is held from the first device of the group to
 * the last. So either the group is owned now, and nothing is set, or every later claim
 * finds require_direct set.
 */
static int restore_device(struct device *dev, void *unused)
{
	if (!dev->iommu)
		return 0;
	if (is_owned(dev)) {
		pr_err("%s: a guest still owns its group; try again when the guest has ended; the fix stays on\n",
		       dev_name(dev));
		return -EBUSY;
	}

	guard(mutex)(&records_lock);
	if (find_record(dev))
		set_require_direct(dev, true);
	return 0;
}

/* Calls @fn for each device of the groups that have a record. */
static int for_each_recorded(int (*fn)(struct device *dev, void *unused))
{
	struct iommu_group *group;
	int ret = 0;

	while ((group = next_group())) {
		if (!ret)
			ret = iommu_group_for_each_dev(group, NULL, fn);
		iommu_group_put(group);
	}
	return ret;
}

/**
 * passfix_relax_end() - undo passfix_relax_begin(), completely or not at all
 *
 * Context: As for passfix_relax_begin().
 * Return: 0; or -EBUSY, with the device named in the log, if a device of a relaxed
 *	group is bound to a VFIO driver, or user space owns the group.
 */
int passfix_relax_end(void)
{
	LIST_HEAD(gone);
	int ret;

	/*
	 * Newcomers are still relaxed here, so a refused attempt affects neither a claim
	 * that is under way nor a device that joins.
	 */
	ret = for_each_recorded(find_bound) ?: for_each_recorded(restore_device);
	if (!ret) {
		/* Again, for what joined meanwhile. From here on no record is added. */
		set_active(false);
		ret = for_each_recorded(restore_device);
	}
	if (ret) {
		/* All groups, since a device that joined just now got the stock answer. */
		passfix_relax_begin();
		return ret;
	}

	scoped_guard(mutex, &records_lock)
		list_splice_init(&records, &gone);
	free_records(&gone);
	return 0;
}
