// SPDX-License-Identifier: GPL-2.0-only
/*
 * handed TABLES LOADER TABLE: replaces the table with the same signature in the files that
 * QEMU passes to its firmware, etc/acpi/tables and etc/table-loader. So the firmware itself
 * has the table, and the kernel's override is not needed, which a kernel in lockdown
 * ignores.
 *
 * The loader's script has entries of 128 bytes, which say where a table points to another,
 * and over which bytes a checksum is computed.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "bytes.h"

enum {
	TABLES_MAX = 1 << 20,
	TABLE_MAX = 65536,
	CHECKSUM_AT = 9,	/* in a table */

	ENTRY_SIZE = 128,
	NAME_SIZE = 56,
	ADD_POINTER = 2,	/* name, name it points to, offset, size */
	ADD_CHECKSUM = 3,	/* name, offset, first byte, length */
};

struct file {
	uint8_t bytes[TABLES_MAX + TABLE_MAX];
	size_t size;
};

static const char tables_name[NAME_SIZE] = "etc/acpi/tables";

static bool is_tables(const uint8_t *name)
{
	return !strncmp((const char *)name, tables_name, NAME_SIZE);
}

/* For an entry about a pointer, the offset of the table that it points to; 0 for any other entry. */
static uint64_t pointed_to(const struct file *tables, uint8_t *entry, uint8_t **pointer, unsigned int *size)
{
	uint64_t at = get(entry + 4 + (size_t)2 * NAME_SIZE, 4);

	*size = entry[4 + 2 * NAME_SIZE + 4];
	if (get(entry, 4) != ADD_POINTER || !is_tables(entry + 4) || !is_tables(entry + 4 + NAME_SIZE) ||
	    *size > 8 || at + *size > tables->size)
		return 0;
	*pointer = (uint8_t *)tables->bytes + at;

	return get(*pointer, *size);
}

/* Makes the pointer to the table with that signature point to @to; returns the old offset. */
static uint64_t lead(struct file *tables, struct file *loader, const uint8_t *signature, uint64_t to)
{
	uint8_t *entry, *pointer;
	unsigned int size;
	uint64_t from;

	for (entry = loader->bytes; entry + ENTRY_SIZE <= loader->bytes + loader->size; entry += ENTRY_SIZE) {
		from = pointed_to(tables, entry, &pointer, &size);
		if (!from || from + 4 > tables->size || memcmp(tables->bytes + from, signature, 4))
			continue;
		put(pointer, size, to);
		return from;
	}
	errx(1, "no table %.4s", signature);
}

static void move_checksum(struct file *loader, uint64_t from, uint64_t to, size_t size)
{
	uint8_t *entry, *fields;

	for (entry = loader->bytes; entry + ENTRY_SIZE <= loader->bytes + loader->size; entry += ENTRY_SIZE) {
		fields = entry + 4 + NAME_SIZE;
		if (get(entry, 4) != ADD_CHECKSUM || !is_tables(entry + 4) || get(fields + 4, 4) != from)
			continue;
		put(fields, 4, to + CHECKSUM_AT);
		put(fields + 4, 4, to);
		put(fields + 8, 4, size);
		return;
	}
	errx(1, "the table has no checksum");
}

int main(int argc, char **argv)
{
	static struct file tables, loader;
	uint8_t *table;
	uint64_t from;
	size_t size;

	if (argc != 4)
		errx(2, "usage: handed TABLES LOADER TABLE");

	tables.size = read_file(argv[1], tables.bytes, TABLES_MAX);
	loader.size = read_file(argv[2], loader.bytes, TABLES_MAX);
	table = tables.bytes + tables.size;
	size = read_file(argv[3], table, TABLE_MAX);
	/* The loader's sum includes this byte. */
	table[CHECKSUM_AT] = 0;

	from = lead(&tables, &loader, table, tables.size);
	move_checksum(&loader, from, tables.size, size);
	write_file(argv[1], tables.bytes, tables.size + size);
	write_file(argv[2], loader.bytes, loader.size);

	return 0;
}
