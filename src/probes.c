// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes: return probes on two callbacks of the IOMMU drivers, which make a
 * driver's answer say what the kernel itself would say of a relaxable mapping.
 *
 *   get_resv_regions  a direct region becomes direct-relaxable, without page 0
 *   def_domain_type   a demand for an identity domain becomes no preference
 *
 * The callbacks are found through the public struct iommu_ops of the devices
 * that are there, so neither symbol names nor inlining matter.
 *
 * A handler touches what it was handed, the scope (which stands still while a
 * probe is registered) and two flags; it does not sleep, allocate or lock (I6).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/iommu.h>
#include <linux/irq_work.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "groups.h"
#include "probes.h"
#include "scope.h"

/*
 * Calls that may be in flight at once before a probe misses one (I7). The
 * callbacks may sleep, so this is not bounded by the number of CPUs; a hundred
 * bytes each.
 */
#define PASSFIX_MAXACTIVE 64

struct callback {
	const char *name;
	size_t offset;		/* in struct iommu_ops, of a function pointer */
	kretprobe_handler_t on_entry;
	kretprobe_handler_t on_return;
	size_t data_size;
	void (*call)(struct device *dev);	/* and forget the answer */
};

struct probe {
	struct list_head list;
	const struct callback *callback;
	void *function;		/* kp.addr is moved behind an endbr64 */
	struct kretprobe rp;
};

/* Under the caller's lock: registered probes, latest first. */
static LIST_HEAD(probes);

/* Misses of the probes that are no longer registered. */
static unsigned long missed_before;

static bool probes_active;
static struct task_struct *bypass_task;

/* Some handler has run. */
static bool entered;

/* Regions that the page 0 rule has emptied, to be freed where that may lock. */
static LLIST_HEAD(emptied_regions);

static void free_emptied_regions(struct irq_work *work)
{
	struct llist_node *node, *next;

	llist_for_each_safe(node, next, llist_del_all(&emptied_regions))
		kfree(container_of((struct list_head *)node,
				   struct iommu_resv_region, list));
}

/* Freeing takes the allocator's locks, and sleeping ones where PREEMPT_RT. */
static DEFINE_IRQ_WORK(emptied_work, free_emptied_regions);

static bool handler_applies(struct device *dev)
{
	WRITE_ONCE(entered, true);

	return READ_ONCE(probes_active) &&
	       READ_ONCE(bypass_task) != current &&
	       passfix_scope_covers(dev);
}

struct regions_call {
	struct list_head *regions;
};

static int regions_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct device *dev = (void *)regs_get_kernel_argument(regs, 0);
	struct regions_call *call = (void *)ri->data;

	call->regions = (void *)regs_get_kernel_argument(regs, 1);

	return !handler_applies(dev);
}
NOKPROBE_SYMBOL(regions_entry);

/*
 * Cuts page 0 off a region: the host has no use for a mapping of it, and a
 * guest's memory starts there. A region with a destructor of its own (Arm's
 * RMRs) is left alone where nothing of it would remain: the destructor wants
 * its device, which may be gone when the region can be freed.
 */
static void cut_page_zero(struct iommu_resv_region *region)
{
	if (region->start >= PAGE_SIZE)
		return;

	if (region->length > PAGE_SIZE - region->start) {
		region->length -= PAGE_SIZE - region->start;
		region->start = PAGE_SIZE;
		return;
	}
	if (region->free)
		return;

	list_del(&region->list);
	llist_add((struct llist_node *)&region->list, &emptied_regions);
	irq_work_queue(&emptied_work);
}

static int regions_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct regions_call *call = (void *)ri->data;
	struct iommu_resv_region *region, *next;

	if (!READ_ONCE(probes_active))
		return 0;

	list_for_each_entry_safe(region, next, call->regions, list) {
		if (region->type != IOMMU_RESV_DIRECT)
			continue;
		region->type = IOMMU_RESV_DIRECT_RELAXABLE;
		cut_page_zero(region);
	}
	return 0;
}
NOKPROBE_SYMBOL(regions_return);

static int domain_type_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct device *dev = (void *)regs_get_kernel_argument(regs, 0);

	return !handler_applies(dev);
}
NOKPROBE_SYMBOL(domain_type_entry);

