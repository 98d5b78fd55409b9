// SPDX-License-Identifier: GPL-2.0-only
/*
 * passfix_test: what tests need from the kernel that user space cannot see or do.
 * Test only. Write a command to the parameter "run", and read its answer from
 * there:
 *
 *   iova BDF IOVA     the physical address that the device's domain maps IOVA to
 *   direct BDF        the device's require_direct
 *   demanded BDF      1 if its driver reports a direct or direct-relaxable region,
 *                     otherwise 0
 *   all -             for each device, a line: require_direct, and how page 0 and some
 *                     pages with firmware-mandated mappings are mapped: 1:1 "=", not "-",
 *                     or to another page "x"
 *   set-direct BDF N  sets require_direct
 *   identity BDF      the IOMMU driver requires an identity domain for the device. This
 *                     and the next two replace the driver's callbacks by ours, only one
 *                     of the three at a time
 *   unprobable BDF N  replaces get_resv_regions (0) or def_domain_type (1) by a function
 *                     on which no probe can be placed
 *   stalling BDF      replaces get_resv_regions by a function in which the tasks of "stall" wait
 *   own -             restores the driver's own callbacks
 *   probe -           places a return probe on a function of this module, and removes it
 *   hold BDF N        takes the mutex of the device's group N times in the
 *                     background, for 20 ms each
 *   held BDF          waits for the end of that; how often require_direct changed
 *                     while the mutex was held
 *   watch BDF         from now on looks at require_direct whenever somebody begins to
 *                     walk the devices of a group, so between any two times that a task
 *                     holds a mutex
 *   watch -           stops; how often it looked, and how often require_direct was set
 *   stall BDF N       N tasks ask for the device's regions, and wait in "stalling";
 *                     how many have asked, and how many are in the driver now
 *   stall -           they continue; how many got an answer with a direct region, and how
 *                     many one without
 *   lost-write BDF    as if the core had written a neighbour of require_direct at the
 *                     same time: the next write of require_direct is lost, once
 *   lost-write -      how many were lost
 *   ipmodify - N      from now on redirects calls of amd_iommu_get_resv_regions, as a
 *                     livepatch does; 0: stops
 *   rcec BDF          makes it a Root Complex Event Collector, for pcieport
 *   host - N          registers a host driver, passfix_host, for devices with that
 *                     driver_override; it takes N ms to unbind
 *   host-dma BDF ADDRESS  that driver makes its device, an edu, do DMA to and from the
 *                     bus address, as the firmware would: whether the memory there is
 *                     reached, or the data are lost
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/kprobes.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

static char answer[PAGE_SIZE / 2] = "ready";

static struct pci_dev *find_device(const char *name)
{
	struct device *dev = bus_find_device_by_name(&pci_bus_type, NULL, name);

	return dev ? to_pci_dev(dev) : NULL;
}

static int run_iova(struct pci_dev *pdev, u64 iova)
{
	struct iommu_domain *domain = iommu_get_domain_for_dev(&pdev->dev);

	if (!domain)
		return -ENODEV;
	snprintf(answer, sizeof(answer), "0x%llx",
		 (u64)iommu_iova_to_phys(domain, iova));
	return 0;
}

static int run_direct(struct pci_dev *pdev, u64 unused)
{
	snprintf(answer, sizeof(answer), "%d", pdev->dev.iommu->require_direct);
	return 0;
}

static int run_demanded(struct pci_dev *pdev, u64 unused)
{
	struct iommu_resv_region *region;
	bool is_demanded = false;
	LIST_HEAD(regions);

	iommu_get_resv_regions(&pdev->dev, &regions);
	list_for_each_entry(region, &regions, list)
		is_demanded |= region->type == IOMMU_RESV_DIRECT ||
			       region->type == IOMMU_RESV_DIRECT_RELAXABLE;
	iommu_put_resv_regions(&pdev->dev, &regions);
	snprintf(answer, sizeof(answer), "%d", is_demanded);
	return 0;
}

/* Page 0, which the fix cuts off, the page after it, and those of the default IVMD blocks. */
static const u64 demanded_pages[] = { 0, 0x1000, 0x7e000000, 0x7e010000 };

