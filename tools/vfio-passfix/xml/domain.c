// SPDX-License-Identifier: GPL-2.0-only
#include "xml/domain.h"

#include <libxml/parser.h>
#include <string.h>

#include "xml/element.h"
#include "xml/hostdev.h"

/*
 * What all guests have. There is no <graphics> and no <video>, since the card is the display; no
 * memory balloon, since memory that a device may write to is pinned, and a balloon could free none;
 * and no <watchdog>, since a q35 machine has its iTCO anyway, which libvirt does not know before 9.1.
 */
static const char common[] =
	"<domain type='kvm'>"
	"  <name/>"
	"  <memory unit='GiB'/>"
	"  <memoryBacking/>"
	"  <vcpu placement='static'/>"
	"  <os firmware='efi'>"
	"    <type arch='x86_64' machine='q35'>hvm</type>"
	"    <firmware>"
	"      <feature enabled='yes' name='enrolled-keys'/>"
	"      <feature enabled='yes' name='secure-boot'/>"
	"    </firmware>"
	"  </os>"
	"  <features>"
	"    <acpi/>"
	"    <apic/>"
	"    <hyperv mode='custom'>"
	"      <relaxed state='on'/>"
	"      <vapic state='on'/>"
	"      <spinlocks state='on' retries='8191'/>"
	"      <vpindex state='on'/>"
	"      <runtime state='on'/>"
	"      <synic state='on'/>"
	"      <stimer state='on'/>"
	"      <reset state='on'/>"
	"      <vendor_id state='on' value='passthrough'/>"
	"      <frequencies state='on'/>"
	"      <tlbflush state='on'/>"
	"      <ipi state='on'/>"
	"    </hyperv>"
	"    <kvm>"
	"      <hidden state='on'/>"
	"    </kvm>"
	"    <smm state='on'/>"
	"    <ioapic driver='qemu'/>"
	"  </features>"
	"  <cpu mode='host-passthrough' check='none' migratable='off'/>"
	"  <clock offset='localtime'>"
	"    <timer name='rtc' tickpolicy='catchup'/>"
	"    <timer name='pit' tickpolicy='delay'/>"
	"    <timer name='hpet' present='no'/>"
	"    <timer name='hypervclock' present='yes'/>"
	"  </clock>"
	"  <pm>"
	"    <suspend-to-mem enabled='no'/>"
	"    <suspend-to-disk enabled='no'/>"
	"  </pm>"
	"  <devices>"
	"    <controller type='pci' index='0' model='pcie-root'/>"
	"    <controller type='usb' model='qemu-xhci'/>"
	"    <interface type='network'>"
	"      <source network='default'/>"
	"      <model type='virtio'/>"
	"    </interface>"
	"    <tpm model='tpm-crb'>"
	"      <backend type='emulator' version='2.0'/>"
	"    </tpm>"
	"    <memballoon model='none'/>"
	"  </devices>"
	"</domain>";

static char *number(guint64 value)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT, value);
}

static void set_text(xmlNode *domain, const char *name, const char *text)
{
	xmlNodeAddContent(element_child(domain, name), BAD_CAST text);
}

/*
 * All memory is pinned before the guest's first instruction. With many threads that touch it, and
 * with large pages, that takes a fraction of the time.
 */
static void fill_memory(xmlNode *root, const struct domain *domain)
{
	xmlNode *backing = element_child(root, "memoryBacking");
	g_autofree char *threads = number((guint64)domain->cores);
	g_autofree char *memory = number((guint64)domain->memory);

	set_text(root, "memory", memory);
	if (domain->hugepage) {
		g_autofree char *size = number(domain->hugepage);

		element_add(element_add(backing, "hugepages", NULL), "page", "size", size,
			    "unit", "KiB", NULL);
	}
	element_add(backing, "allocation", "mode", "immediate", "threads", threads, NULL);
}

static void fill_cpu(xmlNode *root, const struct domain *domain)
{
	xmlNode *cpu = element_child(root, "cpu");
	g_autofree char *all = number((guint64)domain->cores * (guint64)domain->threads);
	g_autofree char *cores = number((guint64)domain->cores);
	g_autofree char *threads = number((guint64)domain->threads);

	set_text(root, "vcpu", all);
	/* One socket, because editions of Windows limit the number of sockets. */
	element_add(cpu, "topology", "sockets", "1", "dies", "1", "cores", cores,
		    "threads", threads, NULL);
	if (domain->address_bits) {
		g_autofree char *limit = number((guint64)domain->address_bits);

		element_add(cpu, "maxphysaddr", "mode", "passthrough", "limit", limit, NULL);
	}
	if (domain->topoext)
		element_add(cpu, "feature", "policy", "require", "name", "topoext", NULL);
}

static void add_disk(xmlNode *devices, const char *path)
{
	bool block = g_str_has_prefix(path, "/dev/");
	xmlNode *disk = element_add(devices, "disk", "type", block ? "block" : "file",
				    "device", "disk", NULL);

	element_add(disk, "driver", "name", "qemu", "type",
		    g_str_has_suffix(path, ".qcow2") ? "qcow2" : "raw", "discard", "unmap", NULL);
	element_add(disk, "source", block ? "dev" : "file", path, NULL);
	element_add(disk, "target", "dev", "vda", "bus", "virtio", NULL);
	element_add(disk, "boot", "order", "1", NULL);
}

static void add_cdrom(xmlNode *devices, const char *path, int index)
{
	g_autofree char *target = g_strdup_printf("sd%c", 'a' + index);
	g_autofree char *order = g_strdup_printf("%d", index + 2);
	xmlNode *disk = element_add(devices, "disk", "type", "file", "device", "cdrom", NULL);

	element_add(disk, "driver", "name", "qemu", "type", "raw", NULL);
	element_add(disk, "source", "file", path, NULL);
	element_add(disk, "target", "dev", target, "bus", "sata", NULL);
	element_add(disk, "readonly", NULL);
	element_add(disk, "boot", "order", order, NULL);
}

static void add_display(xmlNode *devices)
{
	element_add(devices, "graphics", "type", "spice", "autoport", "yes", NULL);
	element_add(element_add(devices, "video", NULL), "model", "type", "virtio", NULL);
}

xmlNode *domain_xml_new(const struct domain *domain)
{
	xmlDoc *document =
		xmlReadMemory(common, sizeof(common) - 1, NULL, NULL, XML_PARSE_NOBLANKS);
	xmlNode *root = xmlDocGetRootElement(document);
	xmlNode *devices = element_child(root, "devices");

	set_text(root, "name", domain->name);
	fill_memory(root, domain);
	fill_cpu(root, domain);
	/* As many root ports as the card's own bus needs. */
	for (int i = 1; i <= HOSTDEV_BUS; i++) {
		g_autofree char *index = g_strdup_printf("%d", i);

		element_add(devices, "controller", "type", "pci", "index", index, "model",
			    "pcie-root-port", NULL);
	}
	add_disk(devices, domain->disk);
	for (int i = 0; domain->cdroms && domain->cdroms[i]; i++)
		add_cdrom(devices, domain->cdroms[i], i);
	if (domain->display)
		add_display(devices);
	if (domain->iommufd)
		element_add(root, "iommufd", "enabled", "yes", NULL);
	return root;
}
