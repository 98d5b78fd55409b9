// SPDX-License-Identifier: GPL-2.0-only
#include "host/acpi.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/acpi_parse.h"

enum {
	/* In any ACPI table. */
	LENGTH_AT = 4,
	/* In IVRS and DMAR: the beginning of each block. */
	BLOCK_LENGTH_AT = 2,
	BLOCK_HEADER_SIZE = 4,

	/* Real tables are much smaller; this limits the cost of a forged one. */
	TABLE_SIZE_MAX = 1 << 20,

	IVMD_ALL = 0x20,
	IVMD_ONE = 0x21,
	IVMD_RANGE = 0x22,
	IVMD_SIZE = 32,
	IVMD_UNITY = 0x01,
	IVMD_EXCLUSION = 0x08,

	RMRR = 1,
	RMRR_SIZE = 24,
	SCOPE_ENDPOINT = 1,
	SCOPE_SUB_HIERARCHY = 2,
	SCOPE_HEADER_SIZE = 6,
	HOP_SIZE = 2,
};

int flaw(struct parse *parse, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(parse->error, parse->error_size, format, arguments);
	va_end(arguments);

	return -1;
}

void note(struct parse *parse, const char *format, ...)
{
	va_list arguments;

	if (*parse->table->note)
		return;
	va_start(arguments, format);
	vsnprintf(parse->table->note, sizeof(parse->table->note), format, arguments);
	va_end(arguments);
}

void *grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? 2 * *room : 16;

	return reallocarray(array, *room, size);
}

int out_of_memory(struct parse *parse)
{
	return flaw(parse, "not enough memory for the table's %zu bytes", parse->bytes.size);
}

int add_demand(struct parse *parse, const struct acpi_demand *demand)
{
	struct acpi_table *table = parse->table;
	struct acpi_demand *more = grow(table->demands, table->count, &parse->room, sizeof(*more));

	if (!more)
		return out_of_memory(parse);
	table->demands = more;
	table->demands[table->count++] = *demand;

	return 0;
}

static int parse_ivhd(struct parse *parse, size_t at, size_t length)
{
	uint32_t *more = grow(parse->ivhds, parse->ivhd_count, &parse->ivhd_room, sizeof(*more));

	(void)length;
	if (!more)
		return out_of_memory(parse);
	parse->ivhds = more;
	parse->ivhds[parse->ivhd_count++] = (uint32_t)bytes_u16(parse->bytes, at + 16) << 16 |
					    bytes_u16(parse->bytes, at + 4);

	return 0;
}

