// SPDX-License-Identifier: GPL-2.0-only
/* xml: the XML that libvirt needs. */
#include <gio/gio.h>
#include <libxml/tree.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "host/card.h"
#include "host/cpu.h"
#include "host/host.h"
#include "host/hugepages.h"
#include "host/iommu.h"
#include "host/libvirt.h"
#include "host/platform.h"
#include "host/rom.h"
#include "host/root.h"
#include "xml/domain.h"
#include "xml/element.h"
#include "xml/hostdev.h"

/* The first release with <iommufd> for a whole domain. */
#define LIBVIRT_IOMMUFD_DOMAIN 12002000u

#define KIB_PER_GIB (UINT64_C(1) << 20)
#define DEFAULT_MEMORY 16
/* More CPUs need an emulated IOMMU, for their interrupts. */
#define MOST_CPUS 254

static char *rom_path;
static gboolean iommufd;
static char *name;
static int memory;
static int cpus;
static char *disk;
static char **cdroms;
static gboolean display;

static const GOptionEntry options[] = {
	{ "rom", 0, 0, G_OPTION_ARG_FILENAME, &rom_path,
	  "Use this file as the card's ROM in the guest", "FILE" },
	{ "iommufd", 0, 0, G_OPTION_ARG_NONE, &iommufd,
	  "Assign it through iommufd; needs libvirt 12.2", NULL },
	{ "domain", 0, 0, G_OPTION_ARG_STRING, &name,
	  "Print a complete guest of this name, for Windows 11", "NAME" },
	{ "memory", 0, 0, G_OPTION_ARG_INT, &memory,
	  "Its memory (default: 16 GiB, or half of the host's if that is less)", "GIB" },
	{ "cpus", 0, 0, G_OPTION_ARG_INT, &cpus,
	  "Its CPUs (default: all but those of one or two cores)", "N" },
	{ "disk", 0, 0, G_OPTION_ARG_FILENAME, &disk,
	  "Its disk (default: /var/lib/libvirt/images/NAME.qcow2)", "FILE" },
	{ "cdrom", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &cdroms,
	  "A CD image for it, such as Windows' or virtio-win's; may be repeated", "FILE" },
	{ "with-display", 0, 0, G_OPTION_ARG_NONE, &display,
	  "An emulated display as well, to be seen with SPICE", NULL },
	{ 0 },
};

/* Whether @text has control characters, which XML cannot contain. */
static bool has_controls(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ')
			return true;
	return false;
}

/* What is wrong with the options, before anything on the host is looked at. NULL: nothing. */
static const char *wrong_words(void)
{
	if (!name && (memory || cpus || disk || cdroms || display))
		return "--memory, --cpus, --disk, --cdrom and --with-display are for a whole "
		       "guest: give --domain NAME, too";
	if (name && (!*name || strchr(name, '/') || has_controls(name) ||
		     !g_utf8_validate(name, -1, NULL)))
		return "the name of a domain is UTF-8, not empty and without '/'";
	if (memory < 0)
		return "--memory takes a number of GiB, from 1 on";
	if (cpus < 0 || cpus > MOST_CPUS)
		return "--cpus takes a number from 1 to 254";
	if (cdroms && g_strv_length(cdroms) > DOMAIN_CDROMS)
		return "--cdrom may be given four times";
	return NULL;
}

/* An absolute path that XML can contain; NULL with @error set. */
static char *absolute(const char *path, GError **error)
{
	g_autofree char *full = g_canonicalize_filename(path, NULL);

	if (has_controls(full)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
			    "cannot put the path %s into XML: it has control characters; rename "
			    "the file",
			    full);
		return NULL;
	}
	if (!g_utf8_validate(full, -1, NULL)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
			    "cannot put the path %s into XML: it is not UTF-8; rename the file",
			    full);
		return NULL;
	}
	return g_steal_pointer(&full);
}

