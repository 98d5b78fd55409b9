/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parsers of the ACPI tables share; for acpi.c and iort.c alone. */
#ifndef VFIO_PASSFIX_ACPI_PARSE_H
#define VFIO_PASSFIX_ACPI_PARSE_H

#include "host/acpi.h"
#include "host/bytes.h"

enum {
	/* IVRS, DMAR and IORT: ACPI's 36 bytes and 12 more. */
	ACPI_HEADER_SIZE = 36,
	HEADER_SIZE = 48,
};

struct parse {
	struct bytes bytes;
	struct acpi_table *table;
	size_t room;		/* for so many demands */
	uint32_t *ivhds;	/* IVRS: segment << 16 | device id of each IVHD block */
	size_t ivhd_count, ivhd_room;
	char *error;
	size_t error_size;
};

/* Says what is wrong. Return: -1. */
__attribute__((format(printf, 2, 3)))
int flaw(struct parse *parse, const char *format, ...);

/* @array with room for one more than @count elements of @size bytes; NULL: no memory. */
void *grow(void *array, size_t count, size_t *room, size_t size);

/* Says that there is not enough memory. Return: -1. */
int out_of_memory(struct parse *parse);

/* Return: 0, or -1 with the flaw said. */
int add_demand(struct parse *parse, const struct acpi_demand *demand);

/*
 * iort_parse - decode the nodes of an IORT
 * @parse: its header is right; the table gets units and demands, and is emptied by the
 *         caller where that fails
 *
 * Return: 0, or -1 with the flaw said.
 */
int iort_parse(struct parse *parse);

#endif