/*
 * Only a demand for identity gives way. A demand for translation protects the
 * host (untrusted devices, encrypted memory), and stays.
 */
static int domain_type_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	if (READ_ONCE(probes_active) &&
	    (int)regs_return_value(regs) == IOMMU_DOMAIN_IDENTITY)
		regs_set_return_value(regs, 0);

	return 0;
}
NOKPROBE_SYMBOL(domain_type_return);

static void call_regions(struct device *dev)
{
	LIST_HEAD(regions);

	iommu_get_resv_regions(dev, &regions);
	iommu_put_resv_regions(dev, &regions);
}

static void call_domain_type(struct device *dev)
{
	dev->iommu->iommu_dev->ops->def_domain_type(dev);
}

static const struct callback callbacks[] = {
	{
		.name = "get_resv_regions",
		.offset = offsetof(struct iommu_ops, get_resv_regions),
		.on_entry = regions_entry,
		.on_return = regions_return,
		.data_size = sizeof(struct regions_call),
		.call = call_regions,
	},
	{
		.name = "def_domain_type",
		.offset = offsetof(struct iommu_ops, def_domain_type),
		.on_entry = domain_type_entry,
		.on_return = domain_type_return,
		.call = call_domain_type,
	},
};

/* The signatures that the handlers rely on. */
static_assert(__same_type(((struct iommu_ops *)0)->get_resv_regions,
			  void (*)(struct device *, struct list_head *)));
static_assert(__same_type(((struct iommu_ops *)0)->def_domain_type,
			  int (*)(struct device *)));

static bool is_probed(void *function)
{
	struct probe *probe;

	list_for_each_entry(probe, &probes, list)
		if (probe->function == function)
			return true;

	return false;
}

/* A miss is a hit too, of a probe that has all its instances in use. */
static bool is_hit(struct probe *probe, struct device *dev)
{
	WRITE_ONCE(entered, false);
	probe->callback->call(dev);

	return READ_ONCE(entered) || probe->rp.nmissed || probe->rp.kp.nmissed;
}

static int register_probe(struct device *dev, const struct callback *callback,
			  void *function)
{
	struct probe *probe;
	int ret;

	probe = kzalloc(sizeof(*probe), GFP_KERNEL);
	if (!probe) {
		ret = -ENOMEM;
		goto failed;
	}

	probe->callback = callback;
	probe->function = function;
	probe->rp.kp.addr = function;
	probe->rp.entry_handler = callback->on_entry;
	probe->rp.handler = callback->on_return;
	probe->rp.data_size = callback->data_size;
	probe->rp.maxactive = PASSFIX_MAXACTIVE;
	/* Enabled in a step of its own: 7.3 says nothing of a failure in registering. */
	probe->rp.kp.flags = KPROBE_FLAG_DISABLED;

	ret = register_kretprobe(&probe->rp);
	if (ret)
		goto failed;
	ret = enable_kretprobe(&probe->rp);
	if (ret) {
		unregister_kretprobe(&probe->rp);
		goto failed;
	}
	/* Nor does enabling tell of kprobes that are switched off, all at once. */
	if (!is_hit(probe, dev)) {
		unregister_kretprobe(&probe->rp);
		kfree(probe);
		pr_err("cannot turn on: a probe on %ps (%s of the IOMMU driver of %s) is not hit; switch kprobes on (echo 1 > /sys/kernel/debug/kprobes/enabled); nothing was changed\n",
		       function, callback->name, dev_name(dev));
		return -EOPNOTSUPP;
	}

	list_add(&probe->list, &probes);
	return 0;

failed:
	kfree(probe);
	pr_err("cannot turn on: no probe can be placed on %ps (%s of the IOMMU driver of %s): error %d; nothing was changed\n",
	       function, callback->name, dev_name(dev), ret);
	return ret;
}