static int run_all(struct pci_dev *unused, u64 unused_too)
{
	struct pci_dev *pdev = NULL;
	size_t length = 0;
	int i;

	for_each_pci_dev(pdev) {
		struct iommu_domain *domain = iommu_get_domain_for_dev(&pdev->dev);

		if (!pdev->dev.iommu || !domain)
			continue;
		length += scnprintf(answer + length, sizeof(answer) - length, "%s direct %d pages ",
				    pci_name(pdev), pdev->dev.iommu->require_direct);
		for (i = 0; i < ARRAY_SIZE(demanded_pages); i++) {
			/* Not the first byte: for page 0 the answer would be 0, mapped or not. */
			u64 iova = demanded_pages[i] + 0x800;
			u64 physical = iommu_iova_to_phys(domain, iova);

			length += scnprintf(answer + length, sizeof(answer) - length, "%c",
					    physical == iova ? '=' : physical ? 'x' : '-');
		}
		length += scnprintf(answer + length, sizeof(answer) - length, "\n");
	}
	return length + 1 < sizeof(answer) ? 0 : -ENOSPC;
}

static int run_set_direct(struct pci_dev *pdev, u64 value)
{
	pdev->dev.iommu->require_direct = !!value;
	return 0;
}

static const struct iommu_ops *driver_ops(struct pci_dev *pdev)
{
	return pdev->dev.iommu->iommu_dev->ops;
}

/* The driver's callbacks, and those that replace them. */
static const struct iommu_ops *real_ops;
static struct iommu_ops odd_ops;
static struct iommu_device *odd_iommu;
static struct device *identity_device;

static int real_domain_type(struct device *dev)
{
	return real_ops->def_domain_type ? real_ops->def_domain_type(dev) : 0;
}

static int identity_for_one(struct device *dev)
{
	return dev == identity_device ? IOMMU_DOMAIN_IDENTITY : real_domain_type(dev);
}

static int unprobable_domain_type(struct device *dev)
{
	return real_domain_type(dev);
}
NOKPROBE_SYMBOL(unprobable_domain_type);

static void unprobable_regions(struct device *dev, struct list_head *head)
{
	real_ops->get_resv_regions(dev, head);
}
NOKPROBE_SYMBOL(unprobable_regions);

static bool stalled;
static DECLARE_WAIT_QUEUE_HEAD(stall_wait);
static atomic_t begun, in_stall, answers_direct, answers_relaxed;

/* Only our own tasks wait here, so the rest of the system goes on. */
static void stalling_regions(struct device *dev, struct list_head *head)
{
	if (!strncmp(current->comm, "passfix-stall", 13)) {
		atomic_inc(&in_stall);
		wait_event(stall_wait, !READ_ONCE(stalled));
		atomic_dec(&in_stall);
	}
	real_ops->get_resv_regions(dev, head);
}

static int run_own(struct pci_dev *unused, u64 unused_too)
{
	if (odd_iommu)
		odd_iommu->ops = real_ops;
	odd_iommu = NULL;
	return 0;
}

static struct iommu_ops *begin_odd_ops(struct pci_dev *pdev)
{
	run_own(NULL, 0);
	real_ops = driver_ops(pdev);
	odd_ops = *real_ops;
	return &odd_ops;
}

static int use_odd_ops(struct pci_dev *pdev)
{
	odd_iommu = pdev->dev.iommu->iommu_dev;
	odd_iommu->ops = &odd_ops;
	return 0;
}

static int run_identity(struct pci_dev *pdev, u64 unused)
{
	identity_device = &pdev->dev;
	begin_odd_ops(pdev)->def_domain_type = identity_for_one;
	return use_odd_ops(pdev);
}

static int run_unprobable(struct pci_dev *pdev, u64 which)
{
	struct iommu_ops *ops = begin_odd_ops(pdev);

	if (which)
		ops->def_domain_type = unprobable_domain_type;
	else
		ops->get_resv_regions = unprobable_regions;
	return use_odd_ops(pdev);
}

