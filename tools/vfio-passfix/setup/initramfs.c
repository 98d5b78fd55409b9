// SPDX-License-Identifier: GPL-2.0-only
#include "setup/initramfs.h"

#include <glib.h>
#include <string.h>

#include "host/root.h"

/*
 * Leftovers of one beside another are common, so the order counts: the first that is there.
 * tools/dkms-setup has the same order, and tests/host/generators.t compares them. Debian and
 * Ubuntu let only one be in charge: where initramfs-tools is whole it is the one, with dracut's
 * parts for other uses beside it; Ubuntu's dracut brings an update-initramfs of its own. Arch's
 * package mkinitcpio comes with hooks that run it, its dracut without.
 *
 * modprobe's rules are taken along by all of them; they are named where that costs nothing.
 * The fix is seen to by what is installed for the first and the last (tools/initramfs-hook,
 * tools/dracut-module). A module that is not there for a kernel must not fail the initramfs
 * of that kernel.
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
	{
		.name = "dracut",
		.program = "dracut",
		.path = "/etc/dracut.conf.d/vfio-passfix.conf",
		.mode = 0644,
		.first = "",
		.vfio = "force_drivers+=\" vfio_pci \"\n"
			"install_optional_items+=\" " MODPROBE_CONF " \"\n",
		.arguments = { "--force", "--regenerate-all" },
	},
};

bool initramfs_is_there(const struct initramfs *initramfs)
{
	/* Each is a script, or short: nothing is lost by reading it. */
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
