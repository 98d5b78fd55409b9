/* SPDX-License-Identifier: GPL-2.0-only */
/* The firmware's IOMMU table on this host, and the devices for which it mandates 1:1 mappings. */
#ifndef VFIO_PASSFIX_FIRMWARE_H
#define VFIO_PASSFIX_FIRMWARE_H

#include <stdbool.h>

#include "host/acpi.h"
#include "host/host.h"

enum firmware_state {
	FIRMWARE_READ,
	FIRMWARE_NO_TABLE,	/* neither IVRS, DMAR nor IORT */
	FIRMWARE_NO_ACCESS,	/* only root can read it */
	FIRMWARE_BROKEN,	/* the table cannot be parsed */
};

struct firmware {
	enum firmware_state state;
	const char *name;	/* "IVRS", "DMAR" or "IORT"; NULL: no table */
	struct acpi_table table;	/* empty unless READ */
	char error[200];	/* if BROKEN, what is wrong; if NO_ACCESS, why */
};

void firmware_read(struct firmware *firmware);
void firmware_clear(struct firmware *firmware);

/* Whether Linux applies a demand to this device, by the device's own id or its path. */
bool firmware_demand_covers(const struct host *host, const struct acpi_demand *demand,
			    const struct pci_device *device);

/*
 * How many demands, starting at @first, belong on one line: those of one RMRR, which share their
 * memory.
 */
size_t firmware_block_size(const struct acpi_table *table, size_t first);

/* How many blocks of @table apply to any device. */
size_t firmware_block_count(const struct acpi_table *table);

/*
 * A block of @count demands: "IVMD type 0x22 at offset 0x58, devices 00:00.0-0f:1f.7", "RMRR at
 * offset 0x40, devices 00:02.0/00.0, 00:02.0/00.1"; for g_free(), here and below.
 */
char *firmware_block_text(const struct acpi_table *table, const struct acpi_demand *demands, size_t count);

/* The name of a block with 1:1 mappings: "IVMD", "RMRR", "RMR". */
const char *firmware_block_name(const struct acpi_table *table);

/* Its memory: "0x9d7e1000-0x9d7e1fff"; "no length, at 0x0". */
char *firmware_memory_text(const struct acpi_demand *demand);

#endif