static int run_stalling(struct pci_dev *pdev, u64 unused)
{
	begin_odd_ops(pdev)->get_resv_regions = stalling_regions;
	return use_odd_ops(pdev);
}

static noinline void probed(void)
{
	barrier();
}

static int probed_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return 0;
}

static int run_probe(struct pci_dev *pdev, u64 unused)
{
	/* Not freed: the kernel may keep it. */
	static struct kretprobe rp;
	int ret;

	rp = (struct kretprobe){ .handler = probed_return, .kp.addr = (void *)probed };
	ret = register_kretprobe(&rp);
	probed();
	if (!ret)
		unregister_kretprobe(&rp);
	return ret;
}

#define HOLD_MS 20

static DECLARE_COMPLETION(holding);
static DECLARE_COMPLETION(held);
static unsigned int changes;
static struct device *hold_device;
static u64 holds;

static int watch_bit(struct device *dev, void *unused)
{
	bool before;

	if (dev != hold_device)
		return 0;
	before = dev->iommu->require_direct;
	msleep(HOLD_MS);
	barrier();
	changes += dev->iommu->require_direct != before;
	return 1;
}

static int hold_group(void *unused)
{
	struct iommu_group *group = iommu_group_get(hold_device);
	u64 n;

	complete(&holding);
	for (n = 0; n < holds; n++)
		iommu_group_for_each_dev(group, NULL, watch_bit);
	iommu_group_put(group);
	complete(&held);
	return 0;
}

static int run_hold(struct pci_dev *pdev, u64 count)
{
	struct task_struct *holder;

	hold_device = &pdev->dev;
	holds = count;
	changes = 0;
	reinit_completion(&holding);
	reinit_completion(&held);
	holder = kthread_run(hold_group, NULL, "passfix-hold");
	if (IS_ERR(holder))
		return PTR_ERR(holder);
	wait_for_completion(&holding);
	return 0;
}

static int run_held(struct pci_dev *pdev, u64 unused)
{
	wait_for_completion(&held);
	snprintf(answer, sizeof(answer), "%u", changes);
	return 0;
}

static struct device *watch_device;
static unsigned int looks, looks_set;

static int look(struct kprobe *kp, struct pt_regs *regs)
{
	looks++;
	looks_set += watch_device->iommu->require_direct;
	return 0;
}

static struct kprobe watch_probe;

static void watch_end(void)
{
	if (watch_device)
		unregister_kprobe(&watch_probe);
	watch_device = NULL;
}

static int run_watch(struct pci_dev *pdev, u64 unused)
{
	int ret;

	watch_end();
	if (!pdev) {
		snprintf(answer, sizeof(answer), "%u %u", looks, looks_set);
		return 0;
	}

	watch_device = &pdev->dev;
	looks = 0;
	looks_set = 0;
	watch_probe = (struct kprobe){
		.symbol_name = "iommu_group_for_each_dev",
		.pre_handler = look,
	};
	ret = register_kprobe(&watch_probe);
	if (ret)
		watch_device = NULL;
	return ret;
}

static int stall_task(void *dev)
{
	struct iommu_resv_region *region;
	bool is_direct = false;
	LIST_HEAD(regions);

	atomic_inc(&begun);
	iommu_get_resv_regions(dev, &regions);
	list_for_each_entry(region, &regions, list)
		is_direct |= region->type == IOMMU_RESV_DIRECT;
	iommu_put_resv_regions(dev, &regions);
	atomic_inc(is_direct ? &answers_direct : &answers_relaxed);
	return 0;
}

static void stall_end(void)
{
	WRITE_ONCE(stalled, false);
	wake_up_all(&stall_wait);
	while (atomic_read(&answers_direct) + atomic_read(&answers_relaxed) < atomic_read(&begun))
		msleep(20);
	snprintf(answer, sizeof(answer), "%d %d", atomic_read(&answers_direct),
		 atomic_read(&answers_relaxed));
	atomic_set(&begun, 0);
	atomic_set(&answers_direct, 0);
	atomic_set(&answers_relaxed, 0);
	/* The tasks still have to leave our code. */
	msleep(100);
}

