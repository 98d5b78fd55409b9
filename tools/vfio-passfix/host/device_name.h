/* SPDX-License-Identifier: GPL-2.0-only */
/* The forms of a DEVICE on the command line, as people type or copy it. */
#ifndef VFIO_PASSFIX_DEVICE_NAME_H
#define VFIO_PASSFIX_DEVICE_NAME_H

#include <glib.h>
#include <stdbool.h>

struct device_name {
	enum device_name_kind {
		NAME_GPU,	/* "gpu": the spare one */
		NAME_ID,	/* "1002:744c" */
		NAME_ADDRESS,	/* "03:00.0", "0000:03:00.0", libvirt's "pci_0000_03_00_0" */
		NAME_RANGE,	/* "0000:03:00.0-3", as doctor prints it: only these functions */
		NAME_SLOT,	/* "03:00", "0000:03:00" */
		NAME_GROUP,	/* "group15": the cards in an IOMMU group */
	} kind;
	char *address;		/* complete, of the (first) function; for a slot, of function 0 */
	int last;		/* of a range: the last function */
	int group;
};

/* Return: whether @text has the form of a DEVICE. Free name->address with g_free(). */
bool device_name_parse(const char *text, struct device_name *name);

#endif
