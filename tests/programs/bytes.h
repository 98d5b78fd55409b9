/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads and writes little-endian numbers in tables, and whole files. Failures end the program. */
#ifndef PASSFIX_TEST_BYTES_H
#define PASSFIX_TEST_BYTES_H

#include <err.h>
#include <stdint.h>
#include <stdio.h>

static inline void put(uint8_t *to, unsigned int bytes, uint64_t value)
{
	while (bytes--) {
		*to++ = value;
		value >>= 8;
	}
}

static inline uint64_t get(const uint8_t *from, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | from[bytes];

	return value;
}

/* Reads a file of up to @max bytes into @to; returns its size in bytes. */
static inline size_t read_file(const char *path, uint8_t *to, size_t max)
{
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file)
		err(1, "%s", path);
	size = fread(to, 1, max, file);
	if (ferror(file))
		err(1, "%s", path);
	fclose(file);

	return size;
}

static inline void write_file(const char *path, const uint8_t *from, size_t size)
{
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(from, 1, size, file) != size || fclose(file))
		err(1, "%s", path);
}

#endif