/* Called under the group's mutex, so dev->iommu is there and stays. */
static int register_probes_of(struct device *dev, void *unused)
{
	const struct iommu_ops *ops;
	unsigned int i;
	int ret;

	if (!dev_is_pci(dev) || !dev->iommu || !dev->iommu->iommu_dev)
		return 0;

	ops = dev->iommu->iommu_dev->ops;
	for (i = 0; i < ARRAY_SIZE(callbacks); i++) {
		void *function = *(void **)((char *)ops + callbacks[i].offset);

		if (!function || is_probed(function))
			continue;
		ret = register_probe(dev, &callbacks[i], function);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * passfix_probes_register() - place the probes on every IOMMU driver in use
 * @groups: the IOMMU groups of the PCI devices
 *
 * The probes do nothing before passfix_probes_set_active().
 *
 * Context: Process context, may sleep; takes the mutex of each group. The
 *	caller serialises all of passfix_probes_*().
 * Return: 0; -ENODEV where no PCI device is behind an IOMMU; -EBUSY where
 *	passfix_probes_unregister() has left one; -EOPNOTSUPP where a call does
 *	not come past its probe; -ENOMEM or what
 *	register_kretprobe() says, with the function named in the log and no
 *	probe left.
 */
int passfix_probes_register(struct passfix_groups *groups)
{
	int ret;

	if (!list_empty(&probes)) {
		pr_err("cannot turn on: the kernel could not take away a probe when the fix went off; restart the host\n");
		return -EBUSY;
	}

	ret = passfix_groups_for_each_dev(groups, register_probes_of, NULL);
	if (!ret && list_empty(&probes)) {
		pr_err("cannot turn on: no PCI device is behind an IOMMU; is it enabled in the BIOS, and on the kernel's command line (Intel: intel_iommu=on)?\n");
		ret = -ENODEV;
	}
	if (ret)
		passfix_probes_unregister();

	return ret;
}

/**
 * passfix_probes_unregister() - take all probes away
 *
 * Calls that are in flight then return the driver's own answer. To take one
 * away the kernel needs memory; where it gets none it warns and keeps the probe,
 * which then stays for good, without effect, and holds the module.
 *
 * Context: Process context, sleeps until no handler is running.
 */
void passfix_probes_unregister(void)
{
	struct probe *probe, *next;

	list_for_each_entry_safe(probe, next, &probes, list) {
		/* Unlike unregistering, this tells. */
		if (disable_kretprobe(&probe->rp)) {
			__module_get(THIS_MODULE);
			pr_err("the kernel cannot take away the probe on %ps: it stays, without effect, and so does the module until a restart\n",
			       probe->function);
			continue;
		}
		unregister_kretprobe(&probe->rp);
		missed_before += probe->rp.nmissed + probe->rp.kp.nmissed;
		list_del(&probe->list);
		kfree(probe);
	}
	/* The last emptied region must be freed before this code may go. */
	irq_work_sync(&emptied_work);
}

/**
 * passfix_probes_set_active() - switch the effect of the probes on or off
 * @active: whether the answers of the IOMMU drivers are changed
 *
 * Unlike registering, this cannot fail, so it can be taken back.
 *
 * Context: Process context. Once it returns, an answer that the IOMMU core
 *	starts to ask for is changed or not as told; switching off sleeps until
 *	no handler is still at work.
 */
void passfix_probes_set_active(bool active)
{
	WRITE_ONCE(probes_active, active);
	/* Handlers run with preemption off, which this waits for. */
	synchronize_rcu();
}

/**
 * passfix_probes_bypass_begin() - let this task see the drivers' own answers
 *
 * Context: Process context. One task at a time, until passfix_probes_bypass_end().
 */
void passfix_probes_bypass_begin(void)
{
	WRITE_ONCE(bypass_task, current);
}

/**
 * passfix_probes_bypass_end() - end what passfix_probes_bypass_begin() began
 *
 * Context: Process context, the same task.
 */
void passfix_probes_bypass_end(void)
{
	WRITE_ONCE(bypass_task, NULL);
}

/**
 * passfix_probes_missed() - how many answers went by unchanged
 *
 * A probe misses a call when all its instances are in use, or when the call
 * comes from within another probe's handler. The answer is then the driver's
 * own: the device stays, or becomes, rejected (I7).
 *
 * Context: Process context.
 * Return: The misses since the module was loaded.
 */
unsigned long passfix_probes_missed(void)
{
	unsigned long missed = missed_before;
	struct probe *probe;

	list_for_each_entry(probe, &probes, list)
		missed += probe->rp.nmissed + probe->rp.kp.nmissed;

	return missed;
}
