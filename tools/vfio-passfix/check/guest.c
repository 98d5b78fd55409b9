// SPDX-License-Identifier: GPL-2.0-only
/* What it takes to start a guest: memory limits, libvirt and QEMU, VFIO's interface, the ROM. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check/check.h"
#include "check/cure.h"
#include "host/kernel.h"
#include "host/libvirt.h"
#include "host/platform.h"
#include "host/rom.h"
#include "host/root.h"

/* The memory limit of a process that this user starts, in words. */
static char *own_limit(void)
{
	g_autofree char *limits = root_read("/proc/self/limits");
	const char *line = limits ? strstr(limits, "Max locked memory") : NULL;
	char soft[32];

	if (!line || sscanf(line, "Max locked memory %31s", soft) != 1)
		return NULL;
	return g_strdup(soft);
}

/* CAP_IPC_LOCK: a process that has it may lock any amount of memory. */
#define MAY_LOCK (UINT64_C(1) << 14)

/* Root has CAP_IPC_LOCK, but not in every container. Under --root the file need not exist. */
static bool limit_binds(void)
{
	g_autofree char *status = root_read("/proc/self/status");
	const char *line = status ? strstr(status, "\nCapEff:") : NULL;

	return line ? !(g_ascii_strtoull(line + strlen("\nCapEff:"), NULL, 16) & MAY_LOCK) : geteuid() != 0;
}

/* What to do about the limit; advises the fork only if it can be loaded. */
static const char *limit_advice(void)
{
	struct module fork;
	bool installed;

	module_look(FIX_FORK, &fork);
	installed = fork.path && !root_exists(NO_FORK) && module_loads(&fork);
	module_clear(&fork);
	return installed ? "start QEMU as root or with a higher limit (ulimit -l, LimitMEMLOCK=), or turn the fix on: its fork of type1 lifts the limit" :
			   "start QEMU as root or with a higher limit (ulimit -l, LimitMEMLOCK=)";
}

static void check_memlock(const struct subject *subject, struct finding *finding)
{
	g_autofree char *unit_limit = libvirt_memlock();
	g_autofree char *limit = own_limit();

	if (fix_lifts_memlock(subject->fix, subject->host, subject->card)) {
		pass(finding, "does not bind VFIO containers with a group in scope (memlock=1)");
	} else if (libvirt_unit()) {
		pass(finding, "libvirt raises it for its guests%s%s%s%s", unit_limit ? "; " : "",
		     unit_limit ? libvirt_unit() : "", unit_limit ? " itself has " : "",
		     unit_limit ? unit_limit : "");
	} else if (platform_has_qm()) {
		pass(finding, "does not apply: qm runs guests as root");
	} else if (!limit_binds()) {
		pass(finding, "does not apply to root");
	} else if (!limit) {
		unknown(finding, NULL, "the limit cannot be read");
	} else if (!strcmp(limit, "unlimited")) {
		pass(finding, "unlimited");
	} else {
		warn(finding, limit_advice(),
		     "QEMU started from here may lock %s bytes, less than a guest has", limit);
		cure_by_hand(finding, STAGE_GUEST, "Start QEMU as root, or with a higher limit (ulimit -l, LimitMEMLOCK=)");
	}
}

static void check_libvirt(const struct subject *subject, struct finding *finding)
{
	unsigned int version = libvirt_version();
	g_autofree char *conf = root_read("/etc/libvirt/qemu.conf");
	bool unreadable = !conf && errno == EACCES;
	g_auto(GStrv) lines = g_strsplit(conf ? conf : "", "\n", -1);
	g_autofree char *words = NULL;
	const char *qemu = libvirt_qemu();
	bool stray = false;

	for (char **line = lines; *line; line++)
		stray = stray || g_str_has_prefix(g_strstrip(*line), "iommufd");
	if (platform_has_qm())
		words = g_strdup("Proxmox VE's qm");
	else if (!libvirt_unit())
		words = g_strdup("no libvirt");
	else if (version)
		words = g_strdup_printf("libvirt %u.%u.%u (%s)", version / 1000000, version / 1000 % 1000,
					version % 1000, libvirt_unit());
	else
		words = g_strdup_printf("libvirt (%s)", libvirt_unit());
	if (!qemu) {
		warn(finding, "install QEMU: qemu-system-x86 or qemu-system-arm (Debian, Ubuntu), qemu-kvm (Fedora), qemu-base (Arch)",
		     "%s, and no QEMU", words);
		cure_by_hand(finding, STAGE_INSTALL, "Install QEMU: qemu-system-x86 (Debian, Ubuntu), qemu-kvm (Fedora), qemu-base (Arch)");
	} else if (unreadable) {
		unknown(finding, "run this as root", "%s, %s; /etc/libvirt/qemu.conf cannot be read", words, qemu);
		cure_by_root(subject, finding);
	} else if (stray) {
		warn(finding, "remove it; a domain's XML says which interface a device uses (vfio-passfix xml --iommufd)",
		     "\"iommufd\" in /etc/libvirt/qemu.conf has no effect");
		detail(finding, "%s, %s", words, qemu);
		cure_by(finding, STAGE_HOST, NULL, "sudo sed -i '/^\\s*iommufd/d' /etc/libvirt/qemu.conf");
	} else {
		pass(finding, "%s, %s", words, qemu);
	}
}

