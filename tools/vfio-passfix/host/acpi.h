/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the firmware demands of the IOMMU: the IVRS table (AMD I/O Virtualization
 * Technology specification, "I/O Virtualization Reporting Structure"), the DMAR table
 * (Intel Virtualization Technology for Directed I/O, "BIOS Considerations"), the IORT
 * table (Arm's "IO Remapping Table", DEN0049, E.d and later for its RMR nodes).
 * The bytes are the firmware's, so nothing in them is trusted.
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

/* To whom a demand applies. */
enum acpi_target {
	ACPI_TARGET_ALL,	/* every device of the segment */
	ACPI_TARGET_RANGE,	/* device ids first to last, inclusive; one: both the same */
	ACPI_TARGET_PATH,	/* the device at the end of a path through bridges */
	ACPI_TARGET_SUBTREE,	/* that device, a bridge, and all below it */
	ACPI_TARGET_NO_PCI,	/* no PCI device, such as a device of the platform */
};

#define ACPI_PATH_MAX 8

/* One memory region that is to stay mapped 1:1 for some devices. */
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
	 * The memory, bytes, as Linux maps it: an IVMD's is rounded up to whole pages. It ends
	 * with the last address at most. A length of 0 is a demand for Linux, too.
	 */
	uint64_t start, length;
	/*
	 * Why it is for no device: words that go on from the block's name ("has a range that is
	 * backwards"). Its target may then be backwards, its path empty, cut or impossible.
	 * NULL: it is for some.
	 */
	const char *ignored;
};

struct acpi_table {
	enum acpi_table_kind kind;
	/*
	 * IVRS IVinfo bit 1: the firmware's DMA protection is on. DMAR flags bit 2: it asks the
	 * system for such a protection, which says nothing about its RMRRs.
	 */
	bool dma_protection;
	/*
	 * IOMMUs that it describes: DRHD blocks; SMMU nodes; distinct devices, segment and
	 * device id, of the IVHD types 10h, 11h and 40h.
	 */
	size_t units;
	struct acpi_demand *demands;	/* in the table's order */
	size_t count;
	char note[160];		/* what is wrong with it, and Linux puts up with; empty: nothing */
};

/*
 * acpi_table_parse - decode an IVRS, DMAR or IORT table
 * @bytes, @size: the table as firmware left it, e.g. /sys/firmware/acpi/tables/IVRS
 * @table: filled in; give it to acpi_table_free() when it succeeded
 * @error: where it fails, what is wrong and at which offset, in words; at least 160 bytes
 * @error_size: of @error, bytes
 *
 * Does with a malformed table what Linux does (6.12's drivers; others differ little). It
 * does without the IOMMU where an IVRS has a wrong checksum, or a block of a DMAR goes past
 * the table's end: these are errors, as are a wrong signature and length. Anything else makes
 * one block useless (@ignored) or the blocks behind it unseen (@note). Unknown block types
 * are skipped by their length, and so are device scopes that are no PCI device or bridge. A
 * demand for an RMRR with several device scopes comes once a scope, in a row.
 *
 * Of an IORT nodes, mappings and ranges of memory must lie inside of what has them, and a
 * mapping must lead to a node. RMRs of a revision before 5, for which Linux does not look, are
 * skipped. A demand comes once for each range of memory and each range of devices, and with
 * ACPI_TARGET_NO_PCI where there is no device.
 *
 * Return: 0, or -1 with @error filled in and @table emptied.
 */
int acpi_table_parse(const void *bytes, size_t size, struct acpi_table *table,
		     char *error, size_t error_size);

void acpi_table_free(struct acpi_table *table);

#endif
