// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes: kprobes on two callbacks of the IOMMU drivers, which redirect the call
 * to a function of ours. That has the driver's own function answer, and changes
 * the answer to what the kernel itself would say of a relaxable mapping.
 *
 *   get_resv_regions  a direct region becomes direct-relaxable, without page 0
 *   def_domain_type   a demand for an identity domain becomes no preference
 *
 * The callbacks are found through the public struct iommu_ops of the devices
 * that are there, so neither symbol names nor inlining matter.
 *
 * A probe's handler looks at the marks, counts and redirects (I6). Our functions run
 * in process context in the place of the callback, mostly with the group's mutex held;
 * so they take no lock under which that is taken.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/kprobes.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "groups.h"
#include "probes.h"
#include "relax.h"

/*
 * The tasks that are calling a driver's own function, which a probe must let pass.
 * Only its own task writes a mark and looks for it, so that needs no lock. It is
 * the task that is marked and not the return address: while the function_graph
 * tracer is on that is the tracer's. A task that finds no place waits for one.
 */
#define PASSFIX_MARKS 64
static struct task_struct *marks[PASSFIX_MARKS];
static DECLARE_WAIT_QUEUE_HEAD(mark_wait);

/* The calls that were redirected and have not come back. */
static atomic_t calls = ATOMIC_INIT(0);

/* The task that is looking whether a probe is in force, and what it has found. */
static struct task_struct *tester;
static bool tester_was_redirected;

/* Changes a mark of one value to another one; false where there is none. */
static bool change_mark(struct task_struct *from, struct task_struct *to)
{
	unsigned int i;

	for (i = 0; i < PASSFIX_MARKS; i++)
		if (READ_ONCE(marks[i]) == from && cmpxchg(&marks[i], from, to) == from)
			return true;

	return false;
}

static void begin_call(void)
{
	wait_event(mark_wait, change_mark(NULL, current));
}

static void end_call(void)
{
	change_mark(current, NULL);
	wake_up(&mark_wait);
}

/* The tester is told, and gets the driver's own answer. */
static bool is_test(void)
{
	if (READ_ONCE(tester) != current)
		return false;

	tester_was_redirected = true;
	return true;
}

static const struct iommu_ops *driver_ops(struct device *dev)
{
	return dev->iommu->iommu_dev->ops;
}

/* In the place of a driver's get_resv_regions; @head may hold others' regions. */
static void redirected_regions(struct device *dev, struct list_head *head)
{
	LIST_HEAD(regions);

	begin_call();
	driver_ops(dev)->get_resv_regions(dev, &regions);
	end_call();

	if (!is_test())
		passfix_relax_regions(dev, &regions);
	list_splice_tail(&regions, head);
	atomic_dec(&calls);
}

/*
 * In the place of a driver's def_domain_type. Only a demand for identity gives way.
 * A demand for translation protects the host (untrusted devices, encrypted memory),
 * and stays.
 */
static int redirected_domain_type(struct device *dev)
{
	int type;

	begin_call();
	type = driver_ops(dev)->def_domain_type(dev);
	end_call();

	if (!is_test() && type == IOMMU_DOMAIN_IDENTITY && passfix_relax_identity(dev))
		type = 0;
	atomic_dec(&calls);

	return type;
}

/* What the redirections rely on: that the callbacks have their signatures. */
static_assert(__same_type(((struct iommu_ops *)0)->get_resv_regions, &redirected_regions));
static_assert(__same_type(((struct iommu_ops *)0)->def_domain_type, &redirected_domain_type));

static void test_regions(struct device *dev)
{
	LIST_HEAD(regions);

	iommu_get_resv_regions(dev, &regions);
	iommu_put_resv_regions(dev, &regions);
}

static void test_domain_type(struct device *dev)
{
	driver_ops(dev)->def_domain_type(dev);
}

