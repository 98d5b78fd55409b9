// SPDX-License-Identifier: GPL-2.0-only
/* ACPI tables for the kernel's override. */
#include <err.h>
#include <string.h>

#include "bytes.h"
#include "table.h"

enum {
	LENGTH_AT = 4,
	CHECKSUM_AT = 9,
	OEM_REVISION_AT = 24,
	HEADER_SIZE = 48,	/* IVRS and DMAR alike: ACPI's 36 bytes and 12 more */
};

void table_read(struct table *table, const char *path, const char *signature)
{
	table->size = read_file(path, table->bytes, sizeof(table->bytes));
	if (table->size < HEADER_SIZE || memcmp(table->bytes, signature, 4) ||
	    get(table->bytes + LENGTH_AT, 4) != table->size)
		errx(1, "%s: not a table %s", path, signature);
}

uint8_t *table_append(struct table *table, size_t size)
{
	uint8_t *block = table->bytes + table->size;

	if (table->size + size > TABLE_MAX)
		errx(1, "too many blocks for one table");
	memset(block, 0, size);
	table->size += size;

	return block;
}

/* The kernel takes an override only where its OEM revision is higher. */
static void seal(struct table *table)
{
	uint8_t sum = 0;
	size_t i;

	put(table->bytes + LENGTH_AT, 4, table->size);
	put(table->bytes + OEM_REVISION_AT, 4, get(table->bytes + OEM_REVISION_AT, 4) + 1);
	table->bytes[CHECKSUM_AT] = 0;
	for (i = 0; i < table->size; i++)
		sum += table->bytes[i];
	table->bytes[CHECKSUM_AT] = -sum;
}

void table_write(struct table *table, const char *path)
{
	seal(table);
	write_file(path, table->bytes, table->size);
}
