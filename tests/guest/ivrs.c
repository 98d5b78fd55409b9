// SPDX-License-Identifier: GPL-2.0-only
/*
 * ivrs IN OUT [BLOCK...]: adds IVMD blocks to an IVRS table, as firmware that
 * wants 1:1 mappings has them, for the kernel's ACPI table override.
 *
 * BLOCK is TYPE:FLAGS:FIRST:LAST:START:LENGTH in hexadecimal; TYPE is 20 (all
 * devices), 21 (FIRST only) or 22 (FIRST to LAST), FLAGS as in the table
 * (1 unity, 2 read, 4 write, 8 exclusion), START and LENGTH in bytes.
 */
#include <err.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

enum {
	LENGTH_AT = 4,
	CHECKSUM_AT = 9,
	OEM_REVISION_AT = 24,
	HEADER_SIZE = 48,
	IVMD_SIZE = 32,
	TABLE_MAX = 65536,
};

static size_t add_ivmd(uint8_t *table, size_t size, const char *text)
{
	uint32_t type, flags, first, last;
	uint64_t start, length;
	uint8_t *ivmd = table + size;

	if (sscanf(text, "%" SCNx32 ":%" SCNx32 ":%" SCNx32 ":%" SCNx32 ":%" SCNx64 ":%" SCNx64,
		   &type, &flags, &first, &last, &start, &length) != 6)
		errx(2, "block \"%s\" is not TYPE:FLAGS:FIRST:LAST:START:LENGTH", text);
	if (size + IVMD_SIZE > TABLE_MAX)
		errx(1, "too many blocks for one table");

	memset(ivmd, 0, IVMD_SIZE);
	put(ivmd, 1, type);
	put(ivmd + 1, 1, flags);
	put(ivmd + 2, 2, IVMD_SIZE);
	put(ivmd + 4, 2, first);
	put(ivmd + 6, 2, last);
	put(ivmd + 16, 8, start);
	put(ivmd + 24, 8, length);

	return size + IVMD_SIZE;
}

/* The kernel takes an override only where its OEM revision is higher. */
static void seal(uint8_t *table, size_t size)
{
	uint8_t sum = 0;
	size_t i;

	put(table + LENGTH_AT, 4, size);
	put(table + OEM_REVISION_AT, 4, get(table + OEM_REVISION_AT, 4) + 1);
	table[CHECKSUM_AT] = 0;
	for (i = 0; i < size; i++)
		sum += table[i];
	table[CHECKSUM_AT] = -sum;
}

int main(int argc, char **argv)
{
	static uint8_t table[TABLE_MAX];
	size_t size;
	int i;

	if (argc < 3)
		errx(2, "usage: ivrs IN OUT [TYPE:FLAGS:FIRST:LAST:START:LENGTH...]");

	size = read_file(argv[1], table, sizeof(table));
	if (size < HEADER_SIZE || memcmp(table, "IVRS", 4) ||
	    get(table + LENGTH_AT, 4) != size)
		errx(1, "%s: not an IVRS table", argv[1]);

	for (i = 3; i < argc; i++)
		size = add_ivmd(table, size, argv[i]);
	seal(table, size);
	write_file(argv[2], table, size);

	return 0;
}
