/* SPDX-License-Identifier: GPL-2.0-only */
/* What the harnesses of IVRS and DMAR share: tables of blocks, and the list of expected demands. */
#ifndef PASSFIX_TEST_FUZZ_BLOCKS_H
#define PASSFIX_TEST_FUZZ_BLOCKS_H

#include "table.h"

/* In ivrs.c and dmar.c: adds the expected demands of the block at @bytes + @at. */
static void expect_block(const uint8_t *bytes, size_t size, size_t at, size_t length);

static bool expect_blocks(const uint8_t *bytes, size_t size)
{
	size_t at, length;

	for (at = TABLE_HEADER; at + 4 <= size; at += length) {
		length = get(bytes + at + 2, 2);
		if (!length)
			break;
		if (length > size - at && *bytes == 'D')
			return false;
		expect_block(bytes, size, at, length);
	}
	expected.noted = expected.noted || at != size;

	return true;
}

static void check_same(const struct acpi_demand *demand, const struct acpi_demand *other)
{
	int i;

	PROMISE(demand->offset == other->offset);
	PROMISE(demand->block == other->block);
	PROMISE(demand->flags == other->flags);
	PROMISE(demand->segment == other->segment);
	PROMISE(demand->target == other->target);
	PROMISE(demand->first == other->first);
	PROMISE(demand->last == other->last);
	PROMISE(demand->bus == other->bus);
	PROMISE(demand->hops == other->hops);
	PROMISE(demand->start == other->start);
	PROMISE(demand->length == other->length);
	PROMISE(!demand->ignored == !other->ignored);
	for (i = 0; i < demand->hops; i++) {
		if (!demand->ignored)
			PROMISE(demand->path[i].device < 32 && demand->path[i].function < 8);
		PROMISE(demand->path[i].device == other->path[i].device);
		PROMISE(demand->path[i].function == other->path[i].function);
	}
}

static void check_demands(const struct acpi_table *parsed, const uint8_t *table, size_t size)
{
	size_t i;

	(void)table;
	PROMISE(parsed->count == expected.count);
	for (i = 0; i < parsed->count; i++) {
		check_demand(&parsed->demands[i], size);
		check_same(&parsed->demands[i], &expected.demands[i]);
	}
}

#endif
