/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes from outside, and the little-endian numbers in them. A reader must first call
 * bytes_has(), and report what is wrong. So a read outside is a bug; it ends the program
 * instead of returning what lies there.
 */
#ifndef VFIO_PASSFIX_BYTES_H
#define VFIO_PASSFIX_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct bytes {
	const uint8_t *at;
	size_t size;
};

/* Whether @count bytes from @offset on lie inside; works even if their sum would wrap. */
static inline bool bytes_has(struct bytes bytes, size_t offset, size_t count)
{
	return offset <= bytes.size && count <= bytes.size - offset;
}

static inline struct bytes bytes_part(struct bytes bytes, size_t offset, size_t count)
{
	if (!bytes_has(bytes, offset, count))
		abort();

	return (struct bytes){ bytes.at + offset, count };
}

static inline uint64_t bytes_number(struct bytes bytes, size_t offset, size_t width)
{
	struct bytes part = bytes_part(bytes, offset, width);
	uint64_t number = 0;

	while (width--)
		number = number << 8 | part.at[width];

	return number;
}

static inline uint8_t bytes_u8(struct bytes bytes, size_t offset)
{
	return (uint8_t)bytes_number(bytes, offset, 1);
}

static inline uint16_t bytes_u16(struct bytes bytes, size_t offset)
{
	return (uint16_t)bytes_number(bytes, offset, 2);
}

static inline uint32_t bytes_u32(struct bytes bytes, size_t offset)
{
	return (uint32_t)bytes_number(bytes, offset, 4);
}

static inline uint64_t bytes_u64(struct bytes bytes, size_t offset)
{
	return bytes_number(bytes, offset, 8);
}

/* The sum of all bytes; 0 if a checksum is right. */
static inline uint8_t bytes_sum(struct bytes bytes)
{
	uint8_t sum = 0;
	size_t i;

	for (i = 0; i < bytes.size; i++)
		sum = (uint8_t)(sum + bytes.at[i]);

	return sum;
}

#endif
