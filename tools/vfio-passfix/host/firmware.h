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

/* Whether a demand is for this device, by the device's own id or its path, as Linux sees it. */
bool firmware_demand_covers(const struct host *host, const struct acpi_demand *demand,
			    const struct pci_device *device);

/*
 * How many demands make one line with the one at @first, itself included: those of the same
 * RMRR, which share its memory.
 */
size_t firmware_block_size(const struct acpi_table *table, size_t first);

/* How many blocks of @table are for some device. */
size_t firmware_block_count(const struct acpi_table *table);

/*
 * A block of @count demands: "IVMD type 0x22 at offset 0x58, devices 00:00.0-0f:1f.7", "RMRR at
 * offset 0x40, devices 00:02.0/00.0, 00:02.0/00.1"; freed with g_free(), here and below.
 */
char *firmware_block_text(const struct acpi_table *table, const struct acpi_demand *demands, size_t count);

/* What a block with 1:1 mappings is called: "IVMD", "RMRR", "RMR". */
const char *firmware_block_name(const struct acpi_table *table);

/* Its memory: "0x9d7e1000-0x9d7e1fff"; "no length, at 0x0". */
char *firmware_memory_text(const struct acpi_demand *demand);

#endif