static void warn_about_libvirt(void)
{
	unsigned int have = libvirt_version();
	unsigned int need = name ? LIBVIRT_IOMMUFD_DOMAIN : LIBVIRT_IOMMUFD;

	if (have && have < need)
		complain("libvirt %u.%u.%u on this host does not support iommufd in XML, "
			 "which needs %u.%u: upgrade it, or leave out --iommufd",
			 have / 1000000, have / 1000 % 1000, have % 1000, need / 1000000,
			 need / 1000 % 1000);
	else if (!have)
		complain("no libvirt was found on this host; iommufd in XML needs %u.%u",
			 need / 1000000, need / 1000 % 1000);
}

/* Whether users other than the owner may read it, such as QEMU's. */
static bool is_public(const char *path)
{
	struct stat file;

	return !stat(path, &file) && file.st_mode & S_IROTH;
}

/* The function that the ROM is for; NULL with @error set if the ROM cannot be used. */
static const struct pci_device *look_at_rom(const struct card *card, const char *path,
					    GError **error)
{
	struct rom *rom = rom_read(path, error);
	const struct pci_device *function;
	g_autoptr(GPtrArray) damage = NULL;
	g_autofree char *useless = NULL;

	if (!rom)
		return NULL;
	function = rom_function(rom, card);
	damage = rom_damage(rom);
	useless = rom_useless(rom);
	if (useless) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "the ROM %s does not work: %s", path,
			    useless);
		function = NULL;
	} else if (!function) {
		g_autofree char *stranger = rom_stranger(rom, card);

		g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
			    "the ROM %s does not work: %s; vfio-passfix rom dump reads the card's "
			    "own",
			    path, stranger);
	} else {
		g_autofree char *lack = rom_without_uefi(rom);

		for (guint i = 0; i < damage->len; i++)
			complain("the ROM %s may not work: %s", path, (char *)damage->pdata[i]);
		if (!rom_has_uefi(rom))
			complain("the ROM %s may not work: %s", path, lack);
		if (rom_ids_differ(rom, function))
			complain("the ROM %s names %04x:%04x and not %s; UEFI firmware does not look at "
				 "that, but see whether it is the card's",
				 path, rom->images.images[0].vendor, rom->images.images[0].device,
				 function->address);
		if (!is_public(path))
			complain("the ROM %s cannot be read by all users, and QEMU runs as one "
				 "of its own: chmod a+r %s",
				 path, path);
	}
	rom_free(rom);
	return function;
}

/* In KiB; 0 if it cannot be read. */
static guint64 host_memory(void)
{
	g_autofree char *text = root_read("/proc/meminfo");
	const char *line = text ? strstr(text, "MemTotal:") : NULL;

	return line ? g_ascii_strtoull(line + strlen("MemTotal:"), NULL, 10) : 0;
}

static bool plan_memory(struct domain *domain, GError **error)
{
	guint64 total = host_memory();
	guint64 wanted;

	domain->memory = memory;
	if (!memory && !total) {
		g_autofree char *path = root_path("/proc/meminfo");

		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			    "cannot read the host's memory from %s; set the guest's memory with "
			    "--memory",
			    path);
		return false;
	}
	if (!memory)
		domain->memory =
			(int)CLAMP((total / 2 + KIB_PER_GIB / 2) / KIB_PER_GIB, 1, DEFAULT_MEMORY);
	wanted = (guint64)domain->memory * KIB_PER_GIB;
	if (total && wanted > total) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
			    "cannot give a guest %d GiB of %" G_GUINT64_FORMAT
			    " GiB that the host has: with a device, "
			    "all of a guest's memory is taken at its start; give --memory less",
			    domain->memory, total / KIB_PER_GIB);
		return false;
	}
	domain->hugepage = hugepages_for(wanted);
	if (!domain->hugepage)
		complain("no huge pages are set aside for %d GiB, so the guest is backed by "
			 "ordinary pages and starts slower. To have them: echo %" G_GUINT64_FORMAT
			 " > "
			 "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages while memory is "
			 "unused, or at boot hugepagesz=1G hugepages=%d on the kernel's command "
			 "line; then print this again",
			 domain->memory, wanted / 2048, domain->memory);
	return true;
}