uint64_t page_align(uint64_t bytes)
{
	return (bytes + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

static int parse_ivmd(struct parse *parse, size_t at, size_t length)
{
	struct bytes block = bytes_part(parse->bytes, at, IVMD_SIZE);
	struct acpi_demand demand = {
		.offset = at,
		.block = bytes_u8(block, 0),
		.flags = bytes_u8(block, 1),
		.segment = bytes_u16(block, 8),
		.start = page_align(bytes_u64(block, 16)),
		.length = page_align(bytes_u64(block, 24)),
	};

	(void)length;
	if (demand.length && demand.start > UINT64_MAX - (demand.length - 1))
		demand.length = -demand.start;

	if (demand.block == IVMD_ALL) {
		demand.target = ACPI_TARGET_ALL;
	} else {
		demand.target = ACPI_TARGET_RANGE;
		demand.first = bytes_u16(block, 4);
		demand.last = demand.block == IVMD_RANGE ? bytes_u16(block, 6) : demand.first;
	}
	if (!(demand.flags & (IVMD_UNITY | IVMD_EXCLUSION)))
		demand.ignored = "has neither the unity nor the exclusion flag";
	else if (demand.last < demand.first)
		demand.ignored = "has a range that is backwards";

	return add_demand(parse, &demand);
}

static int parse_drhd(struct parse *parse, size_t at, size_t length)
{
	(void)at;
	(void)length;
	parse->table->units++;

	return 0;
}

/* @demand has what all scopes of its RMRR share. */
static int parse_scope(struct parse *parse, size_t at, size_t length, struct acpi_demand demand)
{
	uint8_t type = bytes_u8(parse->bytes, at);
	size_t hops = length < SCOPE_HEADER_SIZE ? 0 : (length - SCOPE_HEADER_SIZE) / HOP_SIZE;
	const char *wrong = hops ? NULL : "has a device scope without a path";

	if (type == SCOPE_ENDPOINT)
		demand.target = ACPI_TARGET_PATH;
	else if (type == SCOPE_SUB_HIERARCHY)
		demand.target = ACPI_TARGET_SUBTREE;
	else
		return 0;

	demand.bus = bytes_u8(parse->bytes, at + 5);
	for (at += SCOPE_HEADER_SIZE; demand.hops < hops && !wrong; at += HOP_SIZE) {
		uint8_t device, function;

		if (demand.hops == ACPI_PATH_MAX) {
			wrong = "has a device scope through more devices than are supported";
		} else if (!bytes_has(parse->bytes, at, HOP_SIZE)) {
			wrong = "has a device scope that goes past the end of the table";
		} else {
			device = bytes_u8(parse->bytes, at);
			function = bytes_u8(parse->bytes, at + 1);
			demand.path[demand.hops].device = device;
			demand.path[demand.hops++].function = function;
			if (device > 31 || function > 7)
				wrong = "names a device that PCI does not have";
		}
	}
	if (!demand.ignored)
		demand.ignored = wrong;

	return add_demand(parse, &demand);
}

/*
 * Linux reads as many bytes of a scope as the scope's length says, even past the end of the
 * RMRR. With a length of 0 it loops forever, so no such host boots.
 */
static int parse_rmrr(struct parse *parse, size_t at, size_t length)
{
	struct acpi_demand demand = {
		.offset = at,
		.block = RMRR,
		.segment = bytes_u16(parse->bytes, at + 6),
		.start = bytes_u64(parse->bytes, at + 8),
	};
	uint64_t limit = bytes_u64(parse->bytes, at + 16);
	size_t scope, scope_length;

	demand.length = limit - demand.start + 1;
	if (limit < demand.start) {
		demand.length = 0;
		demand.ignored = "has a limit below its base";
	}

	for (scope = at + RMRR_SIZE; scope < at + length; scope += scope_length) {
		scope_length = 0;
		if (bytes_has(parse->bytes, scope, SCOPE_HEADER_SIZE))
			scope_length = bytes_u8(parse->bytes, scope + 1);
		if (!scope_length) {
			note(parse, "the RMRR at offset 0x%zx has a device scope at offset 0x%zx that is "
				    "no whole one", at, scope);
			break;
		}
		if (parse_scope(parse, scope, scope_length, demand))
			return -1;
	}

	return 0;
}

/*
 * The blocks that are decoded. Of each, at least the first @looked_at bytes are read, whatever
 * its length says, as Linux does.
 */
struct block_kind {
	uint16_t type;
	uint16_t looked_at;
	int (*parse)(struct parse *parse, size_t at, size_t length);
};

static const struct block_kind ivrs_blocks[] = {
	{ 0x10, 24, parse_ivhd },
	{ 0x11, 24, parse_ivhd },
	{ 0x40, 24, parse_ivhd },
	{ IVMD_ALL, IVMD_SIZE, parse_ivmd },
	{ IVMD_ONE, IVMD_SIZE, parse_ivmd },
	{ IVMD_RANGE, IVMD_SIZE, parse_ivmd },
	{ 0 },
};

static const struct block_kind dmar_blocks[] = {
	{ 0, 16, parse_drhd },
	{ RMRR, RMRR_SIZE, parse_rmrr },
	{ 0 },
};

static const struct table_kind {
	char signature[5];
	enum acpi_table_kind kind;
	/* The byte, and the bit in it, that report DMA protection. */
	uint8_t protection_at, protection;
	uint8_t type_width;
	/* Linux does not use the IOMMU if this is wrong: the checksum, a block past the end. */
	bool checksum_counts, end_counts;
	const struct block_kind *blocks;	/* NULL: the table has nodes instead */
} table_kinds[] = {
	{ "IVRS", ACPI_TABLE_IVRS, 36, 0x02, 1, true, false, ivrs_blocks },
	{ "DMAR", ACPI_TABLE_DMAR, 37, 0x04, 2, false, true, dmar_blocks },
	{ "IORT", ACPI_TABLE_IORT, 0, 0, 0, false, true, NULL },
};

static int parse_block(struct parse *parse, const struct table_kind *table, size_t at, size_t length)
{
	uint64_t type = bytes_number(parse->bytes, at, table->type_width);
	const struct block_kind *kind;

	for (kind = table->blocks; kind->parse; kind++) {
		if (kind->type != type)
			continue;
		if (bytes_has(parse->bytes, at, kind->looked_at))
			return kind->parse(parse, at, length);
		note(parse, "the block at offset 0x%zx is cut off by the end of the table", at);
	}

	return 0;
}

static int parse_blocks(struct parse *parse, const struct table_kind *table)
{
	size_t end = parse->bytes.size;
	size_t at, length;

	for (at = HEADER_SIZE; at < end; at += length) {
		if (!bytes_has(parse->bytes, at, BLOCK_HEADER_SIZE)) {
			note(parse, "the last bytes, at offset 0x%zx, are no block", at);
			break;
		}
		length = bytes_u16(parse->bytes, at + BLOCK_LENGTH_AT);
		if (!length) {
			note(parse, "a block of length 0 at offset 0x%zx ends the table, %zu bytes before "
				    "its end", at, end - at);
			break;
		}
		if (length > end - at) {
			if (table->end_counts)
				return flaw(parse, "the block at offset 0x%zx with a length of %zu goes "
					    "past the end of the table", at, length);
			note(parse, "the block at offset 0x%zx with a length of %zu goes past the end of "
				    "the table", at, length);
			length = end - at;
		}
		if (parse_block(parse, table, at, length))
			return -1;
	}

	return 0;
}

static int compare_ids(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* An IOMMU may have one block of each IVHD type; they have the same device id. */
static size_t count_distinct(uint32_t *ids, size_t count)
{
	size_t distinct = 0;
	size_t i;

	if (count)
		qsort(ids, count, sizeof(*ids), compare_ids);
	for (i = 0; i < count; i++)
		distinct += !i || ids[i] != ids[i - 1];

	return distinct;
}

static int parse_table(struct parse *parse)
{
	struct bytes bytes = parse->bytes;
	const struct table_kind *table = table_kinds;
	uint8_t sum;

	if (bytes.size < ACPI_HEADER_SIZE)
		return flaw(parse, "%zu bytes are too few for an ACPI table", bytes.size);
	for (; memcmp(bytes.at, table->signature, 4); table++)
		if (table + 1 == table_kinds + sizeof(table_kinds) / sizeof(*table_kinds))
			return flaw(parse, "neither IVRS, DMAR nor IORT: the signature at "
				    "offset 0 is %02x %02x %02x %02x", bytes.at[0], bytes.at[1],
				    bytes.at[2], bytes.at[3]);
	if (bytes_u32(bytes, LENGTH_AT) != bytes.size)
		return flaw(parse, "the length at offset 0x%x is %lu, but there are %zu bytes",
			    LENGTH_AT, (unsigned long)bytes_u32(bytes, LENGTH_AT), bytes.size);
	if (bytes.size < HEADER_SIZE)
		return flaw(parse, "%zu bytes are too few for the header of %s, %d", bytes.size,
			    table->signature, HEADER_SIZE);
	if (bytes.size > TABLE_SIZE_MAX)
		return flaw(parse, "%zu bytes are more than any firmware's table has", bytes.size);
	sum = bytes_sum(bytes);
	if (sum && table->checksum_counts)
		return flaw(parse, "the checksum at offset 0x9 is wrong: the bytes sum up to "
			    "0x%02x, not to 0", sum);
	if (sum)
		note(parse, "the checksum at offset 0x9 is wrong: the bytes sum up to 0x%02x, not to "
			    "0", sum);

	parse->table->kind = table->kind;
	parse->table->dma_protection = bytes_u8(bytes, table->protection_at) & table->protection;

	if (!table->blocks)
		return iort_parse(parse);
	if (parse_blocks(parse, table))
		return -1;
	if (table->kind == ACPI_TABLE_IVRS)
		parse->table->units = count_distinct(parse->ivhds, parse->ivhd_count);

	return 0;
}

int acpi_table_parse(const void *bytes, size_t size, struct acpi_table *table,
		     char *error, size_t error_size)
{
	struct parse parse = {
		.bytes = { bytes, size },
		.table = table,
		.error = error,
		.error_size = error_size,
	};
	int status;

	memset(table, 0, sizeof(*table));
	status = parse_table(&parse);
	free(parse.ivhds);
	if (status)
		acpi_table_free(table);

	return status;
}

void acpi_table_free(struct acpi_table *table)
{
	free(table->demands);
	memset(table, 0, sizeof(*table));
}
