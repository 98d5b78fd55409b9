// SPDX-License-Identifier: GPL-2.0-only
#include "host/platform.h"

#include <fnmatch.h>
#include <glib.h>
#include <string.h>

#include "host/kernel.h"
#include "host/libvirt.h"
#include "host/root.h"

/*
 * The first match counts. So images and appliances come before the distributions that they are
 * made from, and other boot loaders before GRUB, whose files are often left over.
 */
static const struct platform platforms[] = {
	{
		.name = "ostree",
		.files = { "/run/ostree-booted" },
		.program = "rpm-ostree",
		.line_add = "sudo rpm-ostree kargs --append-if-missing=%s",
		.line_remove = "sudo rpm-ostree kargs --delete-if-present=%s",
		.line_each = true,
		.install = "have the modules in the image, or layer them: docs/distributions.md, \"Image-based systems\"",
		.sign = "sign the modules while the image is built: docs/distributions.md, \"Image-based systems\"",
		.form = FORM_IMAGE,
		.initramfs = "rpm-ostree initramfs --enable",
		.initramfs_undo = "rpm-ostree initramfs --disable",
	},
	{
		.name = "bootc",
		.files = { "/run/ostree-booted" },
		.line_file = "the image's /usr/lib/bootc/kargs.d",
		.install = "have the modules in the image: docs/distributions.md, \"Image-based systems\"",
		.sign = "sign the modules while the image is built: docs/distributions.md, \"Image-based systems\"",
		.form = FORM_IMAGE,
	},
	{
		.name = "NixOS",
		.files = { "/etc/NIXOS" },
		.line_file = "boot.kernelParams in configuration.nix",
		.line_done = "sudo nixos-rebuild boot",
		.install = "put the modules into boot.extraModulePackages of configuration.nix: docs/distributions.md, \"NixOS\"",
		.sign = "sign the modules in their derivation",
		.form = FORM_NIX,
	},
	{
		.name = "Unraid",
		.files = { "/etc/unraid-version" },
		.line_file = "the append line of /boot/syslinux/syslinux.cfg",
		.install = "use another system for this: Unraid has no DKMS, compiler or kernel headers to build the modules",
		.form = FORM_NONE,
		.lost = "Unraid keeps its root file system in memory, so the files would be gone at the next boot",
		.binding = "Bind the card in Unraid's Tools > System Devices, which writes /boot/config/vfio-pci.cfg",
	},
	/*
	 * The root file system is a read-only snapshot, and what changes it makes a new one for the
	 * next boot. Each change goes into the same one, or it would lose the change before it.
	 */
	{
		.name = "transactional-update",
		.program = "transactional-update",
		.install = "in a new snapshot (sudo transactional-update --continue shell), run make install in its source, and reboot: docs/distributions.md, \"openSUSE\"",
	},
	/* openSUSE's program for boot entries, of GRUB and of systemd-boot, with snapshots and without. */
	{
		.name = "sdbootutil",
		.files = { "/etc/kernel/cmdline" },
		.program = "sdbootutil",
		.line_file = "/etc/kernel/cmdline",
		.line_done = "sudo sdbootutil update-all-entries",
	},
	{
		.name = "GRUB in a snapshot",
		.files = { "/etc/default/grub" },
		.program = "transactional-update",
		.line_file = "/etc/default/grub",
		.line_done = "sudo transactional-update --continue grub.cfg",
	},
	{
		.name = "Proxmox VE by systemd-boot",
		.files = { "/etc/kernel/proxmox-boot-uuids", "/etc/kernel/cmdline" },
		.program = "proxmox-boot-tool",
		.loader = NOT_BY_GRUB,
		.line_file = "/etc/kernel/cmdline",
		.line_done = "sudo proxmox-boot-tool refresh",
	},
	{
		.name = "Proxmox VE by GRUB on its own partitions",
		.files = { "/etc/kernel/proxmox-boot-uuids" },
		.program = "proxmox-boot-tool",
		.line_file = "/etc/default/grub",
		.line_done = "sudo proxmox-boot-tool refresh",
	},
	{
		.name = "Proxmox VE",
		.files = { "/etc/pve" },
		.program = "qm",
		.has_qm = true,
	},
	{
		.name = "grubby",
		.program = "grubby",
		.line_add = "sudo grubby --update-kernel=ALL --args=\"%s\"",
		.line_remove = "sudo grubby --update-kernel=ALL --remove-args=\"%s\"",
	},
	{
		.name = "kernelstub",
		.program = "kernelstub",
		.loader = NOT_BY_GRUB,
		.line_add = "sudo kernelstub --add-options \"%s\"",
		.line_remove = "sudo kernelstub --delete-options \"%s\"",
	},
	{
		.name = "limine, by its hooks for mkinitcpio",
		.files = { "/etc/default/limine" },
		.program = "limine-mkinitcpio",
		.loader = NOT_BY_GRUB,
		.line_file = "KERNEL_CMDLINE in /etc/default/limine",
		.line_done = "sudo limine-mkinitcpio",
	},
	{
		.name = "limine",
		.files = { "/boot/limine.conf" },
		.loader = NOT_BY_GRUB,
		.line_file = "the cmdline of /boot/limine.conf",
	},
	{
		.name = "limine, in a folder",
		.files = { "/boot/limine/limine.conf" },
		.loader = NOT_BY_GRUB,
		.line_file = "the cmdline of /boot/limine/limine.conf",
	},
	{
		.name = "limine, beside its EFI program",
		.files = { "/boot/EFI/limine/limine.conf" },
		.loader = NOT_BY_GRUB,
		.line_file = "the cmdline of /boot/EFI/limine/limine.conf",
	},
	{
		.name = "limine, in the default folder of an EFI partition",
		.files = { "/boot/EFI/BOOT/limine.conf" },
		.loader = NOT_BY_GRUB,
		.line_file = "the cmdline of /boot/EFI/BOOT/limine.conf",
	},
	/* mkinitcpio reads both; whoever has such files has the line in them. */
	{
		.name = "images by mkinitcpio, with the line in a folder",
		.files = { "/etc/cmdline.d/*.conf" },
		.program = "mkinitcpio",
		.loader = NOT_BY_GRUB,
		.line_file = "the files in /etc/cmdline.d",
		.line_done = "sudo mkinitcpio -P",
	},
	{
		.name = "images by mkinitcpio",
		.files = { "/etc/kernel/cmdline" },
		.program = "mkinitcpio",
		.loader = NOT_BY_GRUB,
		.line_file = "/etc/kernel/cmdline",
		.line_done = "sudo mkinitcpio -P",
	},
	/*
	 * add-all came with systemd 255, and looks for kernels in /usr/lib/modules, where Debian and
	 * Ubuntu have none. Their package systemd-boot does this for each kernel that is installed.
	 */
	{
		.name = "kernel-install for Debian's kernels",
		.files = { "/etc/kernel/cmdline", "/etc/kernel/postinst.d/zz-systemd-boot" },
		.program = "kernel-install",
		.loader = NOT_BY_GRUB,
		.line_file = "/etc/kernel/cmdline",
		.line_done = "sudo kernel-install add $(uname -r) /boot/vmlinuz-$(uname -r)",
	},
	{
		.name = "kernel-install",
		.files = { "/etc/kernel/cmdline" },
		.program = "kernel-install",
		.loader = NOT_BY_GRUB,
		.line_file = "/etc/kernel/cmdline",
		.line_done = "sudo kernel-install add-all",
	},
	{
		.name = "rEFInd",
		.files = { "/boot/refind_linux.conf" },
		.loader = NOT_BY_GRUB,
		.line_file = "the options in /boot/refind_linux.conf",
	},
	/* bootctl makes the folder, which stays empty where unified kernel images are started. */
	{
		.name = "systemd-boot",
		.files = { "/boot/loader/entries/*.conf" },
		.loader = NOT_BY_GRUB,
		.line_file = "the options of the entries in /boot/loader/entries",
	},
	{
		.name = "systemd-boot, on a partition of its own",
		.files = { "/efi/loader/entries/*.conf" },
		.loader = NOT_BY_GRUB,
		.line_file = "the options of the entries in /efi/loader/entries",
	},
	{
		.name = "systemd-boot, below /boot",
		.files = { "/boot/efi/loader/entries/*.conf" },
		.loader = NOT_BY_GRUB,
		.line_file = "the options of the entries in /boot/efi/loader/entries",
	},
	/* These two pass BOOT_IMAGE= as well. */
	{
		.name = "syslinux",
		.files = { "/boot/syslinux/syslinux.cfg" },
		.line_file = "the append lines of /boot/syslinux/syslinux.cfg",
	},
	{
		.name = "syslinux for EFI",
		.files = { "/boot/EFI/syslinux/syslinux.cfg" },
		.line_file = "the append lines of /boot/EFI/syslinux/syslinux.cfg",
	},
	{
		.name = "extlinux",
		.files = { "/boot/extlinux/extlinux.conf" },
		.line_file = "the append lines of /boot/extlinux/extlinux.conf",
	},
	{
		.name = "GRUB with Debian's program",
		.files = { "/etc/default/grub" },
		.program = "update-grub",
		.loader = BY_GRUB,
		.line_file = "/etc/default/grub",
		.line_done = "sudo update-grub",
	},
	{
		.name = "GRUB, called grub2",
		.files = { "/etc/default/grub" },
		.program = "grub2-mkconfig",
		.loader = BY_GRUB,
		.line_file = "/etc/default/grub",
		.line_done = "sudo grub2-mkconfig -o /boot/grub2/grub.cfg",
	},
	{
		.name = "GRUB",
		.files = { "/etc/default/grub" },
		.program = "grub-mkconfig",
		.loader = BY_GRUB,
		.line_file = "/etc/default/grub",
		.line_done = "sudo grub-mkconfig -o /boot/grub/grub.cfg",
	},
	{
		.name = "Proxmox VE's kernels",
		.files = { "/etc/pve" },
		.no_source = true,
	},
	{
		.name = "kernels of Arch and of those made from it",
		.program = "pacman",
		.no_source = true,
	},
	/*
	 * Ubuntu has a package with the source of a release's first kernel, and none for the
	 * hardware-enablement kernels that follow (the lists of packages.ubuntu.com for jammy and noble).
	 */
	{
		.name = "newer kernels of Ubuntu 24.04",
		.system = "ubuntu 24.04",
		.but = "6.8.*",
		.no_source = true,
	},
	{
		.name = "newer kernels of Ubuntu 22.04",
		.system = "ubuntu 22.04",
		.but = "5.15.*",
		.no_source = true,
	},
	{
		.name = "newer kernels of Linux Mint on Ubuntu 24.04",
		.system = "linuxmint 22*",
		.but = "6.8.*",
		.no_source = true,
	},
	{
		.name = "newer kernels of Linux Mint on Ubuntu 22.04",
		.system = "linuxmint 21*",
		.but = "5.15.*",
		.no_source = true,
	},
	/* Proxmox VE 8 says that it is Debian 12, but it must not get Debian's kernel, which has no ZFS. */
	{
		.name = "Proxmox VE 8",
		.files = { "/etc/pve" },
		.system = "debian 12",
		.kernel = "sudo apt install proxmox-kernel-6.8 proxmox-headers-6.8",
	},
	{
		.name = "Debian 12",
		.system = "debian 12",
		.kernel = "sudo apt install -t bookworm-backports linux-image-amd64 linux-headers-amd64",
	},
	{
		.name = "Ubuntu 22.04",
		.system = "ubuntu 22.04",
		.kernel = "sudo apt install linux-generic-hwe-22.04",
	},
	{
		.name = "Linux Mint on Ubuntu 22.04",
		.system = "linuxmint 21*",
		.kernel = "sudo apt install linux-generic-hwe-22.04",
	},
};

