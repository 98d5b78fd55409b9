/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the harnesses of IVRS, DMAR and IORT share: a second implementation, simple and slow,
 * with which the parser must agree, also about what it refuses.
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
	/* Larger inputs are skipped, so that the expected demands fit. */
	TABLE_MAX = 8192,
};

static struct {
	struct acpi_demand demands[TABLE_MAX];
	size_t count;
	uint32_t units[TABLE_MAX];
	size_t unit_count;
	bool noted;
} expected;

/* In the harness: adds the expected demands; returns false if Linux does not use the IOMMU. */
static bool expect_blocks(const uint8_t *bytes, size_t size);

/* In the harness: checks the demands of a valid table. */
static void check_demands(const struct acpi_table *parsed, const uint8_t *table, size_t size);

static bool expect_table(const uint8_t *bytes, size_t size, const char *signature)
{
	uint8_t sum = 0;
	size_t at;

	expected.count = expected.unit_count = 0;
	if (size < TABLE_HEADER || memcmp(bytes, signature, 4) || get(bytes + 4, 4) != size)
		return false;
	for (at = 0; at < size; at++)
		sum += bytes[at];
	if (sum && !strcmp(signature, "IVRS"))
		return false;

	expected.noted = sum;

	return expect_blocks(bytes, size);
}

static void check_demand(const struct acpi_demand *demand, size_t size)
{
	PROMISE(demand->offset >= TABLE_HEADER && demand->offset < size);
	PROMISE(!demand->length || demand->start + (demand->length - 1) >= demand->start);
	PROMISE(demand->hops <= ACPI_PATH_MAX);
	if (demand->target == ACPI_TARGET_RANGE && !demand->ignored)
		PROMISE(demand->first <= demand->last);
	if ((demand->target == ACPI_TARGET_PATH || demand->target == ACPI_TARGET_SUBTREE) &&
	    !demand->ignored)
		PROMISE(demand->hops >= 1);
}

static void check_table(const uint8_t *bytes, size_t size, const char *signature,
			enum acpi_table_kind kind, bool dma_protection)
{
	bool fine = expect_table(bytes, size, signature);
	char error[ERROR_SIZE];
	struct acpi_table table;
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
		PROMISE(!*table.note);
		/* It may be a valid table of the other kind. */
		PROMISE(!fine);
		return;
	}
	if (table.kind == kind) {
		PROMISE(fine);
		PROMISE(table.units == expected.unit_count);
		PROMISE(table.dma_protection == dma_protection);
		PROMISE(memchr(table.note, '\0', sizeof(table.note)));
		PROMISE(strlen(table.note) < sizeof(table.note) - 1);
		PROMISE(!*table.note == !expected.noted);
		check_demands(&table, bytes, size);
	}
	acpi_table_free(&table);
	PROMISE(!table.demands && !table.count);
}

/* Checks the input unchanged, and with signature, length and checksum corrected. */
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
