/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parsers of the ACPI tables share; only for acpi.c and iort.c. */
#ifndef VFIO_PASSFIX_ACPI_PARSE_H
#define VFIO_PASSFIX_ACPI_PARSE_H

#include "host/acpi.h"
#include "host/bytes.h"

enum {
	/* In IVRS, DMAR and IORT: the 36 bytes of ACPI, and 12 more. */
	ACPI_HEADER_SIZE = 36,
	HEADER_SIZE = 48,
	PAGE = 4096,
};

struct parse {
	struct bytes bytes;
	struct acpi_table *table;
	size_t room;		/* how many demands fit */
	uint32_t *ivhds;	/* IVRS: segment << 16 | device id of each IVHD block */
	size_t ivhd_count, ivhd_room;
	char *error;
	size_t error_size;
};

/* Puts what is wrong into parse->error. Return: -1. */
__attribute__((format(printf, 2, 3)))
int flaw(struct parse *parse, const char *format, ...);

/* Notes what is wrong with a table that Linux still uses; only the first note is kept. */
__attribute__((format(printf, 2, 3)))
void note(struct parse *parse, const char *format, ...);

/* Rounds up to whole pages; the last ones wrap to 0, as in Linux. */
uint64_t page_align(uint64_t bytes);

/* Returns @array with room for one more than @count elements of @size bytes; NULL: no memory. */
void *grow(void *array, size_t count, size_t *room, size_t size);

/* Puts "not enough memory" into parse->error. Return: -1. */
int out_of_memory(struct parse *parse);

/* Return: 0, or -1 with parse->error set. */
int add_demand(struct parse *parse, const struct acpi_demand *demand);

/*
 * iort_parse - decode the nodes of an IORT
 * @parse: a table with a valid header; gets the units and demands. On failure the caller
 *         empties the table.
 *
 * Return: 0, or -1 with parse->error set.
 */
int iort_parse(struct parse *parse);

#endif