/* GRUB puts BOOT_IMAGE= on the command line; loaders that start the kernel as an EFI program do not. */
static bool is_by_grub(void)
{
	g_autofree char *line = root_read("/proc/cmdline");

	return line && (g_str_has_prefix(line, "BOOT_IMAGE=") || strstr(line, " BOOT_IMAGE="));
}

/* The value of a key of os-release, for g_free(). */
static char *os_release(const char *key)
{
	g_autofree char *text = root_read("/etc/os-release");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
	size_t length = strlen(key);

	for (char **line = lines; *line; line++)
		if (g_str_has_prefix(*line, key) && (*line)[length] == '=')
			return g_shell_unquote(*line + length + 1, NULL);
	return NULL;
}

static bool is_system(const char *pattern)
{
	g_autofree char *id = os_release("ID"), *version = os_release("VERSION_ID");
	g_autofree char *system = g_strdup_printf("%s %s", id ? id : "", version ? version : "");

	return !fnmatch(pattern, system, 0);
}

/* Whether a file is there, or one of those that the pattern in its last part matches. */
static bool has_file(const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path), *pattern = g_path_get_basename(path);
	g_autoptr(GPtrArray) names = NULL;

	if (!strchr(pattern, '*'))
		return root_exists("%s", path);
	names = root_list_like(pattern, "%s", folder);
	return names->len;
}

