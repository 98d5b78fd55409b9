// SPDX-License-Identifier: GPL-2.0-only
/*
 * table IN OUT [BLOCK...]: adds blocks that mandate 1:1 mappings to an IVRS, DMAR or IORT
 * table, for the kernel's ACPI table override. A block is, in hexadecimal:
 *
 *   TYPE:FLAGS:FIRST:LAST:START:LENGTH, an IVMD, for an IVRS. TYPE is 20 (all devices),
 *   21 (FIRST only) or 22 (FIRST to LAST), FLAGS as in the table (1 unity, 2 read,
 *   4 write, 8 exclusion), START and LENGTH in bytes.
 *
 *   SEGMENT:BASE:LAST:BUS:DEVICE.FUNCTION, an RMRR, for a DMAR. BASE and LAST are the
 *   first and last byte, and the device is on the bus that its host bridge has.
 *
 *   SEGMENT:FIRST:LAST:FLAGS:START:LENGTH, an RMR node, for an IORT. It is for the requester
 *   ids FIRST to LAST (bus << 8 | device << 3 | function) of the segment, which its root
 *   complex maps to an SMMU. FLAGS as in the table (1 may be remapped, 2 privileged, 4 times
 *   the memory's attributes: 14 for normal memory, cached). Linux only uses it if the
 *   host bridge's _DSM, function 5, returns 0.
 */
#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

enum {
	LENGTH_AT = 4,
	CHECKSUM_AT = 9,
	OEM_REVISION_AT = 24,
	HEADER_SIZE = 48,	/* in all three: ACPI's 36 bytes and 12 more */
	TABLE_MAX = 65536,

	BLOCK_SIZE = 32,	/* of an IVMD, and of an RMRR with one device */
	FIELDS = 6,
	TYPE_RMRR = 1,
	SCOPE_ENDPOINT = 1,
	SCOPE_SIZE = 8,

	REVISION_AT = 8,
	REVISION_WITH_RMR = 5,	/* the first in which Linux looks for RMR nodes */
	NODE_COUNT_AT = 36,
	NODES_AT = 40,
	ROOT_COMPLEX = 2,
	SMMU = 3,
	SMMU_V3 = 4,
	TYPE_RMR = 6,
	RMR_REVISION = 3,
	MAPPING_SIZE = 20,
	MAPPING_AT = 28,	/* in an RMR node; its memory range follows */
	RANGE_AT = MAPPING_AT + MAPPING_SIZE,
	RMR_SIZE = RANGE_AT + 20,
};

static void aim(uint8_t *node, const uint64_t *value, const char *text);

static const struct kind {
	char signature[5];
	const char *block, *separators;		/* the form of a block, and what ends each number */
	struct {
		unsigned int at, bytes;
	} field[FIELDS];			/* where the numbers go; 0 bytes: not stored */
	size_t size;
	uint8_t fixed[RMR_SIZE];		/* what all blocks have in common */
	/* Completes a block; may be NULL. */
	void (*finish)(uint8_t *block, const uint64_t *value, const char *text);
} kinds[] = {
	{ "IVRS", "TYPE:FLAGS:FIRST:LAST:START:LENGTH", ":::::",
	  { { 0, 1 }, { 1, 1 }, { 4, 2 }, { 6, 2 }, { 16, 8 }, { 24, 8 } },
	  BLOCK_SIZE, { [2] = BLOCK_SIZE }, NULL },
	/* The only device scope of the block, at its end. */
	{ "DMAR", "SEGMENT:BASE:LAST:BUS:DEVICE.FUNCTION", "::::.",
	  { { 6, 2 }, { 8, 8 }, { 16, 8 }, { 29, 1 }, { 30, 1 }, { 31, 1 } },
	  BLOCK_SIZE,
	  { [0] = TYPE_RMRR, [2] = BLOCK_SIZE, [24] = SCOPE_ENDPOINT, [25] = SCOPE_SIZE }, NULL },
	{ "IORT", "SEGMENT:FIRST:LAST:FLAGS:START:LENGTH", ":::::",
	  { { 0, 0 }, { 0, 0 }, { 0, 0 }, { 16, 4 }, { RANGE_AT, 8 }, { RANGE_AT + 8, 8 } },
	  RMR_SIZE,
	  { [0] = TYPE_RMR, [1] = RMR_SIZE, [3] = RMR_REVISION, [8] = 1, [12] = MAPPING_AT,
	    [20] = 1, [24] = RANGE_AT },
	  aim },
};

static uint8_t table[TABLE_MAX];
static size_t table_size;

