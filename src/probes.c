// SPDX-License-Identifier: GPL-2.0-only
/*
 * Probes: kprobes on two callbacks of the IOMMU drivers. They redirect each call to
 * a function of ours, which calls the driver's own function and changes its answer
 * to what a driver reports for a relaxable mapping.
 *
 *   get_resv_regions  a direct region becomes direct-relaxable, without page 0
 *   def_domain_type   "identity" becomes "no preference"
 *
 * The callbacks are found through the public struct iommu_ops of the devices that
 * are present, so symbol names and inlining do not matter.
 *
 * A probe's handler looks at the marks, counts and redirects, no more (I6). Our functions
 * run in process context in place of the callback, mostly with the group's mutex held.
 * So they take no lock under which the group's mutex is taken.
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
 * The tasks that are calling a driver's own function; a probe must let them pass.
 * Only the task itself writes its mark and looks for it, so no lock is needed. The
 * mark is the task, not the return address, because the function_graph tracer
 * replaces the return address. A task that finds no free mark waits for one.
 */
#define PASSFIX_MARKS 64
static struct task_struct *marks[PASSFIX_MARKS];
static DECLARE_WAIT_QUEUE_HEAD(mark_wait);

/* The redirected calls that have not returned yet. */
static atomic_t calls = ATOMIC_INIT(0);

/* The task that is testing whether a probe is in force, and the result. */
static struct task_struct *tester;
static bool tester_was_redirected;

/* Changes one mark with the value @from to @to; false if there is none. */
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

/* Notes that the tester was redirected. The tester must get the driver's own answer. */
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

/* Runs in place of a driver's get_resv_regions. @head may hold other devices' regions. */
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
 * Runs in place of a driver's def_domain_type. Only "identity" is overridden. A driver
 * that requires translation protects the host (untrusted devices, encrypted memory),
 * so that answer stays.
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

/* A redirected call is correct only if our function has the callback's signature. */
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
	size_t offset;		/* of the function pointer in struct iommu_ops */
	void *redirected;
	void (*test)(struct device *dev);	/* calls it and ignores the answer */
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
	void *function;		/* the callback; kp.addr may be behind its endbr64 */
	struct kprobe kp;
	bool is_tested;		/* by passfix_probes_in_force() */
};

/* The registered probes; the caller serialises access. */
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
 * Does nothing, but must exist: without a post_handler the kernel may optimise the
 * probe into a jump, which ignores the changed instruction pointer, and would let a
 * livepatch change the same function.
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

/* Called under the group's mutex, so dev->iommu stays valid. */
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
 * If kprobes use ftrace, and a kprobe with a post_handler joins one without (a tracer's),
 * the kernel fails to remove them (docs/kernel-bugs.md, report 7). So our kprobe gets its
 * post_handler only when it is known to be alone, and before it is armed. A kprobe that
 * does not use ftrace must have its post_handler when it is registered.
 */
static int place_kprobe(struct kprobe *kp, void *function, bool is_on_ftrace)
{
	int ret;

	*kp = (struct kprobe){
		.addr = function,
		.pre_handler = redirect,
		.post_handler = is_on_ftrace ? NULL : after,
		/* Armed in a separate step: register_kprobe() of 7.3 hides a failure to arm. */
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

	/* No error reports that kprobes or ftrace are turned off globally. */
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
 * The answers change only between passfix_relax_begin() and passfix_relax_end().
 *
 * Context: Process context, may sleep; takes the mutex of each group. The
 *	caller serialises all passfix_probes_*() functions.
 * Return: 0; -ENODEV if no PCI device is behind an IOMMU; -EBUSY if a livepatch
 *	or another kprobe is on a callback, or if passfix_probes_unregister() could
 *	not remove a probe; -EOPNOTSUPP if a call does not hit its probe; or the
 *	error of register_kprobe() or enable_kprobe(). On failure the probes are
 *	removed again, and the log says what failed.
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
 * passfix_probes_unregister() - remove all probes
 *
 * The kernel needs memory to remove a probe. If it gets none, it warns and keeps the
 * probe, which then stays until a restart, without effect, and keeps the module loaded.
 *
 * Context: Process context, sleeps until no handler is running. Redirected calls
 *	may still be under way, see passfix_probes_exit().
 */
void passfix_probes_unregister(void)
{
	struct probe *probe, *next;

	list_for_each_entry_safe(probe, next, &probes, list) {
		/* Unlike unregister_kprobe(), this reports a failure. */
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

/* Called under the group's mutex. Ends the walk at a call that is not redirected. */
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
 * Root can switch kprobes or ftrace off as a whole, and the kernel notifies nobody.
 * So each callback is called once to find out.
 *
 * Context: As for passfix_probes_register().
 * Return: false if a call does not hit its probe.
 */
bool passfix_probes_in_force(void)
{
	struct probe *probe;

	list_for_each_entry(probe, &probes, list)
		probe->is_tested = false;

	return !passfix_groups_for_each_dev(test_probes_of);
}

/**
 * passfix_probes_exit() - wait until our code can be freed
 *
 * Context: Process context, after passfix_probes_unregister(). Sleeps until no
 *	redirected call is under way; a call may sleep in a driver.
 * Return: false if our code must stay, because a probe could not be removed.
 */
bool passfix_probes_exit(void)
{
	if (!list_empty(&probes))
		return false;
	/* Only a handler raises the count, before it redirects; no handler runs any more. */
	while (atomic_read(&calls))
		msleep(20);
	/* A call that has lowered the count may still be about to return from our code. */
	synchronize_rcu_tasks();
	return true;
}