static const struct callback {
	const char *name;
	size_t offset;		/* in struct iommu_ops, of a function pointer */
	void *redirected;
	void (*test)(struct device *dev);	/* calls it, and forgets the answer */
} callbacks[] = {
	{
		.name = "get_resv_regions",
		.offset = offsetof(struct iommu_ops, get_resv_regions),
		.redirected = redirected_regions,
		.test = test_regions,
	}, {
		.name = "def_domain_type",
		.offset = offsetof(struct iommu_ops, def_domain_type),
		.redirected = redirected_domain_type,
		.test = test_domain_type,
	},
};

struct probe {
	struct list_head list;
	const struct callback *callback;
	void *function;		/* kp.addr is moved behind an endbr64 */
	struct kprobe kp;
	bool is_tested;		/* by passfix_probes_in_force() */
};

/* Under the caller's lock: the registered probes. */
static LIST_HEAD(probes);

static int redirect(struct kprobe *kp, struct pt_regs *regs)
{
	struct probe *probe = container_of(kp, struct probe, kp);
	unsigned int i;

	for (i = 0; i < PASSFIX_MARKS; i++)
		if (READ_ONCE(marks[i]) == current)
			return 0;

	atomic_inc(&calls);
	instruction_pointer_set(regs, (unsigned long)probe->callback->redirected);
	return 1;
}
NOKPROBE_SYMBOL(redirect);

/*
 * Its presence is what counts: without one the kernel may turn the probe into a
 * jump, which ignores the changed instruction pointer, and would let a livepatch
 * change the same function.
 */
