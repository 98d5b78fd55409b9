// SPDX-License-Identifier: GPL-2.0-only
/*
 * passfix_isolation: the kernel's part of the test that DMA only reaches what is mapped.
 * Test only. Its parameters:
 *
 *   regions=ADDRESS,...  at load: pages of RAM with firmware-mandated 1:1 mappings, which
 *                        memmap= on the command line reserves
 *   canaries             the physical addresses of pages with known bytes, a line
 *                        each: "kernel 0x..." for kernel memory, and "firmware 0x..."
 *                        for the regions
 *   changed              how many of their bytes have changed
 *   events               what the IOMMU has reported since the last read, a line
 *                        each: address, requester id, read or write. AMD: everything in
 *                        its log (IO_PAGE_FAULT). Intel: what the kernel's handler
 *                        found; waits until the handler is ready for the next event
 *   leak                 write "BDF ADDRESS": maps that page 1:1 in the device's
 *                        domain, without the owner's knowledge
 *
 * The kernel's log is not enough: it has a few events a second, and drops the rest.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/acpi.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/kfifo.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define KERNEL_PAGES 16
#define REGIONS_MAX 8

static unsigned long regions[REGIONS_MAX];
static int region_count;
module_param_array(regions, ulong, &region_count, 0400);

static struct canary {
	u8 *page;
	phys_addr_t phys;
	bool firmware;
} canaries[KERNEL_PAGES + REGIONS_MAX];
static int canary_count;

static u8 canary_byte(int canary, int at)
{
	/* Never zero, since a blocked read returns zero. */
	return (canary * 31 + at * 7 + (at >> 8)) | 1;
}

static void canary_fill(int canary)
{
	int at;

	for (at = 0; at < PAGE_SIZE; at++)
		canaries[canary].page[at] = canary_byte(canary, at);
}

static int get_canaries(char *buffer, const struct kernel_param *param)
{
	int i, length = 0;

	for (i = 0; i < canary_count; i++)
		length += sysfs_emit_at(buffer, length, "%s 0x%llx\n",
					canaries[i].firmware ? "firmware" : "kernel",
					(u64)canaries[i].phys);
	return length;
}

static int get_changed(char *buffer, const struct kernel_param *param)
{
	int i, at, changed = 0;

	for (i = 0; i < canary_count; i++)
		for (at = 0; at < PAGE_SIZE; at++)
			changed += READ_ONCE(canaries[i].page[at]) != canary_byte(i, at);
	return sysfs_emit(buffer, "%d\n", changed);
}

struct event {
	u64 address;
	u16 requester;
	bool write;
};

#define EVENTS_MAX 64

static DEFINE_KFIFO(events, struct event, EVENTS_MAX);
static void __iomem *registers;

/* AMD: see AMD's IOMMU specification for the registers and the log. */
#define AMD_SIZE 0x4000
#define AMD_LOG_BASE 0x0010
#define AMD_LOG_TAIL 0x2018
#define AMD_EVENT_SIZE 16
#define AMD_PAGE_FAULT 2
/* In QEMU; real hardware uses bit 21. */
#define AMD_WRITE BIT(17)

static u8 *amd_log;
static u32 amd_log_size, amd_head;

static int amd_init(phys_addr_t base)
{
	u64 log;

	registers = ioremap(base, AMD_SIZE);
	if (!registers)
		return -ENOMEM;
	log = readq(registers + AMD_LOG_BASE);
	amd_log_size = AMD_EVENT_SIZE << (log >> 56 & 0xf);
	amd_log = memremap(log & GENMASK_ULL(51, 12), amd_log_size, MEMREMAP_WB);
	amd_head = readl(registers + AMD_LOG_TAIL);
	return amd_log ? 0 : -ENOMEM;
}

/* The kernel's driver does not erase a page fault in the ring, so it can be read twice. */
static void amd_collect(void)
{
	u32 tail = readl(registers + AMD_LOG_TAIL);

	for (; amd_head != tail; amd_head = (amd_head + AMD_EVENT_SIZE) % amd_log_size) {
		u32 *entry = (u32 *)(amd_log + amd_head);
		struct event event = {
			.address = READ_ONCE(entry[2]) | (u64)READ_ONCE(entry[3]) << 32,
			.requester = READ_ONCE(entry[0]),
			.write = READ_ONCE(entry[1]) & AMD_WRITE,
		};

		if (READ_ONCE(entry[1]) >> 28 != AMD_PAGE_FAULT)
			pr_err("an event that is no IO_PAGE_FAULT: %08x %08x\n",
			       entry[0], entry[1]);
		else if (!kfifo_put(&events, event))
			pr_err("more events than there is room for\n");
	}
}

/* Intel: one fault record (VT-d specification), which the kernel's handler reads and clears. */
#define INTEL_SIZE 0x1000
#define INTEL_CAPABILITY 0x08
#define INTEL_STATUS 0x34
#define INTEL_FAULT BIT(31)
#define INTEL_READ BIT(30)
#define INTEL_WAIT_MS 2000

static void __iomem *intel_record;
static bool intel_probed;

static atomic_t in_handler = ATOMIC_INIT(0);

