/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * IO page faults at relaxed addresses. While a guest has a device, what the firmware mandated
 * a 1:1 mapping for is not mapped for the device, so they mean that somebody still uses it.
 */
#ifndef VFIO_PASSFIX_FAULTS_H
#define VFIO_PASSFIX_FAULTS_H

#include <glib.h>
#include <stdint.h>

#include "host/firmware.h"
#include "host/fix.h"
#include "host/host.h"

/* All of one device at the memory of one block. */
struct fault {
	const struct pci_device *device;
	const struct region *region;	/* the relaxed one */
	uint64_t address;	/* of the last one, as the IOMMU's driver reports it */
	guint count;		/* in the log: the kernel leaves some out where there are many */
	char *block;		/* "IVRS: IVMD type 0x22 at ...", NULL: no table can be read */
};

/*
 * faults_read - those that the kernel has logged since the fix was turned on
 *
 * Of devices that are relaxed now, at their group's relaxed regions, and where the firmware's
 * table can be read at the memory of a block that is for the device. Reads what the drivers
 * of AMD-Vi, Intel's VT-d and SMMUv3 log.
 *
 * Return: of struct fault; NULL with errno set where the log cannot be read.
 */
GPtrArray *faults_read(const struct host *host, const struct fix *fix, const struct firmware *firmware);

/* "0000:03:00.0: at 0x9d7e1040, logged 3 times, IVRS: ...": to be freed with g_free(). */
char *fault_text(const struct fault *fault);

/* What they mean, and what to do. */
#define FAULTS_MEAN                                                                                  \
	"the firmware or the device itself still uses this memory (or a guest's driver strays there), " \
	"which is blocked while a guest has the device: if host or guest misbehave, leave the device "  \
	"with the host, or turn off in the BIOS what uses it"

#endif
