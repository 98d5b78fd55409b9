/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The firmware's tables for the IOMMU, with the 1:1 mappings that they mandate (called demands
 * here): IVRS (AMD I/O Virtualization Technology specification, "I/O Virtualization Reporting
 * Structure"), DMAR (Intel Virtualization Technology for Directed I/O, "BIOS Considerations")
 * and IORT (Arm's "IO Remapping Table", DEN0049, E.d and later for its RMR nodes).
 * The bytes come from the firmware, so nothing in them is trusted.
 */
#ifndef VFIO_PASSFIX_ACPI_H
#define VFIO_PASSFIX_ACPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum acpi_table_kind {
	ACPI_TABLE_IVRS,
	ACPI_TABLE_DMAR,
	ACPI_TABLE_IORT,
};

/* To which devices a demand applies. */
enum acpi_target {
	ACPI_TARGET_ALL,	/* every device of the segment */
	ACPI_TARGET_RANGE,	/* device ids first to last, inclusive; one: both the same */
	ACPI_TARGET_PATH,	/* the device at the end of a path through bridges */
	ACPI_TARGET_SUBTREE,	/* that device, a bridge, and all below it */
	ACPI_TARGET_NO_PCI,	/* no PCI device; a platform device, for example */
};

#define ACPI_PATH_MAX 8

/* One memory region that must stay mapped 1:1 for some devices. */
struct acpi_demand {
	size_t offset;		/* of its block in the table, bytes */
	uint8_t block;		/* IVRS: IVMD type 0x20-0x22; DMAR: 1, RMRR; IORT: 6, RMR */
	/* IVRS: 1 unity, 2 read, 4 write, 8 exclusion; IORT: 1 may be remapped, 2 privileged. */
	uint8_t flags;
	uint16_t segment;	/* PCI segment */
	enum acpi_target target;
	uint16_t first, last;	/* RANGE: device ids, bus << 8 | device << 3 | function */
	uint8_t bus;		/* PATH, SUBTREE: where the path starts */
	uint8_t hops;		/* 1 to ACPI_PATH_MAX */
	struct {
		uint8_t device, function;	/* up to 31 and 7 */
	} path[ACPI_PATH_MAX];
	/*
	 * The memory in bytes, as Linux maps it: that of an IVMD is rounded up to whole pages, and
	 * that of an RMR is rounded outwards, if it is not aligned to 64 KiB. The range is cut at the
	 * last address. Linux also refuses devices for a range of length 0.
	 */
	uint64_t start, length;
	/*
	 * Why it applies to no device: words that follow the block's name ("has a range that is
	 * backwards"). Its target may then be backwards, and its path empty, cut or impossible.
	 * NULL: it applies to some.
	 */
	const char *ignored;
};

struct acpi_table {
	enum acpi_table_kind kind;
	/*
	 * IVRS IVinfo bit 1: the firmware's DMA protection is on. DMAR flags bit 2: the firmware
	 * asks the system for DMA protection, which says nothing about its RMRRs.
	 */
	bool dma_protection;
	/*
	 * The number of IOMMUs that it describes: DRHD blocks; SMMU nodes; or distinct devices, by
	 * segment and device id, of the IVHD types 10h, 11h and 40h.
	 */
	size_t units;
	struct acpi_demand *demands;	/* in the table's order */
	size_t count;
	char note[160];		/* what is wrong with it but tolerated by Linux; empty: nothing */
};

/*
 * acpi_table_parse - decode an IVRS, DMAR or IORT table
 * @bytes, @size: the table as firmware left it, e.g. /sys/firmware/acpi/tables/IVRS
 * @table: filled in; free it with acpi_table_free() on success
 * @error: on failure, what is wrong and at which offset, in words; at least 160 bytes
 * @error_size: the size of @error in bytes
 *
 * Treats a malformed table as Linux does (the drivers of 6.12; other releases differ little).
 * Linux does not use the IOMMU if an IVRS has a wrong checksum, or if a block of a DMAR goes
 * past the end of the table: these are errors, and so are a wrong signature and length. Any
 * other flaw makes one block useless (@ignored), or hides the blocks after it (@note). Unknown
 * block types are skipped by their length, and so are device scopes that are neither PCI device
 * nor bridge. An RMRR with several device scopes gives one demand per scope, in a row.
 *
 * In an IORT, nodes after one that is cut off are not read, and neither are mappings and memory
 * ranges that do not fit in their node. Ids that are mapped to something else than a node reach
 * no IOMMU. @note says so. RMR nodes before revision 5 are skipped, since Linux does not look for them. There is one demand
 * for each combination of a memory range and a range of devices; it has ACPI_TARGET_NO_PCI if
 * there is no device.
 *
 * Return: 0, or -1 with @error filled in and @table emptied.
 */
int acpi_table_parse(const void *bytes, size_t size, struct acpi_table *table,
		     char *error, size_t error_size);

void acpi_table_free(struct acpi_table *table);

#endif
