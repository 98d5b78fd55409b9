/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between distributions, boot loaders and appliances, as rows of one table. A host
 * may match several rows. Each answers only for what it fills in: where the kernel's command line
 * is configured, how modules and kernels are installed, what setup does.
 */
#ifndef VFIO_PASSFIX_PLATFORM_H
#define VFIO_PASSFIX_PLATFORM_H

#include <stdbool.h>

/* What setup does with its files. */
enum form {
	FORM_FILES,	/* writes them */
	FORM_IMAGE,	/* prints them, as shell commands and for an image */
	FORM_NIX,	/* prints them, as options of configuration.nix */
	FORM_NONE,	/* refuses, since they would be lost */
};

struct platform {
	const char *name;
	/*
	 * A host matches if it has all of these files and the program, and os-release has this ID
	 * and VERSION_ID ("debian 12"), as far as they are given. @system may be a glob(7) pattern,
	 * and so may a file's last part. @but is a pattern for releases of kernels to which the row
	 * does not apply.
	 */
	const char *files[2], *program, *system, *but;
	enum { ANY_LOADER, BY_GRUB, NOT_BY_GRUB } loader;

	/* The commands that change the kernel's command line; "%s" stands for the parameters ... */
	const char *line_add, *line_remove;
	bool line_each;		/* the command's last word is repeated for each parameter */
	/* ... or the file to edit, and the command to run afterwards (NULL: none). */
	const char *line_file, *line_done;

	/* The command that installs a kernel of 6.6 or later, with its headers. */
	const char *kernel;
	bool no_source;		/* no package has the source of the kernels, so the fork is not expected */
	/* How to install vfio-passfix, without a full stop; NULL: with make install. */
	const char *install;
	/* Where the modules are built elsewhere, how they are signed there; NULL: by DKMS, here. */
	const char *sign;
	enum form form;
	/* FORM_IMAGE: commands by which the host takes these files into its initramfs, and no longer. */
	const char *initramfs, *initramfs_undo;
	/* FORM_NONE: why the files would be lost, and how a card is bound at boot there. */
	const char *lost, *binding;
	bool has_qm;		/* guests are managed with qm and run as root */
};

/* The first matching row that knows how to change the kernel's command line; NULL: none. */
const struct platform *platform_of_command_line(void);

/* The command that installs a newer kernel, of the first matching row that has one; NULL: none. */
const char *platform_kernel(void);

/* The first matching row that has its own way of installing or of setup; NULL: the usual way. */
const struct platform *platform_of_install(void);

/* Whether no package has the source of this host's kernels, from which the fork is built. */
bool platform_has_no_source(void);

/* Whether guests are managed with Proxmox VE's qm, and not with libvirt. */
bool platform_has_qm(void);

#endif
