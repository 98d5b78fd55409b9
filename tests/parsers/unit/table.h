/* SPDX-License-Identifier: GPL-2.0-only */
/* IVRS and DMAR tables, put together from bytes; the blocks are initializers of bytes. */
#ifndef PASSFIX_TEST_TABLE_H
#define PASSFIX_TEST_TABLE_H

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "../../../tools/vfio-passfix/host/bytes.h"
#include "../../programs/bytes.h"

#define U16(n) (uint8_t)(n), (uint8_t)((n) >> 8)
#define U32(n) U16(n), U16((n) >> 16)
#define U64(n) U32((uint64_t)(n)), U32((uint64_t)(n) >> 32)

#define IVHD_HEADER(type, length, segment, device) \
	type, 0, U16(length), U16(device), U16(0x40), U64(0xfec10000), U16(segment), U16(0), U32(0)
/* With one device entry, that is for all devices. Type 10h, and the types 11h and 40h. */
#define IVHD_10(segment, device) IVHD_HEADER(0x10, 28, segment, device), U32(1)
#define IVHD_LONG(type, segment, device) \
	IVHD_HEADER(type, 44, segment, device), U64(0), U64(0), U32(1)
#define IVMD(type, flags, first, last, start, length) \
	type, flags, U16(32), U16(first), U16(last), U64(0), U64(start), U64(length)
#define DRHD(segment) U16(0), U16(16), U16(0), U16(segment), U64(0xfed90000)
/* @scopes: the size of the device scopes that follow, which belong to it. */
#define RMRR(scopes, segment, base, limit) \
	U16(1), U16(24 + (scopes)), U16(0), U16(segment), U64(base), U64(limit)
/* And then the bus, and device and function of each hop; of an IOAPIC (3), the id is 2. */
#define SCOPE(type, length, ...) type, length, 0, 0, (type) == 3 ? 2 : 0, __VA_ARGS__

/* An initializer of struct bytes. */
#define BYTES(...) { (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }) }

enum { TABLE_HEADER = 48, TABLE_FLAGS = 36 };

struct table {
	size_t size;
	uint8_t bytes[8192];
};

static inline void table_add(struct table *table, struct bytes blocks)
{
	assert(blocks.size <= sizeof(table->bytes) - table->size);
	if (blocks.size)
		memcpy(table->bytes + table->size, blocks.at, blocks.size);
	table->size += blocks.size;
}

static inline void table_begin(struct table *table, const char *signature, struct bytes blocks)
{
	memset(table->bytes, 0, TABLE_HEADER);
	memcpy(table->bytes, signature, 4);
	table->bytes[8] = 1;
	memcpy(table->bytes + 10, "TEST  TEST    ", 14);
	table->size = TABLE_HEADER;
	table_add(table, blocks);
}

/* Makes length and checksum right. */
static inline void table_seal(struct table *table)
{
	put(table->bytes + 4, 4, table->size);
	table->bytes[9] = 0;
	table->bytes[9] = -bytes_sum((struct bytes){ table->bytes, table->size });
}

#endif