static bool plan_cpus(struct domain *domain, GError **error)
{
	struct cpu host = { .threads = 1 };
	int spare;

	if (!cpu_read(&host, cpus ? NULL : error)) {
		if (!cpus)
			return false;
		host.threads = 1;
	}
	/* Leave whole cores to the host, for itself and QEMU's own threads. */
	spare = host.cores > 4 ? 2 : 1;
	domain->threads = host.threads;
	domain->cores = MAX(host.cores - spare, 1);
	domain->cores = MIN(domain->cores, MOST_CPUS / domain->threads);
	if (cpus) {
		if (cpus % host.threads) {
			complain("%d CPUs are not whole cores, which have %d threads on "
				 "this host; the guest sees cores of one thread",
				 cpus, host.threads);
			domain->threads = 1;
		}
		domain->cores = cpus / domain->threads;
		if (host.cores && cpus > host.cores * host.threads)
			complain("the host has no more than %d CPUs", host.cores * host.threads);
	}
	domain->topoext = host.amd && domain->threads > 1;
	return true;
}

/* The first release of libvirt that knows the attribute limit of <maxphysaddr>. */
#define LIBVIRT_ADDRESS_LIMIT 9003000u

/* A guest's firmware puts the card's memory at the end of its address space; the IOMMU must reach that. */
static void plan_addresses(struct domain *domain, const struct card *card)
{
	unsigned int have = libvirt_version();
	int width = iommu_width(card);

	if (!width || cpu_address_bits() <= width)
		return;
	domain->address_bits = width;
	if (have && have < LIBVIRT_ADDRESS_LIMIT)
		complain("libvirt %u.%u.%u on this host does not know the limit of <maxphysaddr>, which takes 9.3: write <maxphysaddr mode=\"emulate\" bits=\"%d\"/> instead (8.7)",
			 have / 1000000, have / 1000 % 1000, have % 1000, width);
}

/* Sets the domain's paths; the caller frees @disk_path. */
static bool plan_files(struct domain *domain, char **disk_path, GError **error)
{
	g_autofree char *standard = g_strdup_printf("/var/lib/libvirt/images/%s.qcow2", name);

	*disk_path = absolute(disk ? disk : standard, error);
	if (!*disk_path)
		return false;
	domain->disk = *disk_path;
	if (root_is_host() && !g_file_test(*disk_path, G_FILE_TEST_EXISTS))
		complain("the disk %s does not exist yet; create it before the guest starts: "
			 "qemu-img create -f %s %s 120G",
			 *disk_path, g_str_has_suffix(*disk_path, ".qcow2") ? "qcow2" : "raw",
			 *disk_path);
	for (char **cdrom = cdroms; cdrom && *cdrom; cdrom++) {
		char *full = absolute(*cdrom, error);

		if (!full)
			return false;
		g_free(*cdrom);
		*cdrom = full;
		if (root_is_host() && !g_file_test(full, G_FILE_TEST_EXISTS))
			complain("the CD image %s does not exist yet; the guest does not "
				 "start without it",
				 full);
	}
	domain->cdroms = cdroms;
	return true;
}

static char *domain_text(const struct card *card, const char *rom, const struct pci_device *rom_of,
			 GError **error)
{
	struct domain domain = { .name = name, .display = display, .iommufd = iommufd };
	g_autofree char *disk_path = NULL;
	xmlNode *root;
	char *text;

	if (cpu_is_arm()) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
			    "cannot print a whole guest: it would be one for x86-64, and this host's "
			    "processor is Arm's; leave out --domain, and put the card into a guest "
			    "that virt-install makes");
		return NULL;
	}
	if (!plan_memory(&domain, error) || !plan_cpus(&domain, error) ||
	    !plan_files(&domain, &disk_path, error))
		return NULL;
	plan_addresses(&domain, card);
	root = domain_xml_new(&domain);
	hostdev_xml_add(element_child(root, "devices"), card, rom, rom_of, iommufd);
	text = element_text(root);
	xmlFreeDoc(root->doc);
	return text;
}

