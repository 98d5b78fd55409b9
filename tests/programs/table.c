// SPDX-License-Identifier: GPL-2.0-only
/*
 * table IN OUT [BLOCK...]: adds blocks to an IVRS or DMAR table, as firmware that wants
 * 1:1 mappings has them, for the kernel's ACPI table override. A block is, in hexadecimal:
 *
 *   TYPE:FLAGS:FIRST:LAST:START:LENGTH, an IVMD, for an IVRS. TYPE is 20 (all devices),
 *   21 (FIRST only) or 22 (FIRST to LAST), FLAGS as in the table (1 unity, 2 read,
 *   4 write, 8 exclusion), START and LENGTH in bytes.
 *
 *   SEGMENT:BASE:LAST:BUS:DEVICE.FUNCTION, an RMRR, for a DMAR. BASE and LAST are the
 *   first and last byte, and the device is on the bus that its host bridge has.
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
	HEADER_SIZE = 48,	/* IVRS and DMAR alike: ACPI's 36 bytes and 12 more */
	TABLE_MAX = 65536,

	BLOCK_SIZE = 32,
	FIELDS = 6,
	TYPE_RMRR = 1,
	SCOPE_ENDPOINT = 1,
	SCOPE_SIZE = 8,
};

static const struct kind {
	char signature[5];
	const char *block, *separators;		/* how a block is written, what ends each number */
	struct {
		unsigned int at, bytes;
	} field[FIELDS];			/* where the numbers go */
	uint8_t fixed[BLOCK_SIZE];		/* what is the same in each block */
} kinds[] = {
	{ "IVRS", "TYPE:FLAGS:FIRST:LAST:START:LENGTH", ":::::",
	  { { 0, 1 }, { 1, 1 }, { 4, 2 }, { 6, 2 }, { 16, 8 }, { 24, 8 } },
	  { [2] = BLOCK_SIZE } },
	/* The device is the block's only scope, at its end. */
	{ "DMAR", "SEGMENT:BASE:LAST:BUS:DEVICE.FUNCTION", "::::.",
	  { { 6, 2 }, { 8, 8 }, { 16, 8 }, { 29, 1 }, { 30, 1 }, { 31, 1 } },
	  { [0] = TYPE_RMRR, [2] = BLOCK_SIZE, [24] = SCOPE_ENDPOINT, [25] = SCOPE_SIZE } },
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
	errx(1, "%s: neither an IVRS nor a DMAR table", path);
}

static void add_block(const struct kind *kind, const char *text)
{
	uint8_t *block = table + table_size;
	const char *at = text;
	unsigned int i;
	char *end;

	if (table_size + BLOCK_SIZE > TABLE_MAX)
		errx(1, "too many blocks for one table");
	memcpy(block, kind->fixed, BLOCK_SIZE);
	for (i = 0; i < FIELDS; i++, at = end + 1) {
		put(block + kind->field[i].at, kind->field[i].bytes, strtoull(at, &end, 16));
		if (end == at || *end != kind->separators[i])
			errx(2, "block \"%s\" is not %s", text, kind->block);
	}
	table_size += BLOCK_SIZE;
}

/* The kernel takes an override only where its OEM revision is higher. */
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
