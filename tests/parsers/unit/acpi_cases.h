/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables, and the expected result of the parser for each. The fuzzers begin with them, too. */
#ifndef PASSFIX_TEST_ACPI_CASES_H
#define PASSFIX_TEST_ACPI_CASES_H

#include "table.h"

/* Consecutive cases with the same name are one test. */
struct acpi_case {
	const char *name, *signature;
	struct bytes blocks;
	uint8_t flags[TABLE_HEADER - TABLE_FLAGS];
	struct {
		size_t at;
		unsigned int bytes;
		uint64_t value;
	} put;			/* into the whole table, before it is sealed */
	const char *bad;	/* words of the message if the table is refused; or: */
	const char *note;	/* words of its note; NULL: it has none */
	size_t units;
	bool dma_protection;
	const char *demands;	/* in the format of demands() in acpi.c */
};

static inline void table_of_case(struct table *table, const struct acpi_case *row)
{
	table_begin(table, row->signature, row->blocks);
	memcpy(table->bytes + TABLE_FLAGS, row->flags, sizeof(row->flags));
	put(table->bytes + row->put.at, row->put.bytes, row->put.value);
	table_seal(table);
}

static const struct acpi_case acpi_cases[] = {
	{ "ivrs_units_only", "IVRS", BYTES(IVHD_10(0, 0x0002)), .units = 1 },
	{ "ivrs_without_blocks", "IVRS", .units = 0 },

	/* The three types describe the same IOMMU; another segment has another IOMMU. */
	{ "ivrs_units_are_distinct", "IVRS",
	  BYTES(IVHD_10(0, 0x4002), IVHD_10(0, 0x0002), IVHD_LONG(0x11, 0, 0x0002),
		IVHD_LONG(0x40, 0, 0x0002), IVHD_LONG(0x40, 0, 0x4002)),
	  .units = 2 },
	{ "ivrs_units_are_distinct", "IVRS",
	  BYTES(IVHD_10(0, 0x4002), IVHD_10(0, 0x0002), IVHD_LONG(0x11, 0, 0x0002),
		IVHD_LONG(0x40, 0, 0x0002), IVHD_LONG(0x40, 0, 0x4002), IVHD_LONG(0x40, 1, 0x0002)),
	  .units = 3 },

	{ "ivrs_dma_protection", "IVRS", .flags = { 0x02 }, .dma_protection = true },
	{ "ivrs_dma_protection", "IVRS",
	  .flags = { 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },

	{ "ivmd_all", "IVRS", BYTES(IVMD(0x20, 0x07, 0x1234, 0x0001, 0xfedc0000, 0x4000)),
	  .put = { 48 + 8, 2, 3 },
	  .demands = "0x30: 0x20, flags 0x7, segment 3, 0xfedc0000 + 0x4000, all\n" },

	/* The end of the range is ignored. */
	{ "ivmd_one", "IVRS", BYTES(IVMD(0x21, 0x01, 0x0300, 0x0001, 0x1000, 0x1000)),
	  .demands = "0x30: 0x21, flags 0x1, segment 0, 0x1000 + 0x1000, 0x300 to 0x300\n" },

	/* As on real boards: a few exclusion pages for the buses 00 to 0f. */
	{ "ivmd_range", "IVRS",
	  BYTES(IVHD_LONG(0x11, 0, 0x0002), IVMD(0x22, 0x08, 0x0000, 0x0fff, 0x9a000000, 0x1000),
		IVMD(0x22, 0x08, 0x0000, 0x0fff, 0x9b000000, 0x1000)),
	  .units = 1,
	  .demands = "0x5c: 0x22, flags 0x8, segment 0, 0x9a000000 + 0x1000, 0 to 0xfff\n"
		     "0x7c: 0x22, flags 0x8, segment 0, 0x9b000000 + 0x1000, 0 to 0xfff\n" },

	{ "ivmd_range_reversed", "IVRS", BYTES(IVMD(0x22, 0x08, 0x0300, 0x02ff, 0x1000, 0x1000)),
	  .demands = "0x30: 0x22, flags 0x8, segment 0, 0x1000 + 0x1000, 0x300 to 0x2ff; "
		     "ignored: has a range that is backwards\n" },
	/* The block after it counts. */
	{ "ivmd_range_reversed", "IVRS",
	  BYTES(IVMD(0x22, 0x08, 0x0300, 0x02ff, 0x1000, 0x1000),
		IVMD(0x22, 0x08, 0x0000, 0x0fff, 0x9a432000, 0x1000)),
	  .demands = "0x30: 0x22, flags 0x8, segment 0, 0x1000 + 0x1000, 0x300 to 0x2ff; "
		     "ignored: has a range that is backwards\n"
		     "0x50: 0x22, flags 0x8, segment 0, 0x9a432000 + 0x1000, 0 to 0xfff\n" },
	{ "ivmd_range_reversed", "IVRS", BYTES(IVMD(0x22, 0x08, 0x0300, 0x0300, 0x1000, 0x1000)),
	  .demands = "0x30: 0x22, flags 0x8, segment 0, 0x1000 + 0x1000, 0x300 to 0x300\n" },

	/* Rounded up to whole pages. */
	{ "ivmd_in_pages", "IVRS",
	  BYTES(IVMD(0x22, 0x08, 0x0000, 0x0fff, 0x9a432000, 1),
		IVMD(0x21, 1, 0x0300, 0, 0x1001, 0x1001), IVMD(0x21, 1, 0x0300, 0, 0, 0)),
	  .demands = "0x30: 0x22, flags 0x8, segment 0, 0x9a432000 + 0x1000, 0 to 0xfff\n"
		     "0x50: 0x21, flags 0x1, segment 0, 0x2000 + 0x2000, 0x300 to 0x300\n"
		     "0x70: 0x21, flags 0x1, segment 0, 0 + 0, 0x300 to 0x300\n" },

	/* Read and write without unity mandate no mapping. */
	{ "ivmd_flags", "IVRS",
	  BYTES(IVMD(0x22, 0x00, 0, 0x0fff, 0x1000, 0x1000),
		IVMD(0x20, 0xf6, 0, 0, 0x1000, 0x1000), IVMD(0x20, 0x01, 0, 0, 0x1000, 0x1000)),
	  .demands = "0x30: 0x22, flags 0, segment 0, 0x1000 + 0x1000, 0 to 0xfff; ignored: "
		     "has neither the unity nor the exclusion flag\n"
		     "0x50: 0x20, flags 0xf6, segment 0, 0x1000 + 0x1000, all; ignored: "
		     "has neither the unity nor the exclusion flag\n"
		     "0x70: 0x20, flags 0x1, segment 0, 0x1000 + 0x1000, all\n" },

	{ "ivmd_memory_at_the_end", "IVRS", BYTES(IVMD(0x20, 1, 0, 0, UINT64_MAX - 0xfff, 0xfff)),
	  .demands = "0x30: 0x20, flags 0x1, segment 0, 0xfffffffffffff000 + 0x1000, all\n" },
	{ "ivmd_memory_at_the_end", "IVRS", BYTES(IVMD(0x20, 1, 0, 0, UINT64_MAX - 0xfff, 0x1001)),
	  .demands = "0x30: 0x20, flags 0x1, segment 0, 0xfffffffffffff000 + 0x1000, all\n" },
	{ "ivmd_memory_at_the_end", "IVRS",
	  BYTES(IVMD(0x20, 1, 0, 0, UINT64_MAX - 0xfff, UINT64_MAX - 0xfff)),
	  .demands = "0x30: 0x20, flags 0x1, segment 0, 0xfffffffffffff000 + 0x1000, all\n" },
	{ "ivmd_memory_at_the_end", "IVRS",
	  BYTES(IVMD(0x20, 1, 0, 0, UINT64_MAX - 0xffe, UINT64_MAX)),
	  .demands = "0x30: 0x20, flags 0x1, segment 0, 0 + 0, all\n" },

	/* As many bytes as Linux reads, whatever the length is. */
	{ "ivmd_too_short", "IVRS",
	  BYTES(IVMD(0x20, 1, 0, 0, 0x1000, 0x1000), IVMD(0x20, 1, 0, 0, 0x2000, 0x1000)),
	  .put = { 48 + 2, 2, 4 },
	  .demands = "0x30: 0x20, flags 0x1, segment 0, 0x1000 + 0x1000, all\n",
	  .note = "a block of length 0 at offset 0x34 ends the table, 60 bytes before its end" },

	{ "ivrs_unknown_block", "IVRS",
	  BYTES(0x77, 0, U16(11), 0, 0, 0, 0, 0, 0, 0, 0x23, 0, U16(4),
		IVMD(0x20, 1, 0, 0, 0x1000, 0x1000)),
	  .demands = "0x3f: 0x20, flags 0x1, segment 0, 0x1000 + 0x1000, all\n" },

	/* A later revision may add fields to a block. */
	{ "ivrs_longer_blocks", "IVRS",
	  BYTES(IVMD(0x21, 1, 0x0300, 0, 0x1000, 0x1000), U64(0), U64(0),
		IVMD(0x21, 1, 0x0400, 0, 0x1000, 0x1000)),
	  .put = { 48 + 2, 2, 48 },
	  .demands = "0x30: 0x21, flags 0x1, segment 0, 0x1000 + 0x1000, 0x300 to 0x300\n"
		     "0x60: 0x21, flags 0x1, segment 0, 0x1000 + 0x1000, 0x400 to 0x400\n" },

	/* With IVRS's flag for DMA protection, which has no meaning here. */
	{ "dmar_units_only", "DMAR", BYTES(DRHD(0), DRHD(0)), .flags = { 0x02, 0xfb }, .units = 2 },
	{ "dmar_dma_protection", "DMAR", .flags = { 0, 0x04 }, .dma_protection = true },

	{ "rmrr_endpoint", "DMAR",
	  BYTES(DRHD(0), RMRR(8, 2, 0x7b800000, 0x7fffffff), SCOPE(1, 8, 0x80, 0x14, 0)),
	  .units = 1,
	  .demands = "0x40: 0x1, flags 0, segment 2, 0x7b800000 + 0x4800000, bus 0x80 14.0\n" },

	/* The third is an IOAPIC, the fourth an HPET, without a path. */
	{ "rmrr_scopes", "DMAR",
	  BYTES(RMRR(8 + 12 + 8 + 6 + 22, 0, 0x1000, 0x1000), SCOPE(1, 8, 0, 0x14, 0),
		SCOPE(2, 12, 1, 0x1c, 4, 0, 0, 31, 7), SCOPE(3, 8, 0xf0, 0x1c, 4), SCOPE(4, 6, 0),
		SCOPE(1, 22, 2, 0x1c, 4, 0, 0, 31, 7, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5),
		RMRR(0, 1, 0x2000, 0x2fff), RMRR(0, 1, 0x3000, 0x3fff)),
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1, bus 0 14.0\n"
		     "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1, bus 0x1 1c.4 0.0 1f.7 "
		     "and below\n"
		     "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1, bus 0x2 1c.4 0.0 1f.7 "
		     "1.1 2.2 3.3 4.4 5.5\n" },

	/* A server's card: one block, whatever the number of its scopes. */
	{ "rmrr_four_scopes", "DMAR",
	  BYTES(DRHD(0), RMRR(40, 0, 0x7df83000, 0x7df84fff), SCOPE(1, 10, 0, 2, 0, 0, 0),
		SCOPE(1, 10, 0, 2, 0, 0, 1), SCOPE(1, 10, 0, 2, 0, 0, 2),
		SCOPE(1, 10, 0, 2, 0, 0, 3)),
	  .units = 1,
	  .demands = "0x40: 0x1, flags 0, segment 0, 0x7df83000 + 0x2000, bus 0 2.0 0.0\n"
		     "0x40: 0x1, flags 0, segment 0, 0x7df83000 + 0x2000, bus 0 2.0 0.1\n"
		     "0x40: 0x1, flags 0, segment 0, 0x7df83000 + 0x2000, bus 0 2.0 0.2\n"
		     "0x40: 0x1, flags 0, segment 0, 0x7df83000 + 0x2000, bus 0 2.0 0.3\n" },

	{ "rmrr_path_too_long", "DMAR",
	  BYTES(RMRR(24 + 22, 0, 0x1000, 0x1fff),
		SCOPE(1, 24, 0, 0x1c, 4, 0, 0, 31, 7, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6),
		SCOPE(1, 22, 0, 0x1c, 4, 0, 0, 31, 7, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5)),
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 1c.4 0.0 1f.7 1.1 "
		     "2.2 3.3 4.4 5.5; ignored: has a device scope through more devices than are "
		     "supported\n"
		     "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 1c.4 0.0 1f.7 1.1 "
		     "2.2 3.3 4.4 5.5\n" },
	{ "rmrr_path_is_no_pairs", "DMAR",
	  BYTES(RMRR(6 + 3 + 9, 0, 0x1000, 0x1fff), SCOPE(2, 6, 0), 1, 3, 0,
		SCOPE(2, 9, 0, 0x1c, 4, 5)),
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 and below; ignored: "
		     "has a device scope without a path\n"
		     "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0; ignored: "
		     "has a device scope without a path\n"
		     "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 1c.4 and below\n" },

	{ "rmrr_path_of_impossible_devices", "DMAR",
	  BYTES(RMRR(30, 0, 0x1000, 0x1fff), SCOPE(1, 10, 0, 0x1c, 4, 32, 0),
		SCOPE(1, 10, 0, 0x1c, 4, 31, 0), SCOPE(1, 10, 0, 0x1c, 4, 31, 8)),
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 1c.4 20.0; ignored: "
		     "names a device that PCI does not have\n"
		     "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 1c.4 1f.0\n"
		     "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 1c.4 1f.8; ignored: "
		     "names a device that PCI does not have\n" },

	/* The scope goes past the RMRR's end, so its path continues in the next block. */
	{ "rmrr_scope_runs_over", "DMAR",
	  BYTES(RMRR(8, 0, 0x1000, 0x1fff), SCOPE(1, 10, 0, 0x14, 0), DRHD(0)),
	  .units = 1,
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 14.0 0.0\n" },
	{ "rmrr_scope_runs_over", "DMAR",
	  BYTES(RMRR(8, 0, 0x1000, 0x1fff), SCOPE(1, 12, 0, 0x14, 0), RMRR(0, 0, 0, 0)),
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 14.0 1.0 18.0\n" },
	/* The scope goes past the table's end. */
	{ "rmrr_scope_runs_over", "DMAR",
	  BYTES(RMRR(8, 0, 0x1000, 0x1fff), SCOPE(1, 10, 0, 0x14, 0)),
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 14.0; ignored: "
		     "has a device scope that goes past the end of the table\n" },
	{ "rmrr_scope_runs_over", "DMAR",
	  BYTES(RMRR(8, 0, 0x1000, 0x1fff), SCOPE(1, 0, 0, 0x14, 0), DRHD(0)), .units = 1,
	  .note = "the RMRR at offset 0x30 has a device scope at offset 0x48 that is no whole one" },
	{ "rmrr_scope_cut_off", "DMAR",
	  BYTES(RMRR(8 + 5, 0, 0x1000, 0x1fff), SCOPE(1, 8, 0, 0x14, 0), 0, 0, 0, 0, 0),
	  .note = "the RMRR at offset 0x30 has a device scope at offset 0x50 that is no whole one",
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x1000 + 0x1000, bus 0 14.0\n" },

	{ "rmrr_limit", "DMAR",
	  BYTES(RMRR(8, 0, 0x2000, 0x1fff), SCOPE(1, 8, 0, 0x1d, 0),
		RMRR(8, 0, 0x2000, 0x2fff), SCOPE(1, 8, 0, 0x14, 0)),
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x2000 + 0, bus 0 1d.0; ignored: "
		     "has a limit below its base\n"
		     "0x50: 0x1, flags 0, segment 0, 0x2000 + 0x1000, bus 0 14.0\n" },
	{ "rmrr_limit", "DMAR", BYTES(RMRR(8, 0, 0x2000, UINT64_MAX), SCOPE(1, 8, 0, 0x14, 0)),
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x2000 + 0xffffffffffffe000, bus 0 14.0\n" },
	{ "rmrr_limit", "DMAR", BYTES(RMRR(8, 0, 0, UINT64_MAX), SCOPE(1, 8, 0, 0x14, 0)),
	  .demands = "0x30: 0x1, flags 0, segment 0, 0 + 0, bus 0 14.0\n" },

	/* Types have 16 bits, so this is not an RMRR. */
	{ "dmar_unknown_block", "DMAR", BYTES(U16(0x0101), U16(8), U32(0), DRHD(0)), .units = 1 },
	{ "iort_without_nodes", "IORT", .flags = NODES(0) },
	{ "iort_units_only", "IORT", BYTES(ITS, SMMU(3), SMMU(4), SMMU(5)), .flags = NODES(4),
	  .units = 2 },
	/* Nodes beyond the number in the header, and data that are no node, are ignored. */
	{ "iort_units_only", "IORT", BYTES(ITS, SMMU(3), SMMU(4), 1, 2, 3), .flags = NODES(2),
	  .units = 1 },
	{ "iort_units_only", "IORT", BYTES(U64(0), SMMU(4)), .flags = { 1, 0, 0, 0, 56 },
	  .units = 1 },

	/* From here on the SMMU is at 0x30, and the root complex at 0x6c, unless noted otherwise. */
	{ "rmr_device", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(1, 15), MAPPING(0, 0xffff, 0, 0x30), RMR(0x14, 1, 1),
		MAPPING(0, 0, 0x100, 0x30), RANGE(0x7e000000, 0x10000)),
	  .flags = NODES(3), .units = 1,
	  .demands = "0xa0: 0x6, flags 0, segment 15, 0x7e000000 + 0x10000, 0x100 to 0x100\n" },
	/* The same in another order, with all flags that are kept, and a node in between. */
	{ "rmr_device", "IORT",
	  BYTES(RMR(0xffffffff, 1, 1), MAPPING(0, 0, 0x100, 0x74 + 52), RANGE(0x7e000000, 0x10000),
		ROOT_COMPLEX(1, 0), MAPPING(0, 0xffff, 0, 0x74 + 52), SMMU(3), ITS),
	  .flags = NODES(4), .units = 1,
	  .demands = "0x30: 0x6, flags 0x3, segment 0, 0x7e000000 + 0x10000, 0x100 to 0x100\n" },
	/* Linux ignores RMR nodes in older revisions. */
	{ "rmr_old_revision", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(1, 15), MAPPING(0, 0xffff, 0, 0x30), RMR(0, 1, 1),
		MAPPING(0, 0, 0x100, 0x30), RANGE(0x7e000000, 0x10000)),
	  .flags = NODES(3), .put = { 8, 1, 4 }, .units = 1 },

	/* Each memory range for each range of devices. Address 0 and length 0 are possible. */
	{ "rmr_ranges", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(1, 0), MAPPING(0, 0xffff, 0x10000, 0x30), RMR(0, 2, 2),
		MAPPING(0, 7, 0x10100, 0x30), MAPPING(0, 0, 0x1ffff, 0x30), RANGE(0, 0x10000),
		RANGE(0x20000, 0)),
	  .flags = NODES(3), .units = 1,
	  .demands = "0xa0: 0x6, flags 0, segment 0, 0 + 0x10000, 0x100 to 0x107\n"
		     "0xa0: 0x6, flags 0, segment 0, 0x20000 + 0, 0x100 to 0x107\n"
		     "0xa0: 0x6, flags 0, segment 0, 0 + 0x10000, 0xffff to 0xffff\n"
		     "0xa0: 0x6, flags 0, segment 0, 0x20000 + 0, 0xffff to 0xffff\n" },
	/* Stream ids from before the first of the devices to after the last. */
	{ "rmr_ranges", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(1, 0), MAPPING(0x200, 0xff, 0x10000, 0x30), RMR(0, 1, 1),
		MAPPING(0, 0xffffffff, 0, 0x30), RANGE(0, 0x10000)),
	  .flags = NODES(3), .units = 1,
	  .demands = "0xa0: 0x6, flags 0, segment 0, 0 + 0x10000, 0x200 to 0x2fe\n"
		     "0xa0: 0x6, flags 0, segment 0, 0 + 0x10000, 0x2ff to 0x2ff\n" },
	/* Two segments with the same stream ids, since a device may have two addresses. */
	{ "rmr_ranges", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(1, 0), MAPPING(0, 0, 8, 0x30), ROOT_COMPLEX(1, 1),
		MAPPING(16, 0, 8, 0x30), RMR(0, 1, 1), MAPPING(0, 0, 8, 0x30), RANGE(0, 0x1000)),
	  .flags = NODES(4), .units = 1,
	  .demands = "0xd4: 0x6, flags 0, segment 0, 0 + 0x1000, 0 to 0\n"
		     "0xd4: 0x6, flags 0, segment 1, 0 + 0x1000, 0x10 to 0x10\n" },

	/* Nothing sends 0x101; 0x100 goes to another SMMU, 0x200 to none. */
	{ "rmr_no_pci_device", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(2, 0), MAPPING(0x100, 0, 0x100, 0xb4),
		MAPPING(0x200, 0, 0x200, 0xf0), SMMU(4), ITS, RMR(1, 3, 1),
		MAPPING(0, 0, 0x101, 0x30), MAPPING(0, 0, 0x100, 0x30), MAPPING(0, 0, 0x200, 0xf0),
		RANGE(0x1000, 0x1000)),
	  .flags = NODES(5), .units = 2,
	  .demands = "0x108: 0x6, flags 0x1, segment 0, 0x1000 + 0x1000, no PCI device\n" },
	{ "rmr_no_pci_device", "IORT", BYTES(RMR(0, 0, 1), RANGE(0x1000, 0x1000)), .flags = NODES(1),
	  .demands = "0x30: 0x6, flags 0, segment 0, 0x1000 + 0x1000, no PCI device\n" },
	{ "rmr_no_ranges", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(1, 0), MAPPING(0, 0xffff, 0, 0x30), RMR(0, 1, 0),
		MAPPING(0, 0, 0x100, 0x30)),
	  .flags = NODES(3), .units = 1 },

	/*
	 * Both have one id too many: 0x100 belongs to the second, and 0x200 to no other. If mappings
	 * overlap in any other way, the first counts.
	 */
	{ "root_complex_overlap", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(2, 0), MAPPING(0, 0x100, 0, 0x30),
		MAPPING(0x100, 0x100, 0x10100, 0x30), RMR(0, 2, 1), MAPPING(0, 1, 0xff, 0x30),
		MAPPING(0, 0xffff, 0x10000, 0x30), RANGE(0, 0x1000)),
	  .flags = NODES(3), .units = 1,
	  .demands = "0xb4: 0x6, flags 0, segment 0, 0 + 0x1000, 0xff to 0xff\n"
		     "0xb4: 0x6, flags 0, segment 0, 0 + 0x1000, 0x100 to 0x100\n"
		     "0xb4: 0x6, flags 0, segment 0, 0 + 0x1000, 0x101 to 0x1ff\n"
		     "0xb4: 0x6, flags 0, segment 0, 0 + 0x1000, 0x200 to 0x200\n" },
	{ "root_complex_overlap", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(2, 0), MAPPING(0x10, 0xf, 0x10, 0x30),
		MAPPING(0, 0x1f, 0x10000, 0x30), RMR(0, 1, 1), MAPPING(0, 0xffff, 0x10000, 0x30),
		RANGE(0, 0x1000)),
	  .flags = NODES(3), .units = 1,
	  .demands = "0xb4: 0x6, flags 0, segment 0, 0 + 0x1000, 0 to 0xf\n" },
	/* The first mapping applies to all input ids. */
	{ "root_complex_single", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(2, 0), MAPPING_SINGLE(5, 0x30), MAPPING(0, 0xffff, 0, 0x30),
		RMR(0, 2, 1), MAPPING_SINGLE(5, 0x30), MAPPING(0, 9, 6, 0x30), RANGE(0, 0x1000)),
	  .flags = NODES(3), .units = 1,
	  .demands = "0xb4: 0x6, flags 0, segment 0, 0 + 0x1000, 0 to 0xffff\n" },
	/* The second root complex of a segment is ignored. */
	{ "root_complex_again", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(1, 2), MAPPING(0, 0xff, 0, 0x30), ROOT_COMPLEX(1, 2),
		MAPPING(0x100, 0xff, 0x100, 0x30), RMR(0, 1, 1), MAPPING(0, 0xffff, 0, 0x30),
		RANGE(0, 0x1000)),
	  .flags = NODES(4), .units = 1,
	  .demands = "0xd4: 0x6, flags 0, segment 2, 0 + 0x1000, 0 to 0xfe\n"
		     "0xd4: 0x6, flags 0, segment 2, 0 + 0x1000, 0xff to 0xff\n" },
	{ "root_complex_segment", "IORT", BYTES(ROOT_COMPLEX(0, 0x10000)), .flags = NODES(1),
	  .note = "the root complex at offset 0x30 has the PCI segment 0x10000, which does not fit in 16" },

	{ "rmr_memory_at_the_end", "IORT", BYTES(RMR(0, 0, 1), RANGE(UINT64_MAX - 0xfff, 0x1000)),
	  .flags = NODES(1),
	  .demands = "0x30: 0x6, flags 0, segment 0, 0xfffffffffffff000 + 0x1000, no PCI device\n" },
	{ "rmr_memory_at_the_end", "IORT", BYTES(RMR(0, 0, 1), RANGE(UINT64_MAX - 0xffff, 0x20000)),
	  .flags = NODES(1),
	  .demands = "0x30: 0x6, flags 0, segment 0, 0xffffffffffff0000 + 0x10000, no PCI device\n" },
	/* Rounded outwards to pages of 4 KiB if it is not aligned to 64 KiB. */
	{ "rmr_memory_unaligned", "IORT",
	  BYTES(RMR(0, 0, 3), RANGE(0x10800, 0x10000), RANGE(0x20000, 0x100), RANGE(0x30800, 0)),
	  .flags = NODES(1),
	  .demands = "0x30: 0x6, flags 0, segment 0, 0x10000 + 0x11000, no PCI device\n"
		     "0x30: 0x6, flags 0, segment 0, 0x20000 + 0x1000, no PCI device\n"
		     "0x30: 0x6, flags 0, segment 0, 0x30000 + 0x1000, no PCI device\n" },

	{ "nodes_in_the_header", "IORT", BYTES(ITS), .flags = { 1, 0, 0, 0, 47 },
	  .note = "the nodes begin at offset 0x2f, inside the table's header" },
	{ "nodes_past_the_end", "IORT", BYTES(ITS), .flags = { 1, 0, 0, 0, 73 },
	  .note = "node 1 of 1, at offset 0x49, is cut off by the end of the table" },
	{ "nodes_past_the_end", "IORT", BYTES(ITS), .flags = { 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff },
	  .note = "node 1 of 1, at offset 0xffffffff, is cut off by the end of the table" },
	{ "nodes_past_the_end", "IORT", BYTES(ITS), .flags = { 0xff, 0xff, 0xff, 0xff, 48 },
	  .note = "node 2 of 4294967295, at offset 0x48, is cut off by the end of the table" },
	{ "nodes_past_the_end", "IORT", BYTES(NODE(9, 15, 0, 0)), .flags = NODES(1),
	  .note = "the node at offset 0x30 is 15 bytes long, and its header needs 16" },
	{ "nodes_past_the_end", "IORT", BYTES(NODE(9, 17, 0, 0)), .flags = NODES(1),
	  .note = "the node at offset 0x30 with a length of 17 goes past the end of the table" },

	/* The mappings begin inside the node's own fields, past its end, or are more than fit; the table goes on. */
	{ "mappings_outside", "IORT", BYTES(ROOT_COMPLEX(1, 0), MAPPING(0, 0, 0, 0x64), SMMU(4)),
	  .flags = NODES(2), .units = 1, .put = { 48 + 12, 4, 31 },
	  .note = "the root complex at offset 0x30 is too short for its 1 mappings at offset 0x1f" },
	{ "mappings_outside", "IORT", BYTES(ROOT_COMPLEX(1, 0), MAPPING(0, 0, 0, 0x64), SMMU(4)),
	  .flags = NODES(2), .units = 1, .put = { 48 + 12, 4, 33 }, .note = "for its 1 mappings at offset 0x21" },
	{ "mappings_outside", "IORT", BYTES(ROOT_COMPLEX(1, 0), MAPPING(0, 0, 0, 0x64), SMMU(4)),
	  .flags = NODES(2), .units = 1, .put = { 48 + 12, 4, 0xffffffff }, .note = "at offset 0xffffffff in it" },
	{ "mappings_outside", "IORT", BYTES(ROOT_COMPLEX(1, 0), MAPPING(0, 0, 0, 0x64), SMMU(4)),
	  .flags = NODES(2), .units = 1, .put = { 48 + 8, 4, 2 }, .note = "for its 2 mappings at offset 0x20" },
	{ "mappings_outside", "IORT", BYTES(RMR(0, 0, 1), RANGE(0, 0), SMMU(4)), .flags = NODES(2),
	  .units = 1, .put = { 48 + 8, 4, 0xffffffff },
	  .note = "the RMR at offset 0x30 is too short for its 4294967295 mappings",
	  .demands = "0x30: 0x6, flags 0, segment 0, 0 + 0, no PCI device\n" },
	{ "ranges_outside", "IORT", BYTES(RMR(0, 0, 1), RANGE(0, 0), SMMU(4)), .flags = NODES(2),
	  .units = 1, .put = { 48 + 24, 4, 0 },
	  .note = "the RMR at offset 0x30 is too short for its 1 ranges of memory at offset 0x0" },
	{ "ranges_outside", "IORT", BYTES(RMR(0, 0, 1), RANGE(0, 0), SMMU(4)), .flags = NODES(2),
	  .units = 1, .put = { 48 + 24, 4, 29 }, .note = "for its 1 ranges of memory at offset 0x1d" },
	{ "ranges_outside", "IORT", BYTES(RMR(0, 0, 1), RANGE(0, 0), SMMU(4)), .flags = NODES(2),
	  .units = 1, .put = { 48 + 20, 4, 0xffffffff }, .note = "its 4294967295 ranges of memory" },

	/* A bad mapping of one node leaves the others. The third id is behind it, the first and the last are not. */
	{ "mapping_to_nowhere", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(3, 0), MAPPING(0, 0, 0, 0x30), MAPPING(1, 1, 1, 0x31),
		MAPPING(2, 1, 2, 0x30), RMR(0, 2, 1), MAPPING(0, 0, 0, 0x31),
		MAPPING(0, 0xff, 0, 0x30), RANGE(0, 0x10000)),
	  .flags = NODES(3), .units = 1,
	  .note = "the root complex at offset 0x6c maps ids to offset 0x31, but there is no node",
	  .demands = "0xc8: 0x6, flags 0, segment 0, 0 + 0x10000, 0 to 0\n"
		     "0xc8: 0x6, flags 0, segment 0, 0 + 0x10000, 0x2 to 0x2\n"
		     "0xc8: 0x6, flags 0, segment 0, 0 + 0x10000, 0x3 to 0x3\n" },
	{ "mapping_to_nowhere", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(1, 0), MAPPING(0, 0, 0, 0x31)), .flags = NODES(2),
	  .units = 1,
	  .note = "the root complex at offset 0x6c maps ids to offset 0x31, but" },
	{ "mapping_to_nowhere", "IORT", BYTES(RMR(0, 1, 0), MAPPING(0, 0, 0, 0)), .flags = NODES(1),
	  .note = "the RMR at offset 0x30 maps ids to offset 0x0, but there is no node" },
	/* After a mapping for all ids, in a root complex that is not used. */
	{ "mapping_to_nowhere", "IORT",
	  BYTES(ROOT_COMPLEX(0, 0), ROOT_COMPLEX(2, 0), MAPPING_SINGLE(0, 0x30),
		MAPPING(0, 0, 0, 0x48)),
	  .flags = NODES(2), .note = "the root complex at offset 0x50 maps ids to offset" },
	/* Linux's sum of an RMR node's outputs is too small then, and so is that of a root complex's inputs. */
	{ "mapping_past_the_last_id", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(2, 0), MAPPING(0, 0xffff, 0, 0x30), MAPPING(1, 0xffffffff, 0, 0x30),
		RMR(0, 2, 1), MAPPING(0, 0xffffffff, 1, 0x30), MAPPING(0, 0, 7, 0x30),
		RANGE(0, 0x10000)),
	  .flags = NODES(3), .units = 1, .note = "the root complex at offset 0x6c maps ids above 0xffffffff",
	  .demands = "0xb4: 0x6, flags 0, segment 0, 0 + 0x10000, 0x7 to 0x7\n" },
	/* All inputs, of which only the first have an output. */
	{ "mapping_past_the_last_id", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(1, 0), MAPPING(0, 0xffffffff, 0x10000, 0x30), RMR(0, 1, 1),
		MAPPING(0, 0, 0x10007, 0x30), RANGE(0, 0x10000)),
	  .flags = NODES(3), .units = 1, .demands = "0xa0: 0x6, flags 0, segment 0, 0 + 0x10000, 0x7 to 0x7\n" },
	{ "mapping_past_the_last_id", "IORT",
	  BYTES(SMMU(4), RMR(0, 1, 0), MAPPING(0, 0xfffffffe, 2, 0x30)), .flags = NODES(2), .units = 1,
	  .note = "the RMR at offset 0x6c maps ids above 0xffffffff" },
	{ "mapping_past_the_last_id", "IORT",
	  BYTES(SMMU(4), ROOT_COMPLEX(1, 0), MAPPING(0xffff, 0xffff0001, 0, 0x30)),
	  .flags = NODES(2), .units = 1, .note = "the root complex at offset 0x6c maps ids above 0xffffffff" },

	{ "other_signature", "IVRs",
	  .bad = "neither IVRS, DMAR nor IORT: the signature at offset 0 is 49 56 52 73" },

	/* Linux still uses an IVRS, but not a DMAR. */
	{ "block_past_the_end", "IVRS",
	  BYTES(IVMD(0x20, 1, 0, 0, 0x1000, 0x1000), 0x77, 0, U16(65), [95] = 0),
	  .note = "the block at offset 0x50 with a length of 65 goes past the end of the table",
	  .demands = "0x30: 0x20, flags 0x1, segment 0, 0x1000 + 0x1000, all\n" },
	{ "block_past_the_end", "IVRS", BYTES(0x77, 0, U16(61), [63] = 0),
	  .note = "the last bytes, at offset 0x6d, are no block" },
	{ "block_past_the_end", "DMAR", BYTES(0x77, 0, U16(65), [63] = 0),
	  .bad = "the block at offset 0x30 with a length of 65 goes past the end of the table" },
	{ "block_past_the_end", "DMAR", BYTES(0x77, 0, U16(0xffff), [63] = 0),
	  .bad = "the block at offset 0x30 with a length of 65535 goes past the end" },
	{ "block_past_the_end", "DMAR", BYTES(0x77, 0, U16(61), [63] = 0),
	  .note = "the last bytes, at offset 0x6d, are no block" },

	{ "block_of_length_0", "IVRS",
	  BYTES(IVMD(0x20, 1, 0, 0, 0x1000, 0x1000), U32(0), IVMD(0x20, 1, 0, 0, 0x2000, 0x1000)),
	  .note = "a block of length 0 at offset 0x50 ends the table, 36 bytes before its end",
	  .demands = "0x30: 0x20, flags 0x1, segment 0, 0x1000 + 0x1000, all\n" },
	{ "block_of_length_0", "DMAR",
	  BYTES(RMRR(10, 0, 0x79f11000, 0x79f13fff), SCOPE(1, 10, 0, 2, 0, 0, 0), U32(0)),
	  .note = "a block of length 0 at offset 0x52 ends the table, 4 bytes before its end",
	  .demands = "0x30: 0x1, flags 0, segment 0, 0x79f11000 + 0x3000, bus 0 2.0 0.0\n" },
};

#endif