/* Only the elements, one after another. */
static char *hostdevs_text(const struct card *card, const char *rom,
			   const struct pci_device *rom_of)
{
	xmlNode *devices = element_add(NULL, "devices", NULL);
	GString *text = g_string_new(NULL);

	hostdev_xml_add(devices, card, rom, rom_of, iommufd);
	for (xmlNode *child = devices->children; child; child = child->next) {
		g_autofree char *element = element_text(child);

		g_string_append(text, element);
	}
	xmlFreeDoc(devices->doc);
	return g_string_free(text, FALSE);
}

/* Whether it has all functions of its slot, also those that are cards of their own, such as ports. */
static bool is_whole_slot(const struct host *host, const struct card *card)
{
	for (guint i = 0; i < host->devices->len; i++)
		if (pci_same_slot(card->main, host->devices->pdata[i]) && !card_has(card, host->devices->pdata[i]))
			return false;
	return true;
}

/* ",subsystem-id=1eae:7901": without it, Proxmox VE refuses the mapping of a device that has one. */
static char *subsystem_text(const struct pci_device *device)
{
	g_autofree char *vendor = root_read("/sys/bus/pci/devices/%s/subsystem_vendor", device->address);
	g_autofree char *id = root_read("/sys/bus/pci/devices/%s/subsystem_device", device->address);

	if (!vendor || !id)
		return g_strdup("");
	return g_strdup_printf(",subsystem-id=%04x:%04x", (unsigned int)g_ascii_strtoull(vendor, NULL, 0) & 0xffff,
			       (unsigned int)g_ascii_strtoull(id, NULL, 0) & 0xffff);
}

/* Mappings of @count functions, or of one whole slot. The paths of one mapping are alternatives. */
static void add_mappings(GString *text, const GPtrArray *functions, guint count, const char *slot, const char *options_of_first)
{
	g_autoptr(GString) set = g_string_new("qm set VMID --machine q35");

	g_string_append(text, "# Or with a mapping, which users other than root can be allowed to assign:\n");
	for (guint i = 0; i < count; i++) {
		const struct pci_device *device = functions->pdata[i];
		g_autofree char *id = pci_id(device), *subsystem = subsystem_text(device);
		g_autofree char *own = count > 1 ? g_strdup_printf("NAME-%x", device->function) : g_strdup("NAME");

		g_string_append_printf(text, "pvesh create /cluster/mapping/pci --id %s --map node=$(hostname),path=%s,id=%s%s,iommugroup=%d\n",
				       own, slot ? slot : device->address, id, subsystem, device->group);
		g_string_append_printf(set, " --hostpci%u mapping=%s,pcie=1%s", i, own, i ? "" : options_of_first);
	}
	g_string_append_printf(text, "%s\n", set->str);
}

/*
 * The commands of Proxmox VE. An address without a function means all functions of the slot, and
 * its options, and a mapping's ids, are for the first. The guest's id and the mapping's name are
 * for the user to fill in.
 */
