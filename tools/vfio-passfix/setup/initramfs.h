/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs that make the initramfs, and how to make each include vfio-pci. */
#ifndef VFIO_PASSFIX_INITRAMFS_H
#define VFIO_PASSFIX_INITRAMFS_H

#include <stdbool.h>
#include <sys/types.h>

/* modprobe's configuration from setup, which is also used in an initramfs. */
#define MODPROBE_CONF "/etc/modprobe.d/vfio-passfix-setup.conf"

/* The program that modprobe's rule for type1 calls. */
#define LOAD_TYPE1 LIBEXEC "/vfio-passfix/load-type1"

struct initramfs {
	const char *name;	/* "dracut" */
	const char *program;	/* shows that it is installed, and rebuilds the initramfs */
	const char *others;	/* a word that shows that the program belongs to another generator; NULL: none */
	const char *needs;	/* a file that must exist, too; NULL: none */
	const char *path;	/* the file that setup writes */
	mode_t mode;
	const char *first;	/* the line that must come first in it, with its newline, or "" */
	const char *vfio;	/* the text that includes vfio-pci */
	const char *fix;	/* the text that includes the fix and the fork; NULL: none is needed */
	const char *arguments[4];	/* of @program, to rebuild for all kernels; ends with NULL */
};

/* The generator that makes this host's initramfs; NULL if it is none of these. */
const struct initramfs *initramfs_find(void);

/* The generator called @name; NULL: none. */
const struct initramfs *initramfs_named(const char *name);

/* Whether its program is installed. */
bool initramfs_is_there(const struct initramfs *initramfs);

/* The text of its file, for g_free(): the line that must come first, @comment, then the rest. */
char *initramfs_text(const struct initramfs *initramfs, const char *comment, bool fix);

#endif
