/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between distributions, boot loaders and appliances, as rows of one table. Several
 * rows are there on one host, and each knows its own: where the kernel's command line is written
 * down, how modules get there, what setup does.
 */
#ifndef VFIO_PASSFIX_PLATFORM_H
#define VFIO_PASSFIX_PLATFORM_H

#include <stdbool.h>

/* What setup does with its files. */
enum form {
	FORM_FILES,	/* it writes them */
	FORM_OSTREE,	/* they are printed, for an image or a layer */
	FORM_NIX,	/* they are printed, as options of configuration.nix */
	FORM_NONE,	/* it refuses: they would be lost */
};

struct platform {
	const char *name;
	/* It is here where these files are, those that are named, and this program. */
	const char *files[2], *program;
	enum { ANY_LOADER, BY_GRUB, NOT_BY_GRUB } loader;

	/* The kernel's command line: by commands, "%s" being the words ... */
	const char *line_add, *line_remove;
	bool line_each;		/* the last word of the command is repeated for each of them */
	/* ... or a file that is edited, with what to edit there; and the command that is run then. */
	const char *line_file, *line_done;

	/* How vfio-passfix gets there, a sentence without a full stop; NULL: by make install. */
	const char *install;
	enum form form;
	const char *lost;	/* FORM_NONE: why they would be lost */
	/* Guests are root's, without libvirt and with a command of their own. */
	bool has_qm;
};

/* The first that is here and knows the kernel's command line; NULL: none. */
const struct platform *platform_of_command_line(void);

/* The one that knows how vfio-passfix gets there, or what setup does; NULL: as usual. */
const struct platform *platform_of_install(void);

/* Whether guests are made with Proxmox VE's qm, and there is no libvirt. */
bool platform_has_qm(void);

#endif