static const struct kind *read_table(const char *path)
{
	const struct kind *kind;

	table_size = read_file(path, table, sizeof(table));
	if (table_size >= HEADER_SIZE && get(table + LENGTH_AT, 4) == table_size)
		for (kind = kinds; kind < kinds + sizeof(kinds) / sizeof(kinds[0]); kind++)
			if (!memcmp(table, kind->signature, 4))
				return kind;
	errx(1, "%s: neither an IVRS, DMAR nor IORT table", path);
}

/* The node at offset @at of the table; ends the program if it is not complete. */
static const uint8_t *node_at(size_t at)
{
	const uint8_t *node = table + (at < table_size ? at : 0);

	if (at < HEADER_SIZE || at + 16 > table_size || get(node + 1, 2) < 16 ||
	    at + get(node + 1, 2) > table_size)
		errx(1, "the IORT has no node at 0x%zx", at);
	return node;
}

/* The mapping of a root complex that maps all of these ids to an SMMU, or NULL. */
static const uint8_t *mapping_of(const uint8_t *root, uint64_t first, uint64_t last)
{
	size_t at = get(root + 12, 4), count = get(root + 8, 4);

	for (; count--; at += MAPPING_SIZE) {
		const uint8_t *mapping = root + at, *to;

		if (at + MAPPING_SIZE > get(root + 1, 2))
			errx(1, "the IORT has a root complex that does not hold its mappings");
		to = node_at(get(mapping + 12, 4));
		if (get(mapping, 4) <= first && last <= get(mapping, 4) + get(mapping + 4, 4) &&
		    (*to == SMMU || *to == SMMU_V3))
			return mapping;
	}
	return NULL;
}

/* Sets the stream ids of an RMR node, which comes after the last node, and counts it. */
static void aim(uint8_t *node, const uint64_t *value, const char *text)
{
	uint64_t count = get(table + NODE_COUNT_AT, 4), first = value[1], last = value[2], i;
	size_t at = get(table + NODES_AT, 4);
	const uint8_t *mapping = NULL;

	for (i = 0; i < count; i++, at += get(table + at + 1, 2))
		if (*node_at(at) == ROOT_COMPLEX && get(table + at + 28, 4) == value[0] && !mapping)
			mapping = mapping_of(table + at, first, last);
	if (at != table_size)
		errx(1, "the IORT has something behind its nodes");
	if (first > last || !mapping)
		errx(1, "block \"%s\": no root complex maps these ids to one SMMU", text);

	put(node + 4, 4, count);
	put(node + MAPPING_AT + 4, 4, last - first);
	put(node + MAPPING_AT + 8, 4, get(mapping + 8, 4) + first - get(mapping, 4));
	put(node + MAPPING_AT + 12, 4, get(mapping + 12, 4));
	put(table + NODE_COUNT_AT, 4, count + 1);
	if (table[REVISION_AT] < REVISION_WITH_RMR)
		table[REVISION_AT] = REVISION_WITH_RMR;
}

static void add_block(const struct kind *kind, const char *text)
{
	uint8_t *block = table + table_size;
	uint64_t value[FIELDS];
	const char *at = text;
	unsigned int i;
	char *end;

	if (table_size + kind->size > TABLE_MAX)
		errx(1, "too many blocks for one table");
	memcpy(block, kind->fixed, kind->size);
	for (i = 0; i < FIELDS; i++, at = end + 1) {
		value[i] = strtoull(at, &end, 16);
		put(block + kind->field[i].at, kind->field[i].bytes, value[i]);
		if (end == at || *end != kind->separators[i])
			errx(2, "block \"%s\" is not %s", text, kind->block);
	}
	if (kind->finish)
		kind->finish(block, value, text);
	table_size += kind->size;
}

/* The kernel uses an override only if its OEM revision is higher. */
static void seal(void)
{
	uint8_t sum = 0;
	size_t i;

	put(table + LENGTH_AT, 4, table_size);
	put(table + OEM_REVISION_AT, 4, get(table + OEM_REVISION_AT, 4) + 1);
	table[CHECKSUM_AT] = 0;
	for (i = 0; i < table_size; i++)
		sum += table[i];
	table[CHECKSUM_AT] = -sum;
}

int main(int argc, char **argv)
{
	const struct kind *kind;
	int i;

	if (argc < 3)
		errx(2, "usage: table IN OUT [BLOCK...]");

	kind = read_table(argv[1]);
	for (i = 3; i < argc; i++)
		add_block(kind, argv[i]);
	seal();
	write_file(argv[2], table, table_size);

	return 0;
}
