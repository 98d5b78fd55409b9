// SPDX-License-Identifier: GPL-2.0-only
#include "host/acpi.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/acpi_parse.h"

enum {
	/* In any ACPI table. */
	LENGTH_AT = 4,
	/* IVRS and DMAR: what each block begins with. */
	BLOCK_LENGTH_AT = 2,
	BLOCK_HEADER_SIZE = 4,

	IVMD_ALL = 0x20,
	IVMD_ONE = 0x21,
	IVMD_RANGE = 0x22,
	IVMD_SIZE = 32,
	IVHD_SIZE_MIN = 24,

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

static int parse_ivhd(struct parse *parse, struct bytes block, size_t offset)
{
	(void)offset;
	parse->ivhds[parse->ivhd_count++] =
		(uint32_t)bytes_u16(block, 16) << 16 | bytes_u16(block, 4);

	return 0;
}

static int parse_ivmd(struct parse *parse, struct bytes block, size_t offset)
{
	struct acpi_demand demand = {
		.offset = offset,
		.block = bytes_u8(block, 0),
		.flags = bytes_u8(block, 1),
		.segment = bytes_u16(block, 8),
		.start = bytes_u64(block, 16),
		.length = bytes_u64(block, 24),
	};

	if (demand.start > UINT64_MAX - demand.length)
		return flaw(parse, "the IVMD at offset 0x%zx wants memory past the last address: "
			    "start 0x%llx, length 0x%llx", offset,
			    (unsigned long long)demand.start, (unsigned long long)demand.length);

	if (demand.block == IVMD_ALL) {
		demand.target = ACPI_TARGET_ALL;
	} else {
		demand.target = ACPI_TARGET_RANGE;
		demand.first = bytes_u16(block, 4);
		demand.last = demand.block == IVMD_RANGE ? bytes_u16(block, 6) : demand.first;
	}
	if (demand.last < demand.first)
		return flaw(parse, "the IVMD at offset 0x%zx is for device ids 0x%04x to 0x%04x, "
			    "which is backwards", offset, demand.first, demand.last);

	parse->table->demands[parse->table->count++] = demand;

	return 0;
}

static int parse_drhd(struct parse *parse, struct bytes block, size_t offset)
{
	(void)block;
	(void)offset;
	parse->table->units++;

	return 0;
}

/* @demand has all that the scopes of its RMRR share. */
static int parse_scope(struct parse *parse, struct bytes scope, size_t offset,
		       struct acpi_demand demand)
{
	uint8_t type = bytes_u8(scope, 0);
	size_t path_size = scope.size - SCOPE_HEADER_SIZE;
	size_t i;

	if (type == SCOPE_ENDPOINT)
		demand.target = ACPI_TARGET_PATH;
	else if (type == SCOPE_SUB_HIERARCHY)
		demand.target = ACPI_TARGET_SUBTREE;
	else
		return 0;

	if (path_size % HOP_SIZE || !path_size)
		return flaw(parse, "the device scope at offset 0x%zx has a path of %zu bytes, "
			    "which are no pairs of device and function", offset, path_size);
	if (path_size / HOP_SIZE > ACPI_PATH_MAX)
		return flaw(parse, "the device scope at offset 0x%zx has a path through %zu "
			    "devices, more than the %d that are supported", offset,
			    path_size / HOP_SIZE, ACPI_PATH_MAX);

	demand.bus = bytes_u8(scope, 5);
	demand.hops = (uint8_t)(path_size / HOP_SIZE);
	for (i = 0; i < demand.hops; i++) {
		demand.path[i].device = bytes_u8(scope, SCOPE_HEADER_SIZE + i * HOP_SIZE);
		demand.path[i].function = bytes_u8(scope, SCOPE_HEADER_SIZE + i * HOP_SIZE + 1);
		if (demand.path[i].device > 31 || demand.path[i].function > 7)
			return flaw(parse, "the device scope at offset 0x%zx names device 0x%x, "
				    "function 0x%x, which PCI does not have", offset,
				    demand.path[i].device, demand.path[i].function);
	}

