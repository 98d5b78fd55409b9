/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ACPI tables that the kernel takes in place of the machine's own: that one, with
 * blocks appended. Failures end the program.
 */
#ifndef PASSFIX_TEST_TABLE_H
#define PASSFIX_TEST_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum { TABLE_MAX = 65536 };

struct table {
	uint8_t bytes[TABLE_MAX];
	size_t size;
};

/* Reads a table, which must be whole and have that signature of four characters. */
void table_read(struct table *table, const char *path, const char *signature);

/* Appends a block of zeroes; returns where it begins. */
uint8_t *table_append(struct table *table, size_t size);

/* Makes it an override, and writes it. */
void table_write(struct table *table, const char *path);

#endif
