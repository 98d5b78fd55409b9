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

#include "bytes.h"
#include "table.h"

enum { IVMD_SIZE = 32 };

static void add_ivmd(struct table *table, const char *text)
{
	uint32_t type, flags, first, last;
	uint64_t start, length;
	uint8_t *ivmd;

	if (sscanf(text, "%" SCNx32 ":%" SCNx32 ":%" SCNx32 ":%" SCNx32 ":%" SCNx64 ":%" SCNx64,
		   &type, &flags, &first, &last, &start, &length) != 6)
		errx(2, "block \"%s\" is not TYPE:FLAGS:FIRST:LAST:START:LENGTH", text);

	ivmd = table_append(table, IVMD_SIZE);
	put(ivmd, 1, type);
	put(ivmd + 1, 1, flags);
	put(ivmd + 2, 2, IVMD_SIZE);
	put(ivmd + 4, 2, first);
	put(ivmd + 6, 2, last);
	put(ivmd + 16, 8, start);
	put(ivmd + 24, 8, length);
}

int main(int argc, char **argv)
{
	static struct table table;
	int i;

	if (argc < 3)
		errx(2, "usage: ivrs IN OUT [TYPE:FLAGS:FIRST:LAST:START:LENGTH...]");

	table_read(&table, argv[1], "IVRS");
	for (i = 3; i < argc; i++)
		add_ivmd(&table, argv[i]);
	table_write(&table, argv[2]);

	return 0;
}
