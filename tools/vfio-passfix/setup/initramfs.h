/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs that make the initramfs, and how each is told to take vfio-pci along. */
#ifndef VFIO_PASSFIX_INITRAMFS_H
#define VFIO_PASSFIX_INITRAMFS_H

#include <stdbool.h>
#include <sys/types.h>

/* What setup tells modprobe: of use in an initramfs too. */
#define MODPROBE_CONF "/etc/modprobe.d/vfio-passfix-setup.conf"

/* The program that modprobe's rule for type1 calls. */
#define LOAD_TYPE1 LIBEXEC "/vfio-passfix/load-type1"

struct initramfs {
	const char *name;	/* "dracut" */
	const char *program;	/* by which it is found, and which makes the initramfs anew */
	const char *others;	/* a word in that program by which it is somebody else's; NULL: none */
	const char *needs;	/* a file that must be there too; NULL: none */
	const char *path;	/* the file for us to write */
	mode_t mode;
	const char *first;	/* the line that must come first in it, "" or with its newline */
	const char *vfio;	/* its text: vfio-pci comes along */
	const char *fix;	/* and so does the fix, with the fork of type1; NULL: without being told */
	const char *arguments[4];	/* of @program, to make it anew for all kernels; ended by NULL */
};

/* The one that makes this host's initramfs; NULL where there is none that is known. */
const struct initramfs *initramfs_find(void);

/* The one called @name, NULL: none. */
const struct initramfs *initramfs_named(const char *name);

/* Whether its program is there. */
bool initramfs_is_there(const struct initramfs *initramfs);

/* The text of its file, @comment before all but the line that must come first; freed with g_free(). */
char *initramfs_text(const struct initramfs *initramfs, const char *comment, bool fix);

#endif