static bool is_here(const struct platform *platform)
{
	g_autofree char *program = platform->program ? root_program(platform->program) : NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(platform->files); i++)
		if (platform->files[i] && !has_file(platform->files[i]))
			return false;
	if ((platform->program && !program) || (platform->system && !is_system(platform->system)))
		return false;
	if (platform->but && !fnmatch(platform->but, kernel_release(), 0))
		return false;
	return platform->loader == ANY_LOADER || (platform->loader == BY_GRUB) == is_by_grub();
}

const struct platform *platform_of_command_line(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(platforms); i++)
		if ((platforms[i].line_add || platforms[i].line_file) && is_here(&platforms[i]))
			return &platforms[i];
	return NULL;
}

const struct platform *platform_of_install(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(platforms); i++)
		if ((platforms[i].install || platforms[i].form != FORM_FILES) && is_here(&platforms[i]))
			return &platforms[i];
	return NULL;
}

const char *platform_kernel(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(platforms); i++)
		if (platforms[i].kernel && is_here(&platforms[i]))
			return platforms[i].kernel;
	return NULL;
}

bool platform_has_no_source(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(platforms); i++)
		if (platforms[i].no_source && is_here(&platforms[i]))
			return true;
	return false;
}

bool platform_has_qm(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(platforms); i++)
		if (platforms[i].has_qm && is_here(&platforms[i]))
			return !libvirt_unit();
	return false;
}
