/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IO page faults at relaxed addresses. While a guest owns a device, the 1:1 mappings that the
 * firmware mandates are missing for it, so a fault there means that somebody still uses them.
 */
#ifndef VFIO_PASSFIX_FAULTS_H
#define VFIO_PASSFIX_FAULTS_H

#include <glib.h>
#include <stdint.h>

#include "host/firmware.h"
#include "host/fix.h"
#include "host/host.h"

/* All faults of one device in the memory of one block. */
struct fault {
	const struct pci_device *device;
	const struct region *region;	/* the relaxed one */
	uint64_t address;	/* of the last fault, as the IOMMU driver reports it */
	guint count;		/* in the log: if there are many, the kernel leaves some out */
	char *block;		/* "IVRS: IVMD type 0x22 at ..."; NULL: no table can be read */
};

/*
 * faults_read - the faults that the kernel has logged since the fix was turned on
 *
 * Only faults of devices that are relaxed now, in the relaxed regions of their group. If the
 * firmware's table can be read, only in the memory of a block that covers the device. Knows the
 * messages of the drivers for AMD-Vi, Intel's VT-d and SMMUv3.
 *
 * Return: of struct fault; NULL with errno set if the log cannot be read.
 */
GPtrArray *faults_read(const struct host *host, const struct fix *fix, const struct firmware *firmware);

/* "0000:03:00.0: at 0x9d7e1040, logged 3 times, IVRS: ..."; for g_free(). */
char *fault_text(const struct fault *fault);

/* What they mean, and what to do. */
#define FAULTS_MEAN                                                                                  \
	"the firmware or the device itself still uses this memory (or a guest's driver strays there), " \
	"which is blocked while a guest has the device: if host or guest misbehave, leave the device "  \
	"with the host, or turn off in the BIOS what uses it"

#endif
