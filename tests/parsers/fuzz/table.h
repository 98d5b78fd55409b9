/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the harnesses of IVRS and DMAR share: a second reading of the table, plain and
 * wasteful, that the parser has to agree with, in what it refuses, too.
 */
#ifndef PASSFIX_TEST_FUZZ_TABLE_H
#define PASSFIX_TEST_FUZZ_TABLE_H

#include <stdbool.h>
#include <string.h>

#include "../../../tools/vfio-passfix/host/acpi.h"
#include "../../programs/bytes.h"
#include "promise.h"

enum {
	TABLE_HEADER = 48,
	/* Larger inputs are passed over, so that what is expected has its place. */
	TABLE_MAX = 8192,
};

static struct {
	struct acpi_demand demands[TABLE_MAX / 8];
	size_t count;
	uint32_t units[TABLE_MAX / 16];
	size_t unit_count;
} expected;

/* In ivrs.c and dmar.c: adds to what is expected, or tells that the block is wrong. */
static bool expect_block(const uint8_t *block, size_t length, size_t offset);

static bool expect_table(const uint8_t *bytes, size_t size, const char *signature)
{
	uint8_t sum = 0;
	size_t at, length;

	expected.count = expected.unit_count = 0;
	if (size < TABLE_HEADER || memcmp(bytes, signature, 4) || get(bytes + 4, 4) != size)
		return false;
	for (at = 0; at < size; at++)
		sum += bytes[at];
	if (sum)
		return false;

	for (at = TABLE_HEADER; at < size; at += length) {
		if (size - at < 4)
			return false;
		length = get(bytes + at + 2, 2);
		if (length < 4 || length > size - at || !expect_block(bytes + at, length, at))
			return false;
	}

	return true;
}

static void check_demand(const struct acpi_demand *demand, const struct acpi_demand *other,
			 size_t size)
{
	int i;

	PROMISE(demand->offset >= TABLE_HEADER && demand->offset < size);
	PROMISE(demand->start + demand->length >= demand->start);
	if (demand->target == ACPI_TARGET_RANGE)
		PROMISE(demand->first <= demand->last);
	if (demand->target == ACPI_TARGET_PATH || demand->target == ACPI_TARGET_SUBTREE)
		PROMISE(demand->hops >= 1 && demand->hops <= ACPI_PATH_MAX);

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
	for (i = 0; i < demand->hops; i++) {
		PROMISE(demand->path[i].device < 32 && demand->path[i].function < 8);
		PROMISE(demand->path[i].device == other->path[i].device);
		PROMISE(demand->path[i].function == other->path[i].function);
	}
}

static void check_table(const uint8_t *bytes, size_t size, const char *signature,
			enum acpi_table_kind kind, bool dma_protection)
{
	bool fine = expect_table(bytes, size, signature);
	char error[ERROR_SIZE];
	struct acpi_table table;
	size_t i;
	int status;

	memset(error, 'x', sizeof(error));
	memset(&table, 0xff, sizeof(table));
	status = acpi_table_parse(bytes, size, &table, error, sizeof(error));

	if (status) {
		PROMISE(status == -1);
		/* A whole sentence: not empty, not cut. */
		PROMISE(memchr(error, '\0', sizeof(error)));
		PROMISE(*error && strlen(error) < sizeof(error) - 1);
		PROMISE(!table.demands && !table.count && !table.units && !table.dma_protection);
		/* It may be a good table of the other kind. */
		PROMISE(!fine);
		return;
	}
	if (table.kind == kind) {
		PROMISE(fine);
		PROMISE(table.count == expected.count);
		PROMISE(table.units == expected.unit_count);
		PROMISE(table.dma_protection == dma_protection);
		for (i = 0; i < table.count; i++)
			check_demand(&table.demands[i], &expected.demands[i], size);
	}
	acpi_table_free(&table);
	PROMISE(!table.demands && !table.count);
}

/* The input as it is, and with signature, length and checksum made right. */
static void check_input(const uint8_t *data, size_t size, const char *signature,
			enum acpi_table_kind kind, size_t protection_at, uint8_t protection)
{
	bool dma_protection = size > protection_at && data[protection_at] & protection;
	uint8_t *copy, sum = 0;
	size_t i;

	check_table(data, size, signature, kind, dma_protection);
	if (size < 36)
		return;

	copy = malloc(size);
	PROMISE(copy);
	memcpy(copy, data, size);
	memcpy(copy, signature, 4);
	put(copy + 4, 4, size);
	for (i = 0; i < size; i++)
		sum += copy[i];
	copy[9] -= sum;
	check_table(copy, size, signature, kind, dma_protection);
	free(copy);
}

#endif
