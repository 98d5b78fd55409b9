/* SPDX-License-Identifier: GPL-2.0-only */
/* The firmware's table of IOMMUs on this host, and whom its demands are for. */
#ifndef VFIO_PASSFIX_FIRMWARE_H
#define VFIO_PASSFIX_FIRMWARE_H

#include <stdbool.h>

#include "host/acpi.h"
#include "host/host.h"

enum firmware_state {
	FIRMWARE_READ,
	FIRMWARE_NO_TABLE,	/* neither IVRS, DMAR nor IORT */
	FIRMWARE_NO_ACCESS,	/* not without root */
	FIRMWARE_BROKEN,	/* what is there does not parse */
};

struct firmware {
	enum firmware_state state;
	const char *name;	/* "IVRS", "DMAR" or "IORT"; NULL: no table */
	struct acpi_table table;	/* empty unless READ */
	char error[200];	/* BROKEN: what is wrong; NO_ACCESS: why */
};

void firmware_read(struct firmware *firmware);
void firmware_clear(struct firmware *firmware);

/* Whether a demand is for this device, by the device's own id or its path. */
bool firmware_demand_covers(const struct host *host, const struct acpi_demand *demand,
			    const struct pci_device *device);

/* "IVMD type 0x22 at offset 0x58, devices 00:00.0-0f:1f.7"; freed with g_free(). */
char *firmware_demand_text(const struct firmware *firmware, const struct acpi_demand *demand);

#endif