static void check_interface(const struct subject *subject, struct finding *finding)
{
	struct module type1;
	bool legacy, iommufd = root_exists("/dev/iommu");

	module_look("vfio_iommu_type1", &type1);
	legacy = type1.path || type1.loaded || subject->fix->fork_loaded;
	module_clear(&type1);
	if (legacy && iommufd)
		pass(finding, "legacy container, and iommufd where the domain asks for it");
	else if (legacy)
		pass(finding, "legacy container; this kernel has no iommufd, or it is not loaded");
	else if (iommufd) {
		warn(finding, "assign devices with iommufd: vfio-passfix xml --iommufd",
		     "iommufd only: no vfio_iommu_type1 for this kernel");
		cure_by(finding, STAGE_GUEST, "For a guest's XML", "sudo vfio-passfix xml %s --iommufd", subject->named);
	} else {
		fail(finding, "install the kernel's module packages (Fedora: kernel-modules-extra), or a kernel with VFIO",
		     "this kernel has neither vfio_iommu_type1 nor iommufd");
		cure_by_hand(finding, STAGE_INSTALL, "Install the kernel's module packages (Fedora: kernel-modules-extra), or a kernel with VFIO");
	}
}

/* What is wrong with a domain's ROM file; NULL: nothing. */
static char *wrong_with_rom(const struct card *card, const struct pci_device *device, const char *path)
{
	g_autoptr(GBytes) bytes = root_read_bytes("%s", path);
	g_autoptr(GPtrArray) damage = NULL;
	g_autoptr(GError) error = NULL;
	struct stat file;
	struct rom *rom;
	char *wrong = NULL;

	if (!bytes)
		return g_strdup_printf("cannot be read: %s", g_strerror(errno));
	/* QEMU runs as another user. */
	if (!root_stat(&file, "%s", path) || !(file.st_mode & S_IROTH))
		return g_strdup_printf("cannot be read by QEMU: chmod 644 %s", path);
	rom = rom_parse(bytes, "it", &error);
	if (!rom)
		return g_strdup_printf("does not work: %s", error->message);
	damage = rom_damage(rom);
	if (damage->len)
		wrong = g_strdup_printf("is damaged: %s", (char *)damage->pdata[0]);
	else if (!rom_function(rom, card))
		wrong = g_strdup("is for another card");
	else if (pci_is_display(device) && !rom_has_uefi(rom))
		wrong = g_strdup("has no UEFI image: the guest's firmware shows no picture with it");
	rom_free(rom);
	return wrong;
}

static void check_rom(const struct subject *subject, struct finding *finding)
{
	guint good = 0, bad = 0;
	bool readable = true;

	finding->told = true;
	for (guint i = 0; i < subject->card->functions->len && readable; i++) {
		const struct pci_device *device = subject->card->functions->pdata[i];
		g_autoptr(GPtrArray) hostdevs = libvirt_hostdevs(device, &readable);

		for (guint j = 0; j < hostdevs->len; j++) {
			const struct libvirt_hostdev *hostdev = hostdevs->pdata[j];
			g_autofree char *wrong = NULL;

			if (!hostdev->rom)
				continue;
			wrong = wrong_with_rom(subject->card, device, hostdev->rom);
			detail(finding, "%s: %s %s", hostdev->domain, hostdev->rom,
			       wrong ? wrong : "is for this card and has a UEFI image");
			*(wrong ? &bad : &good) += 1;
		}
	}
	if (!readable) {
		unknown(finding, "run this as root", "libvirt's domains cannot be read");
		cure_by_root(subject, finding);
	} else if (bad) {
		fail(finding, "vfio-passfix rom check FILE DEVICE tells more; vfio-passfix rom dump reads the card's own",
		     "a domain names a ROM file that does not work");
		cure_by_hand(finding, STAGE_GUEST, "Remove the ROM file from the domain's XML, or use one that works (to check a file: vfio-passfix rom check FILE %s)",
			     subject->named);
	} else if (good) {
		pass(finding, "the ROM file that a domain names is good");
	} else {
		pass(finding, "no domain names a ROM file for this card; most cards need none");
	}
}

const struct check checks_guest[] = {
	{ "memlock", "Memory lock limit", false, check_memlock },
	{ "libvirt", "libvirt and QEMU", false, check_libvirt },
	{ "interface", "VFIO interface", false, check_interface },
	{ "rom", "ROM", true, check_rom },
	{ 0 },
};