static void after(struct kprobe *kp, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(after);

static struct probe *find_probe(void *function)
{
	struct probe *probe;

	list_for_each_entry(probe, &probes, list)
		if (probe->function == function)
			return probe;

	return NULL;
}

/* Called under the group's mutex, so dev->iommu stays. */
static void *function_of(struct device *dev, const struct callback *callback)
{
	if (!dev_is_pci(dev) || !dev->iommu || !dev->iommu->iommu_dev)
		return NULL;

	return *(void **)((char *)driver_ops(dev) + callback->offset);
}

static bool is_in_force(struct device *dev, const struct callback *callback)
{
	tester_was_redirected = false;
	WRITE_ONCE(tester, current);
	callback->test(dev);
	WRITE_ONCE(tester, NULL);

	return tester_was_redirected;
}

/*
 * Where kprobes use ftrace, one with a post_handler that comes to a function which has
 * one without (a tracer's) is taken away wrongly (docs/kernel-bugs.md). So ours gets its
 * post_handler once it is known to be alone; it is not armed yet. Elsewhere it must
 * have it from the beginning.
 */
static int place_kprobe(struct kprobe *kp, void *function, bool is_on_ftrace)
{
	int ret;

	*kp = (struct kprobe){
		.addr = function,
		.pre_handler = redirect,
		.post_handler = is_on_ftrace ? NULL : after,
		/* Enabled in a step of its own: 7.3 hides a failure in registering. */
		.flags = KPROBE_FLAG_DISABLED,
	};
	ret = register_kprobe(kp);
	if (ret)
		return ret;
	if (is_on_ftrace && !kprobe_ftrace(kp)) {
		unregister_kprobe(kp);
		return place_kprobe(kp, function, false);
	}

	ret = -EBUSY;
	if (!is_on_ftrace || list_empty(&kp->list)) {
		kp->post_handler = after;
		ret = enable_kprobe(kp);
	}
	if (ret)
		unregister_kprobe(kp);
	return ret;
}

static int register_probe(struct device *dev, const struct callback *callback, void *function)
{
	struct probe *probe;
	int ret;

	probe = kzalloc(sizeof(*probe), GFP_KERNEL | __GFP_NOFAIL);
	probe->callback = callback;
	probe->function = function;
	ret = place_kprobe(&probe->kp, function, IS_ENABLED(CONFIG_KPROBES_ON_FTRACE));
	if (ret) {
		pr_err("cannot turn on: no probe can be placed on %ps (%s of the IOMMU driver of %s): %s (error %d); nothing was changed\n",
		       function, callback->name, dev_name(dev), ret == -EBUSY ?
		       "a livepatch or another kprobe is there; remove it and try again" :
		       "the kernel refuses it", ret);
		kfree(probe);
		return ret;
	}
	list_add(&probe->list, &probes);

	/* Nothing tells of kprobes, or ftrace, that are switched off as a whole. */
	if (!is_in_force(dev, callback)) {
		pr_err("cannot turn on: the probe on %ps (%s of the IOMMU driver of %s) is not hit; switch kprobes and ftrace on (echo 1 > /sys/kernel/debug/kprobes/enabled; sysctl kernel.ftrace_enabled=1); nothing was changed\n",
		       function, callback->name, dev_name(dev));
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Called under the group's mutex. */
static int register_probes_of(struct device *dev, void *unused)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(callbacks); i++) {
		void *function = function_of(dev, &callbacks[i]);

		if (!function || find_probe(function))
			continue;
		ret = register_probe(dev, &callbacks[i], function);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * passfix_probes_register() - redirect the callbacks of every IOMMU driver in use
 *
 * Answers change only between passfix_relax_begin() and passfix_relax_end().
 *
 * Context: Process context, may sleep; takes the mutex of each group. The
 *	caller serialises all of passfix_probes_*().
 * Return: 0; -ENODEV where no PCI device is behind an IOMMU; -EBUSY where a
 *	livepatch or another kprobe is in the way, or passfix_probes_unregister()
 *	has left a probe; -EOPNOTSUPP where a call does not come past its probe; or
 *	what register_kprobe() says. Then no probe is left, and the log names the
 *	function.
 */
int passfix_probes_register(void)
{
	int ret;

	if (!list_empty(&probes)) {
		pr_err("cannot turn on: the kernel could not take away a probe when the fix went off; restart the host\n");
		return -EBUSY;
	}

	ret = passfix_groups_for_each_dev(register_probes_of);
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
 * To take one away the kernel needs memory; where it gets none it warns and keeps
 * the probe, which then stays for good, without effect, and holds the module.
 *
 * Context: Process context, sleeps until no handler is running. Calls that were
 *	redirected may still be under way, see passfix_probes_exit().
 */
void passfix_probes_unregister(void)
{
	struct probe *probe, *next;

	list_for_each_entry_safe(probe, next, &probes, list) {
		/* Unlike unregistering, this tells. */
		if (disable_kprobe(&probe->kp)) {
			__module_get(THIS_MODULE);
			pr_err("the kernel cannot take away the probe on %ps: it stays, without effect, and so does the module until a restart\n",
			       probe->function);
			continue;
		}
		unregister_kprobe(&probe->kp);
		list_del(&probe->list);
		kfree(probe);
	}
}

/* Called under the group's mutex; ends the walk at a call that is not redirected. */
static int test_probes_of(struct device *dev, void *unused)
{
	struct probe *probe;
	void *function;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(callbacks); i++) {
		function = function_of(dev, &callbacks[i]);
		probe = find_probe(function);
		if (!function || (probe && probe->is_tested))
			continue;
		if (!probe || !is_in_force(dev, &callbacks[i]))
			return 1;
		probe->is_tested = true;
	}
	return 0;
}

/**
 * passfix_probes_in_force() - whether the probes still act (I7)
 *
 * Root can switch kprobes or ftrace off as a whole, and nobody is told. So each
 * function is called once.
 *
 * Context: As passfix_probes_register().
 * Return: false where a call does not come past its probe.
 */
bool passfix_probes_in_force(void)
{
	struct probe *probe;

	list_for_each_entry(probe, &probes, list)
		probe->is_tested = false;

	return !passfix_groups_for_each_dev(test_probes_of);
}

/**
 * passfix_probes_exit() - wait until our code may go
 *
 * Context: Process context, after passfix_probes_unregister(). Sleeps until no
 *	redirected call is under way, each of which may sleep in a driver.
 * Return: false where it must stay for good, for a probe that could not be taken away.
 */
bool passfix_probes_exit(void)
{
	if (!list_empty(&probes))
		return false;
	/* A handler counts a call before it redirects it; there are no handlers now. */
	while (atomic_read(&calls))
		msleep(20);
	/* For those that have counted themselves out and not yet returned. */
	synchronize_rcu_tasks();
	return true;
}