/* The kernel's handler would continue with a fault that comes meanwhile, so there must be none. */
static int intel_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct event event = {
		.address = readq(intel_record) & PAGE_MASK,
		.requester = readl(intel_record + 8),
		.write = !(readl(intel_record + 12) & INTEL_READ),
	};

	if (readl(intel_record + 12) & INTEL_FAULT && !kfifo_put(&events, event))
		pr_err("more events than there is room for\n");
	atomic_inc(&in_handler);
	return 0;
}

static int intel_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	atomic_dec(&in_handler);
	return 0;
}

static struct kretprobe intel_probe = {
	.kp.symbol_name = "dmar_fault",
	.entry_handler = intel_entry,
	.handler = intel_return,
};

static int intel_init(phys_addr_t base)
{
	int ret;

	registers = ioremap(base, INTEL_SIZE);
	if (!registers)
		return -ENOMEM;
	intel_record = registers + 16 * (readq(registers + INTEL_CAPABILITY) >> 24 & 0x3ff);
	ret = register_kretprobe(&intel_probe);
	intel_probed = !ret;
	return ret;
}

static void intel_collect(void)
{
	int waited;

	for (waited = 0; waited < INTEL_WAIT_MS * 10; waited++) {
		if (!(readl(intel_record + 12) & INTEL_FAULT) &&
		    !(readl(registers + INTEL_STATUS) & 0xff) && !atomic_read(&in_handler))
			return;
		usleep_range(100, 200);
	}
	pr_err("the kernel has not cleared a fault\n");
}

static int get_events(char *buffer, const struct kernel_param *param)
{
	struct event event;
	int length = 0;

	if (amd_log)
		amd_collect();
	else
		intel_collect();
	while (kfifo_get(&events, &event))
		length += sysfs_emit_at(buffer, length, "0x%llx 0x%x %s\n",
					event.address, event.requester,
					event.write ? "write" : "read");
	return length;
}

static int set_leak(const char *value, const struct kernel_param *param)
{
	struct iommu_domain *domain;
	struct device *dev;
	char bdf[32];
	u64 address;
	int ret;

	if (sscanf(value, "%31s %lli", bdf, &address) != 2)
		return -EINVAL;
	dev = bus_find_device_by_name(&pci_bus_type, NULL, bdf);
	if (!dev)
		return -ENODEV;
	domain = iommu_get_domain_for_dev(dev);
	ret = domain ? iommu_map(domain, address, address, PAGE_SIZE,
				 IOMMU_READ | IOMMU_WRITE, GFP_KERNEL) : -ENODEV;
	put_device(dev);
	return ret;
}

static const struct kernel_param_ops canaries_ops = { .get = get_canaries };
static const struct kernel_param_ops changed_ops = { .get = get_changed };
static const struct kernel_param_ops events_ops = { .get = get_events };
static const struct kernel_param_ops leak_ops = { .set = set_leak };
module_param_cb(canaries, &canaries_ops, NULL, 0400);
module_param_cb(changed, &changed_ops, NULL, 0400);
module_param_cb(events, &events_ops, NULL, 0400);
module_param_cb(leak, &leak_ops, NULL, 0200);

static int events_init(void)
{
	struct acpi_table_header *table;
	struct acpi_ivrs_hardware_10 *amd;
	struct acpi_dmar_hardware_unit *intel;
	u64 base;

	/* The first unit in the table. */
	if (ACPI_SUCCESS(acpi_get_table(ACPI_SIG_IVRS, 1, &table))) {
		amd = (void *)((struct acpi_table_ivrs *)table + 1);
		base = amd->base_address;
		acpi_put_table(table);
		return amd_init(base);
	}
	if (ACPI_SUCCESS(acpi_get_table(ACPI_SIG_DMAR, 1, &table))) {
		intel = (void *)((struct acpi_table_dmar *)table + 1);
		base = intel->address;
		acpi_put_table(table);
		return intel_init(base);
	}
	return -ENODEV;
}

static void isolation_free(void)
{
	int i;

	if (intel_probed)
		unregister_kretprobe(&intel_probe);
	if (amd_log)
		memunmap(amd_log);
	if (registers)
		iounmap(registers);
	for (i = 0; i < canary_count; i++) {
		if (canaries[i].firmware)
			memunmap(canaries[i].page);
		else
			kfree(canaries[i].page);
	}
}

static int canaries_init(void)
{
	struct canary *canary = canaries;
	int i;

	for (i = 0; i < KERNEL_PAGES + region_count; i++, canary++) {
		canary->firmware = i >= KERNEL_PAGES;
		if (canary->firmware) {
			canary->phys = regions[i - KERNEL_PAGES];
			canary->page = memremap(canary->phys, PAGE_SIZE, MEMREMAP_WB);
		} else {
			canary->page = kmalloc(PAGE_SIZE, GFP_KERNEL);
			canary->phys = canary->page ? virt_to_phys(canary->page) : 0;
		}
		if (!canary->page)
			return -ENOMEM;
		canary_count++;
		canary_fill(i);
	}
	return 0;
}

static int __init isolation_init(void)
{
	int ret = canaries_init();

	if (!ret)
		ret = events_init();
	if (ret)
		isolation_free();
	return ret;
}
module_init(isolation_init);

static void __exit isolation_exit(void)
{
	isolation_free();
}
module_exit(isolation_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test only: canaries, and what the IOMMU reports");
