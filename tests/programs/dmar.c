// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmar IN OUT [BLOCK...]: adds RMRR blocks to a DMAR table, as firmware that wants
 * 1:1 mappings has them, for the kernel's ACPI table override.
 *
 * BLOCK is SEGMENT:BASE:LAST:BUS:DEVICE.FUNCTION in hexadecimal; BASE and LAST are
 * the first and last byte, and the device is on the bus that its host bridge has.
 */
#include <err.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "bytes.h"
#include "table.h"

enum {
	RMRR_SIZE = 24,
	SCOPE_SIZE = 8,
	TYPE_RMRR = 1,
	SCOPE_ENDPOINT = 1,
};

static void add_rmrr(struct table *table, const char *text)
{
	uint32_t segment, bus, device, function;
	uint8_t *rmrr, *scope;
	uint64_t base, last;

	if (sscanf(text, "%" SCNx32 ":%" SCNx64 ":%" SCNx64 ":%" SCNx32 ":%" SCNx32 ".%" SCNx32,
		   &segment, &base, &last, &bus, &device, &function) != 6)
		errx(2, "block \"%s\" is not SEGMENT:BASE:LAST:BUS:DEVICE.FUNCTION", text);

	rmrr = table_append(table, RMRR_SIZE + SCOPE_SIZE);
	put(rmrr, 2, TYPE_RMRR);
	put(rmrr + 2, 2, RMRR_SIZE + SCOPE_SIZE);
	put(rmrr + 6, 2, segment);
	put(rmrr + 8, 8, base);
	put(rmrr + 16, 8, last);

	scope = rmrr + RMRR_SIZE;
	put(scope, 1, SCOPE_ENDPOINT);
	put(scope + 1, 1, SCOPE_SIZE);
	put(scope + 5, 1, bus);
	put(scope + 6, 1, device);
	put(scope + 7, 1, function);
}

int main(int argc, char **argv)
{
	static struct table table;
	int i;

	if (argc < 3)
		errx(2, "usage: dmar IN OUT [SEGMENT:BASE:LAST:BUS:DEVICE.FUNCTION...]");

	table_read(&table, argv[1], "DMAR");
	for (i = 3; i < argc; i++)
		add_rmrr(&table, argv[i]);
	table_write(&table, argv[2]);

	return 0;
}