	parse->table->demands[parse->table->count++] = demand;

	return 0;
}

static int parse_rmrr(struct parse *parse, struct bytes block, size_t offset)
{
	struct acpi_demand demand = {
		.offset = offset,
		.block = RMRR,
		.segment = bytes_u16(block, 6),
		.start = bytes_u64(block, 8),
	};
	uint64_t limit = bytes_u64(block, 16);
	size_t at, length;

	/* The limit is the last byte; with the last of all, the end would wrap to 0. */
	if (limit < demand.start || limit == UINT64_MAX)
		return flaw(parse, "the RMRR at offset 0x%zx has the limit 0x%llx, which does not "
			    "fit its base 0x%llx", offset, (unsigned long long)limit,
			    (unsigned long long)demand.start);
	demand.length = limit - demand.start + 1;

	for (at = RMRR_SIZE; at < block.size; at += length) {
		if (!bytes_has(block, at, SCOPE_HEADER_SIZE))
			return flaw(parse, "the device scope at offset 0x%zx is cut off by the end "
				    "of its RMRR", offset + at);
		length = bytes_u8(block, at + 1);
		if (length < SCOPE_HEADER_SIZE)
			return flaw(parse, "the device scope at offset 0x%zx has a length of %zu, "
				    "less than the %d of its header", offset + at, length,
				    SCOPE_HEADER_SIZE);
		if (!bytes_has(block, at, length))
			return flaw(parse, "the device scope at offset 0x%zx with a length of %zu "
				    "goes past the end of its RMRR", offset + at, length);
		if (parse_scope(parse, bytes_part(block, at, length), offset + at, demand))
			return -1;
	}

	return 0;
}

/* The blocks that are looked into, each of @shortest bytes at least. */
struct block_kind {
	uint16_t type;
	uint16_t shortest;
	const char *name;
	int (*parse)(struct parse *parse, struct bytes block, size_t offset);
};

static const struct block_kind ivrs_blocks[] = {
	{ 0x10, IVHD_SIZE_MIN, "IVHD", parse_ivhd },
	{ 0x11, 40, "IVHD", parse_ivhd },
	{ 0x40, 40, "IVHD", parse_ivhd },
	{ IVMD_ALL, IVMD_SIZE, "IVMD", parse_ivmd },
	{ IVMD_ONE, IVMD_SIZE, "IVMD", parse_ivmd },
	{ IVMD_RANGE, IVMD_SIZE, "IVMD", parse_ivmd },
	{ 0 },
};

static const struct block_kind dmar_blocks[] = {
	{ 0, 16, "DRHD", parse_drhd },
	{ RMRR, RMRR_SIZE, "RMRR", parse_rmrr },
	{ 0 },
};

static const struct {
	char signature[5];
	enum acpi_table_kind kind;
	/* The byte and its bit that tell of DMA protection. */
	uint8_t protection_at, protection;
	uint8_t type_width;
	/* No block makes more demands than one for so many of its bytes. */
	uint8_t demand_size_min;
	const struct block_kind *blocks;	/* NULL: it has nodes instead */
} table_kinds[] = {
	{ "IVRS", ACPI_TABLE_IVRS, 36, 0x02, 1, IVMD_SIZE, ivrs_blocks },
	{ "DMAR", ACPI_TABLE_DMAR, 37, 0x04, 2, SCOPE_HEADER_SIZE + HOP_SIZE, dmar_blocks },
	{ "IORT", ACPI_TABLE_IORT, 0, 0, 0, 0, NULL },
};

static int parse_blocks(struct parse *parse, size_t type_width, const struct block_kind *blocks)
{
	const struct block_kind *kind;
	size_t at, length;
	uint64_t type;

	for (at = HEADER_SIZE; at < parse->bytes.size; at += length) {
		if (!bytes_has(parse->bytes, at, BLOCK_HEADER_SIZE))
			return flaw(parse, "the block at offset 0x%zx is cut off by the end of the "
				    "table", at);
		type = bytes_number(parse->bytes, at, type_width);
		length = bytes_u16(parse->bytes, at + BLOCK_LENGTH_AT);
		if (length < BLOCK_HEADER_SIZE)
			return flaw(parse, "the block at offset 0x%zx has a length of %zu, less "
				    "than the %d of its header", at, length, BLOCK_HEADER_SIZE);
		if (!bytes_has(parse->bytes, at, length))
			return flaw(parse, "the block at offset 0x%zx with a length of %zu goes "
				    "past the end of the table", at, length);

		for (kind = blocks; kind->name; kind++)
			if (kind->type == type)
				break;
		if (!kind->name)
			continue;
		if (length < kind->shortest)
			return flaw(parse, "the %s at offset 0x%zx has a length of %zu, less than "
				    "the %u that it takes", kind->name, at, length, kind->shortest);
		if (kind->parse(parse, bytes_part(parse->bytes, at, length), at))
			return -1;
	}

	return 0;
}

static int compare_ids(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* An IOMMU may have a block of each IVHD type: they share its device id. */
static size_t count_distinct(uint32_t *ids, size_t count)
{
	size_t distinct = 0;
	size_t i;

	qsort(ids, count, sizeof(*ids), compare_ids);
	for (i = 0; i < count; i++)
		distinct += !i || ids[i] != ids[i - 1];

	return distinct;
}

static int parse_table(struct parse *parse)
{
	struct bytes bytes = parse->bytes;
	size_t kind, blocks_size;
	uint8_t sum;

	if (bytes.size < ACPI_HEADER_SIZE)
		return flaw(parse, "%zu bytes are too few for an ACPI table", bytes.size);
	for (kind = 0; memcmp(bytes.at, table_kinds[kind].signature, 4); kind++)
		if (kind + 1 == sizeof(table_kinds) / sizeof(*table_kinds))
			return flaw(parse, "neither IVRS, DMAR nor IORT: the signature at "
				    "offset 0 is %02x %02x %02x %02x", bytes.at[0], bytes.at[1],
				    bytes.at[2], bytes.at[3]);
	if (bytes_u32(bytes, LENGTH_AT) != bytes.size)
		return flaw(parse, "the length at offset 0x%x is %lu, but there are %zu bytes",
			    LENGTH_AT, (unsigned long)bytes_u32(bytes, LENGTH_AT), bytes.size);
	if (bytes.size < HEADER_SIZE)
		return flaw(parse, "%zu bytes are too few for the header of %s, %d", bytes.size,
			    table_kinds[kind].signature, HEADER_SIZE);
	sum = bytes_sum(bytes);
	if (sum)
		return flaw(parse, "the checksum at offset 0x9 is wrong: the bytes sum up to "
			    "0x%02x, not to 0", sum);

	parse->table->kind = table_kinds[kind].kind;
	parse->table->dma_protection =
		bytes_u8(bytes, table_kinds[kind].protection_at) & table_kinds[kind].protection;
	if (!table_kinds[kind].blocks)
		return iort_parse(parse);

	/* Room for all that there can be; one more, for where there is none. */
	blocks_size = bytes.size - HEADER_SIZE;
	parse->table->demands = calloc(blocks_size / table_kinds[kind].demand_size_min + 1,
				       sizeof(*parse->table->demands));
	parse->ivhds = calloc(blocks_size / IVHD_SIZE_MIN + 1, sizeof(*parse->ivhds));
	if (!parse->table->demands || !parse->ivhds)
		return flaw(parse, "not enough memory for the table's %zu bytes", bytes.size);

	if (parse_blocks(parse, table_kinds[kind].type_width, table_kinds[kind].blocks))
		return -1;
	if (parse->table->kind == ACPI_TABLE_IVRS)
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
