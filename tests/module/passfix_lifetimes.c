// SPDX-License-Identifier: GPL-2.0-only
/*
 * passfix_lifetimes: takes groups away without a notification of removal, at the moment when
 * somebody has read a device's pointer to its group and has no reference yet. Test only.
 * Write a command to the parameter "run":
 *
 *   fail-addition     adding the next PCI device to a group fails, after a task with the
 *                     name "collector" has looked at the group, or after 2 s
 *   no-iommu BDF      gives a device a group as VFIO's no-IOMMU mode does
 *   no-iommu-slowly   takes that group away, while "collector", which has looked at it, waits
 *
 * The parameter "looked" says how often the collector has looked at such a group.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/iommu.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/string.h>

#define WAIT_MS 2000

static unsigned int looked;
module_param(looked, uint, 0400);

/* The kobject whose references keep the doomed group. */
static struct kobject *doomed;

/* Runs on kobject_get(), with which the collector takes a reference to the group, too late. */
static int collector_looked(struct kprobe *kp, struct pt_regs *regs)
{
	if (!doomed || (void *)regs_get_kernel_argument(regs, 0) != doomed ||
	    strcmp(current->comm, "collector"))
		return 0;
	looked++;
	mdelay(WAIT_MS);
	return 0;
}

static struct kprobe collector_probe = {
	.symbol_name = "kobject_get",
	.pre_handler = collector_looked,
};

/* The kobject "devices" of a group is created just before its first device is added. */
static int remember_kobject(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kobject *kobj = (void *)regs_return_value(regs);

	if (!IS_ERR_OR_NULL(kobj) && !strcmp(kobject_name(kobj), "devices") && kobj->parent &&
	    kobj->parent->parent && !strcmp(kobject_name(kobj->parent->parent), "iommu_groups"))
		doomed = kobj;
	return 0;
}

static struct kretprobe creation_probe = {
	.kp.symbol_name = "kobject_create_and_add",
	.handler = remember_kobject,
};

static noinline long no_memory(void)
{
	return -ENOMEM;
}

static bool fails;

static int fail_addition(struct kprobe *kp, struct pt_regs *regs)
{
	unsigned int before = looked;
	int waited;

	if (!fails || !dev_is_pci((struct device *)regs_get_kernel_argument(regs, 1)))
		return 0;
	fails = false;
	/* A careless collector looks at the group now. */
	for (waited = 0; READ_ONCE(looked) == before && waited < WAIT_MS; waited++)
		mdelay(1);
	instruction_pointer_set(regs, (unsigned long)no_memory);
	return 1;
}
NOKPROBE_SYMBOL(fail_addition);

/* Without a post_handler the kernel may optimise the probe into a jump, which cannot redirect. */
static void after(struct kprobe *kp, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe addition_probe = {
	.symbol_name = "iommu_group_alloc_device",
	.pre_handler = fail_addition,
	.post_handler = after,
};

static struct iommu_group *group;
static struct pci_dev *grouped;

static int no_iommu(const char *bdf)
{
	struct device *dev = bus_find_device_by_name(&pci_bus_type, NULL, bdf);

	if (!dev)
		return -ENODEV;
	grouped = to_pci_dev(dev);
	group = iommu_group_alloc();
	return iommu_group_add_device(group, dev);
}

static int no_iommu_slowly(void)
{
	msleep(500);	/* the collector is under way */
	iommu_group_remove_device(&grouped->dev);
	iommu_group_put(group);
	pci_dev_put(grouped);
	return 0;
}

static int set_run(const char *value, const struct kernel_param *param)
{
	char bdf[32];

	if (sysfs_streq(value, "fail-addition")) {
		fails = true;
		return 0;
	}
	if (sysfs_streq(value, "no-iommu-slowly"))
		return no_iommu_slowly();
	if (sscanf(value, "no-iommu %31s", bdf) == 1)
		return no_iommu(bdf);
	return -EINVAL;
}

static const struct kernel_param_ops run_ops = {
	.set = set_run,
};
module_param_cb(run, &run_ops, NULL, 0200);

static int __init lifetimes_init(void)
{
	int ret;

	ret = register_kretprobe(&creation_probe);
	if (ret)
		return ret;
	ret = register_kprobe(&addition_probe);
	if (ret)
		goto creation;
	ret = register_kprobe(&collector_probe);
	if (ret)
		goto addition;
	return 0;

addition:
	unregister_kprobe(&addition_probe);
creation:
	unregister_kretprobe(&creation_probe);
	return ret;
}
module_init(lifetimes_init);

static void __exit lifetimes_exit(void)
{
	unregister_kprobe(&collector_probe);
	unregister_kprobe(&addition_probe);
	unregister_kretprobe(&creation_probe);
}
module_exit(lifetimes_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test only: groups that vfio-passfix's tests take away");
