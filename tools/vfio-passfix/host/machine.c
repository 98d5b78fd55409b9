// SPDX-License-Identifier: GPL-2.0-only
#include "host/machine.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "host/cpu.h"
#include "host/root.h"

#define DMI "/sys/class/dmi/id"
#define XEN "/sys/hypervisor"

/* Hypervisors, recognised by their firmware: the DMI file, and the beginning of its text. */
static const struct hypervisor {
	const char *file, *words, *name;
} hypervisors[] = {
	{ "sys_vendor", "QEMU", "QEMU" },
	{ "product_name", "KVM", "KVM" },
	{ "product_name", "OpenStack", "OpenStack" },
	{ "product_name", "KubeVirt", "KubeVirt" },
	{ "product_name", "Google Compute Engine", "Google Compute Engine" },
	{ "product_name", "Virtual Machine", "Hyper-V" },
	{ "product_name", "VMware", "VMware" },
	{ "product_name", "VirtualBox", "VirtualBox" },
	{ "product_name", "BHYVE", "bhyve" },
	{ "product_name", "Parallels", "Parallels" },
	{ "product_name", "Apple Virtualization", "Apple" },
	{ "sys_vendor", "VMware", "VMware" },
	{ "sys_vendor", "innotek", "VirtualBox" },
	{ "sys_vendor", "Xen", "Xen" },
	{ "sys_vendor", "Parallels", "Parallels" },
	{ "sys_vendor", "Amazon EC2", "Amazon EC2" },
	{ "sys_vendor", "DigitalOcean", "DigitalOcean" },
	{ "sys_vendor", "Nutanix", "Nutanix" },
	{ "sys_vendor", "Hetzner", "Hetzner" },
	{ "sys_vendor", "Alibaba Cloud", "Alibaba Cloud" },
	{ "bios_vendor", "SeaBIOS", "QEMU" },
	{ "bios_vendor", "BOCHS", "QEMU" },
	{ 0 },
};

/* The hypervisor by DMI; NULL: none of these. */
static const char *hypervisor_by_name(void)
{
	g_autofree char *product = root_read(DMI "/product_name");

	/* Amazon's bare-metal machines have its name, too: "c5.metal". */
	if (product && strstr(product, ".metal"))
		return NULL;
	for (const struct hypervisor *each = hypervisors; each->file; each++) {
		g_autofree char *words = root_read(DMI "/%s", each->file);

		if (words && g_str_has_prefix(words, each->words))
			return each->name;
	}
	return NULL;
}

static bool is_virtual(void)
{
	g_autofree char *board = root_read("/proc/device-tree/compatible");

	return cpu_has_flag("hypervisor") || hypervisor_by_name() ||
	       root_exists("/proc/device-tree/hypervisor") || (board && strstr(board, "dummy-virt"));
}

/* XENFEAT_dom0 of Xen's public interface. */
#define DOM0 (UINT64_C(1) << 11)

/*
 * Whether this is dom0, the domain of Xen that has the devices. If Xen's features cannot be read, a
 * guest is recognised by its firmware, which is Xen's own, if it has any.
 */
static bool is_dom0(void)
{
	g_autofree char *type = root_read(XEN "/type");
	g_autofree char *features = root_read(XEN "/properties/features");
	g_autofree char *capabilities = root_read("/proc/xen/capabilities");

	if (!type || strcmp(type, "xen"))
		return false;
	if (features)
		return g_ascii_strtoull(features, NULL, 16) & DOM0;
	return capabilities ? strstr(capabilities, "control_d") != NULL : !hypervisor_by_name();
}

/*
 * Whether the kernel's own threads are among the processes, as on a host. Containers seldom see them, and a
 * host whose root file system was made from a container's image may still have /.dockerenv.
 */
static bool sees_kernel_threads(void)
{
	g_autofree char *second = root_read("/proc/2/comm");

	return second && !strcmp(g_strchomp(second), "kthreadd");
}

/* The name of the program that runs this container, for g_free(); NULL: this is no container. */
static char *container(void)
{
	char *name = root_read("/run/systemd/container");

	if (!name && root_exists("/.dockerenv") && !sees_kernel_threads())
		name = g_strdup("docker");
	if (!name && root_exists("/run/.containerenv"))
		name = g_strdup("podman");
	return name;
}

enum machine machine(void)
{
	g_autofree char *name = NULL;

	if (!root_exists("/sys/bus"))
		return MACHINE_NO_SYSFS;
	if (is_dom0())
		return MACHINE_XEN;
	if (is_virtual())
		return MACHINE_VIRTUAL;
	name = container();
	return name ? MACHINE_CONTAINER : MACHINE_REAL;
}

char *machine_no_groups(void)
{
	g_autofree char *name = NULL;

	switch (machine()) {
	case MACHINE_NO_SYSFS:
		return g_strdup("/sys is not mounted, so no device and no IOMMU group can be seen");
	case MACHINE_XEN:
		return g_strdup("Xen owns the IOMMU; this tool is not for it");
	case MACHINE_VIRTUAL:
		name = g_strdup(hypervisor_by_name());
		return g_strdup_printf("this is a virtual machine%s%s%s, and the hypervisor has the IOMMU",
				       name ? " (" : "", name ? name : "", name ? ")" : "");
	case MACHINE_CONTAINER:
		name = container();
		return g_strdup_printf("this is a container (%s) that cannot see the host's IOMMU groups", name);
	case MACHINE_REAL:
		break;
	}
	return g_strdup("the IOMMU is off");
}

const char *machine_no_groups_advice(void)
{
	switch (machine()) {
	case MACHINE_NO_SYSFS:
		return "mount it: sudo mount -t sysfs sysfs /sys (in a chroot, from outside: sudo mount --rbind /sys ROOT/sys)";
	case MACHINE_XEN:
		return "assign devices by Xen's own means (xl pci-assignable-add, xl pci-attach), or boot this system without Xen and use KVM";
	case MACHINE_VIRTUAL:
		if (cpu_is_arm())
			return "assign devices on this virtual machine's host. To assign them to guests inside this virtual machine, give it an IOMMU on its host (libvirt: <iommu model='smmuv3'>; QEMU: -machine virt,iommu=smmuv3)";
		return "assign devices on this virtual machine's host. To assign them to guests inside this virtual machine, give it an IOMMU on its host (libvirt: <iommu model='intel'>; QEMU: -device intel-iommu or amd-iommu)";
	case MACHINE_CONTAINER:
		return "run vfio-passfix on the host that runs the container";
	case MACHINE_REAL:
		break;
	}
	return NULL;
}