static char *qm_text(const struct host *host, const struct card *card, const char *rom)
{
	const struct pci_device *first = card->functions->pdata[0];
	bool whole = card->functions->len > 1 && is_whole_slot(host, card);
	g_autofree char *slot = whole ? g_strndup(first->address, (gsize)(strchr(first->address, '.') - first->address)) : NULL;
	g_autofree char *base = rom ? g_path_get_basename(rom) : NULL;
	g_autofree char *quoted = rom ? g_shell_quote(rom) : NULL, *file = rom ? g_shell_quote(base) : NULL;
	/* QEMU refuses it for GPUs of other classes. */
	const char *vga = first->class >> 8 == PCI_CLASS_VGA ? ",x-vga=1" : "";
	g_autofree char *of_first = g_strconcat(vga, rom ? ",romfile=" : "", file, NULL);
	g_autoptr(GString) list = g_string_new(whole ? slot : first->address);
	GString *text = g_string_new("# Proxmox VE; VMID is the guest's number. pcie=1 takes the machine type q35.\n");

	for (guint i = 1; !whole && i < card->functions->len; i++)
		g_string_append_printf(list, ";%s", ((const struct pci_device *)card->functions->pdata[i])->address);
	if (rom)
		g_string_append_printf(text, "cp %s /usr/share/kvm/\n", quoted);
	g_string_append_printf(text, strchr(list->str, ';') ? "qm set VMID --machine q35 --hostpci0 '%s',pcie=1%s\n" :
							      "qm set VMID --machine q35 --hostpci0 %s,pcie=1%s\n",
			       list->str, of_first);
	add_mappings(text, card->functions, whole ? 1 : card->functions->len, slot, of_first);
	if (*vga)
		g_string_append(text, "# x-vga=1 makes it the guest's primary display; leave it out if the guest has another one.\n");
	return g_string_free(text, FALSE);
}

static char *xml_of(const struct host *host, const struct card *card, GError **error)
{
	g_autofree char *rom = NULL;
	const struct pci_device *rom_of = NULL;

	if (rom_path) {
		rom = absolute(rom_path, error);
		rom_of = rom ? look_at_rom(card, rom, error) : NULL;
		if (!rom_of)
			return NULL;
	}
	if (platform_has_qm() && !name && iommufd) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
			    "cannot print qm's commands with --iommufd: qm has no such option; leave it out");
		return NULL;
	}
	if (platform_has_qm() && !name)
		return qm_text(host, card, rom);
	if (iommufd)
		warn_about_libvirt();
	return name ? domain_text(card, rom, rom_of, error) : hostdevs_text(card, rom, rom_of);
}

static int run(G_GNUC_UNUSED int count, char **arguments)
{
	const char *wrong = wrong_words();
	g_autofree char *text = NULL;
	GError *error = NULL;
	struct host *host;
	struct card *card;

	if (wrong) {
		complain("%s; see: vfio-passfix xml --help", wrong);
		return EXIT_USAGE;
	}
	host = host_read();
	card = card_find(host, arguments[0], false, &error);
	if (card && card_controller(card))
		g_set_error(&error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
			    "%s is behind Intel's VMD, %s, and cannot be assigned by itself. Turn VMD off in the BIOS, or assign the whole controller",
			    card->main->address, card_controller(card));
	else if (card)
		text = xml_of(host, card, &error);
	card_free(card);
	host_free(host);
	if (!text)
		return fail_with(error);
	fputs(text, stdout);
	return EXIT_FINE;
}

const struct command command_xml = {
	.name = "xml",
	.arguments = "DEVICE",
	.least = 1,
	.most = 1,
	.summary = "print the libvirt XML that assigns a card to a guest",
	.description =
		"On Proxmox VE without libvirt, prints the commands for qm. Otherwise prints a <hostdev> element for each "
		"function of the card. Put them into the <devices> of a guest (virsh edit NAME). In the guest they are one "
		"device, on PCI bus 10, because guests made by virt-manager use about the first six buses; libvirt adds the"
		" pcie-root-port. If the card's address in a guest must not change, enter the old one.\n\n"
		"With --domain, prints a complete guest for Windows 11 on x86-64 instead: UEFI with Secure Boot, a TPM "
		"(from the package swtpm), the host's CPU model, and memory from huge pages if the host has reserved "
		"enough. The card is its only display. To create it:\n\n"
		"    vfio-passfix xml gpu --domain win11 --cdrom Win11.iso > win11.xml\n"
		"    virsh define win11.xml\n"
		"\n"
		"A disk whose name ends in .qcow2 is qcow2; any other is raw. Windows finds the disk after you load the "
		"driver viostor from the virtio-win image.",
	.options = options,
	.run = run,
};