static int run_stall(struct pci_dev *pdev, u64 count)
{
	int started, waited;

	stall_end();
	if (!pdev)
		return 0;

	WRITE_ONCE(stalled, true);
	for (started = 0; started < count; started++)
		if (IS_ERR(kthread_run(stall_task, &pdev->dev, "passfix-stall")))
			return -ENOMEM;
	for (waited = 0; atomic_read(&begun) < count && waited < 250; waited++)
		msleep(20);
	msleep(200);
	snprintf(answer, sizeof(answer), "%d %d", atomic_read(&begun), atomic_read(&in_stall));
	return 0;
}

/*
 * The code that writes require_direct waits a moment before it reads it back. So a write can
 * reliably be lost in the function that waits.
 */
static struct device *lost_device;
static bool lost_value;
static unsigned int lost_writes;

static int lose_write(struct kprobe *kp, struct pt_regs *regs)
{
	if (lost_writes || lost_device->iommu->require_direct == lost_value)
		return 0;
	lost_writes++;
	lost_device->iommu->require_direct = lost_value;
	return 0;
}

static struct kprobe lost_probe;

static void lost_end(void)
{
	if (lost_device)
		unregister_kprobe(&lost_probe);
	lost_device = NULL;
}

static int run_lost_write(struct pci_dev *pdev, u64 unused)
{
	int ret;

	lost_end();
	if (!pdev) {
		snprintf(answer, sizeof(answer), "%u", lost_writes);
		return 0;
	}

	lost_device = &pdev->dev;
	lost_value = pdev->dev.iommu->require_direct;
	lost_writes = 0;
	lost_probe = (struct kprobe){ .symbol_name = "__const_udelay", .pre_handler = lose_write };
	ret = register_kprobe(&lost_probe);
	if (ret)
		lost_device = NULL;
	return ret;
}

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_REGS
static void ipmodify(unsigned long ip, unsigned long parent, struct ftrace_ops *ops,
		     struct ftrace_regs *regs)
{
}

static struct ftrace_ops ipmodify_ops = {
	.func = ipmodify,
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY,
};

static bool is_modified;

static int run_ipmodify(struct pci_dev *unused, u64 on)
{
	static unsigned char function[] = "amd_iommu_get_resv_regions";
	int ret;

	if (is_modified)
		unregister_ftrace_function(&ipmodify_ops);
	is_modified = false;
	if (!on)
		return 0;
	ret = ftrace_set_filter(&ipmodify_ops, function, strlen(function), 1) ?:
	      register_ftrace_function(&ipmodify_ops);
	is_modified = !ret;
	return ret;
}
#else
static int run_ipmodify(struct pci_dev *unused, u64 on)
{
	return on ? -EOPNOTSUPP : 0;
}
#endif

static int run_rcec(struct pci_dev *pdev, u64 unused)
{
	pdev->pcie_flags_reg = (pdev->pcie_flags_reg & ~PCI_EXP_FLAGS_TYPE) |
			       (PCI_EXP_TYPE_RC_EC << 4);
	return 0;
}

static unsigned int host_remove_ms;
static bool host_registered;

static int host_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return 0;
}

static void host_remove(struct pci_dev *pdev)
{
	msleep(host_remove_ms);
}

static struct pci_driver host_driver = {
	.name = "passfix_host",
	.probe = host_probe,
	.remove = host_remove,
};

static int run_host(struct pci_dev *pdev, u64 ms)
{
	int ret = 0;

	host_remove_ms = ms;
	if (!host_registered)
		ret = pci_register_driver(&host_driver);
	host_registered = !ret;
	return ret;
}

#define EDU_SOURCE 0x80
#define EDU_DESTINATION 0x88
#define EDU_COUNT 0x90
#define EDU_COMMAND 0x98
#define EDU_START 1
#define EDU_TO_MEMORY 2
#define EDU_BUFFER 0x40000
#define EDU_BYTES 256
#define EDU_WAIT_MS 5000

