// SPDX-License-Identifier: GPL-2.0-only
#include "setup/initramfs.h"

#include <glib.h>
#include <string.h>

#include "host/root.h"

/* What both rows of dracut have. */
#define DRACUT                                               \
	.path = "/etc/dracut.conf.d/vfio-passfix.conf",      \
	.mode = 0644,                                        \
	.first = "",                                         \
	.vfio = "force_drivers+=\" vfio_pci \"\n"            \
		"install_optional_items+=\" " MODPROBE_CONF " \"\n"

/*
 * A host often has leftovers of another generator, so the first one that is found is used, in this
 * order. tools/dkms-setup has the same order, and tests/host/generators.t compares them. On Debian
 * and Ubuntu only one is active: if initramfs-tools is complete, it is that, and parts of dracut may
 * be installed for other uses; Ubuntu's dracut has its own update-initramfs. On Arch, the package
 * mkinitcpio has hooks that run it, and the package dracut has none.
 *
 * All of them include modprobe's rules; the files are named where that costs nothing. For the first
 * and the last, tools/initramfs-hook and tools/dracut-module add the fix. If a kernel lacks a
 * module, building its initramfs must not fail.
 */
static const struct initramfs generators[] = {
	{
		.name = "initramfs-tools",
		.program = "update-initramfs",
		.others = "dracut",
		.needs = "/usr/share/initramfs-tools/hook-functions",
		.path = "/etc/initramfs-tools/hooks/vfio-passfix",
		.mode = 0755,
		.first = "#!/bin/sh\n",
		.vfio = "case ${1-} in\n"
			"prereqs)\n"
			"\texit 0\n"
			"\t;;\n"
			"esac\n"
			". /usr/share/initramfs-tools/hook-functions\n"
			"\n"
			"manual_add_modules vfio_pci\n",
		.arguments = { "-u", "-k", "all" },
	},
	{
		.name = "mkinitcpio",
		.program = "mkinitcpio",
		.path = "/etc/mkinitcpio.conf.d/vfio-passfix.conf",
		.mode = 0644,
		.first = "",
		.vfio = "# Both may be set as words as well as as arrays.\n"
			"[[ ${MODULES@a} == *a* ]] || read -ra MODULES <<<\"$MODULES\"\n"
			"[[ ${FILES@a} == *a* ]] || read -ra FILES <<<\"$FILES\"\n"
			"MODULES+=(vfio_pci)\n"
			"FILES+=(" MODPROBE_CONF ")\n",
		.fix = "# The fix comes along, and the program that modprobe's rule for type1 calls.\n"
		       "MODULES+=('vfio_iommu_type1?' 'vfio_passfix?' 'vfio_iommu_type1_passfix?')\n"
		       "FILES+=(" LOAD_TYPE1 ")\n",
		.arguments = { "-P" },
	},
	/*
	 * dracut cannot write to the running snapshot, which is read-only. (dkms-setup runs in the
	 * new one, where it can.)
	 */
	{
		.name = "dracut by transactional-update",
		.program = "transactional-update",
		DRACUT,
		.arguments = { "--continue", "initrd" },
	},
	{
		.name = "dracut",
		.program = "dracut",
		DRACUT,
		.arguments = { "--force", "--regenerate-all" },
	},
};

bool initramfs_is_there(const struct initramfs *initramfs)
{
	/* Each program is a script or short, so reading it is cheap. */
	g_autofree char *program = root_program(initramfs->program);
	g_autofree char *text = program ? root_read("%s", program) : NULL;

	return text && !(initramfs->others && strstr(text, initramfs->others)) &&
	       !(initramfs->needs && !root_exists("%s", initramfs->needs));
}

const struct initramfs *initramfs_find(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(generators); i++)
		if (initramfs_is_there(&generators[i]))
			return &generators[i];
	return NULL;
}

const struct initramfs *initramfs_named(const char *name)
{
	for (size_t i = 0; name && i < G_N_ELEMENTS(generators); i++)
		if (!strcmp(generators[i].name, name))
			return &generators[i];
	return NULL;
}

char *initramfs_text(const struct initramfs *initramfs, const char *comment, bool fix)
{
	return g_strconcat(initramfs->first, comment, initramfs->vfio,
			   fix && initramfs->fix ? initramfs->fix : "", NULL);
}
