/* SPDX-License-Identifier: GPL-2.0-only */
/* What a DEVICE on the command line may be, as people type or copy it. */
#ifndef VFIO_PASSFIX_DEVICE_NAME_H
#define VFIO_PASSFIX_DEVICE_NAME_H

#include <glib.h>
#include <stdbool.h>

struct device_name {
	enum device_name_kind {
		NAME_GPU,	/* "gpu": the one that is spare */
		NAME_ID,	/* "1002:744c" */
		NAME_ADDRESS,	/* "03:00.0", "0000:03:00.0", libvirt's "pci_0000_03_00_0" */
		NAME_RANGE,	/* "0000:03:00.0-3", as doctor has it: these functions and no others */
		NAME_SLOT,	/* "03:00", "0000:03:00" */
		NAME_GROUP,	/* "group15": the cards in an IOMMU group */
	} kind;
	char *address;		/* in full, of the (first) function; of a slot that of function 0 */
	int last;		/* of a range: its last function */
	int group;
};

/* Return: whether @text can be a device. The address is freed with g_free(). */
bool device_name_parse(const char *text, struct device_name *name);

#endif