static int edu_move(void __iomem *bar, u64 from, u64 to, u64 command)
{
	int waited;

	writeq(from, bar + EDU_SOURCE);
	writeq(to, bar + EDU_DESTINATION);
	writeq(EDU_BYTES, bar + EDU_COUNT);
	writeq(EDU_START | command, bar + EDU_COMMAND);
	for (waited = 0; waited < EDU_WAIT_MS; waited += 20) {
		if (!(readq(bar + EDU_COMMAND) & EDU_START))
			return 0;
		msleep(20);
	}
	return -ETIMEDOUT;
}

/* To the device and back; the bytes are cleared in between. */
static int host_dma(void __iomem *bar, u8 *memory, u64 address)
{
	u8 before[EDU_BYTES], bytes[EDU_BYTES];
	int i, ret;

	memcpy(before, memory, EDU_BYTES);
	for (i = 0; i < EDU_BYTES; i++)
		bytes[i] = 200 - i;
	memcpy(memory, bytes, EDU_BYTES);
	ret = edu_move(bar, address, EDU_BUFFER, 0);
	memset(memory, 0, EDU_BYTES);
	if (!ret)
		ret = edu_move(bar, EDU_BUFFER, address, EDU_TO_MEMORY);
	strscpy(answer, memcmp(memory, bytes, EDU_BYTES) ? "lost" : "arrived");
	memcpy(memory, before, EDU_BYTES);
	return ret;
}

static int run_host_dma(struct pci_dev *pdev, u64 address)
{
	void __iomem *bar;
	void *memory;
	int ret;

	if (!pdev || pdev->driver != &host_driver)
		return -ENODEV;
	ret = pci_enable_device(pdev);
	if (ret)
		return ret;
	pci_set_master(pdev);
	bar = pci_iomap(pdev, 0, 0);
	memory = memremap(address, EDU_BYTES, MEMREMAP_WB);
	ret = bar && memory ? host_dma(bar, memory, address) : -ENOMEM;
	if (memory)
		memunmap(memory);
	if (bar)
		pci_iounmap(pdev, bar);
	pci_disable_device(pdev);
	return ret;
}

static const struct command {
	const char *name;
	int (*run)(struct pci_dev *pdev, u64 value);
} commands[] = {
	{ "iova", run_iova },
	{ "direct", run_direct },
	{ "demanded", run_demanded },
	{ "all", run_all },
	{ "set-direct", run_set_direct },
	{ "identity", run_identity },
	{ "unprobable", run_unprobable },
	{ "stalling", run_stalling },
	{ "own", run_own },
	{ "lost-write", run_lost_write },
	{ "ipmodify", run_ipmodify },
	{ "rcec", run_rcec },
	{ "probe", run_probe },
	{ "hold", run_hold },
	{ "held", run_held },
	{ "watch", run_watch },
	{ "stall", run_stall },
	{ "host", run_host },
	{ "host-dma", run_host_dma },
};

static int set_run(const char *value, const struct kernel_param *param)
{
	char name[32], bdf[32];
	struct pci_dev *pdev = NULL;
	u64 number = 0;
	int i, ret = -EINVAL;

	if (sscanf(value, "%31s %31s %lli", name, bdf, &number) < 2)
		return -EINVAL;
	if (strcmp(bdf, "-")) {
		pdev = find_device(bdf);
		if (!pdev)
			return -ENODEV;
		/* It is not behind an IOMMU, or not yet. */
		if (!pdev->dev.iommu) {
			pci_dev_put(pdev);
			return -ENXIO;
		}
	}
	strscpy(answer, "done");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(name, commands[i].name))
			ret = commands[i].run(pdev, number);
	pci_dev_put(pdev);
	return ret;
}

static int get_run(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%s\n", answer);
}

static const struct kernel_param_ops run_ops = {
	.set = set_run,
	.get = get_run,
};
module_param_cb(run, &run_ops, NULL, 0600);

static int __init test_init(void)
{
	return 0;
}
module_init(test_init);

static void __exit test_exit(void)
{
	run_ipmodify(NULL, 0);
	watch_end();
	lost_end();
	stall_end();
	run_own(NULL, 0);
	if (host_registered)
		pci_unregister_driver(&host_driver);
}
module_exit(test_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test only: what vfio-passfix's tests ask of the kernel");
