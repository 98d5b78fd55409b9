/* SPDX-License-Identifier: GPL-2.0-only */
/* Builds IVRS, DMAR and IORT tables from bytes; the blocks are initializers of bytes. */
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
/* With one device entry, which is for all devices. Type 10h, and types 11h and 40h. */
#define IVHD_10(segment, device) IVHD_HEADER(0x10, 28, segment, device), U32(1)
#define IVHD_LONG(type, segment, device) \
	IVHD_HEADER(type, 44, segment, device), U64(0), U64(0), U32(1)
#define IVMD(type, flags, first, last, start, length) \
	type, flags, U16(32), U16(first), U16(last), U64(0), U64(start), U64(length)
#define DRHD(segment) U16(0), U16(16), U16(0), U16(segment), U64(0xfed90000)
/* @scopes: the size of the device scopes that follow, which belong to it. */
#define RMRR(scopes, segment, base, limit) \
	U16(1), U16(24 + (scopes)), U16(0), U16(segment), U64(base), U64(limit)
/* The bus, then device and function of each hop. The id of an IOAPIC (3) is 2. */
#define SCOPE(type, length, ...) type, length, 0, 0, (type) == 3 ? 2 : 0, __VA_ARGS__

/* The number of nodes, which begin after the header: an initializer for the flags of a case. */
#define NODES(count) { count, 0, 0, 0, 48 }
#define NODE(type, length, mappings, mappings_at) \
	type, U16(length), 0, U32(0), U32(mappings), U32(mappings_at)
/* These have 24 and 60 bytes. */
#define ITS NODE(0, 24, 0, 0), U32(1), U32(0)
#define SMMU(type) NODE(type, 60, 0, 0), U64(0x09050000), U64(0), U64(0), U64(0), U64(0), U32(0)
/* @mappings: how many of its mappings follow. It has 32 bytes, and 20 more for each. */
#define ROOT_COMPLEX(mappings, segment) \
	NODE(2, 32 + 20 * (mappings), mappings, 32), U64(0), U32(0), U32(segment)
/* @mappings, @ranges: how many of each follow. It has 28 bytes, and 20 more for each. */
#define RMR(flags, mappings, ranges) \
	NODE(6, 28 + 20 * ((mappings) + (ranges)), mappings, 28), U32(flags), U32(ranges), \
		U32(28 + 20 * (mappings))
/* @more: the number of ids after the first; @to: the offset of a node. */
#define MAPPING(input, more, output, to) U32(input), U32(more), U32(output), U32(to), U32(0)
#define MAPPING_SINGLE(output, to) U32(0), U32(0), U32(output), U32(to), U32(1)
#define RANGE(start, length) U64(start), U64(length), U32(0)

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
	/* The revision of an IORT with RMR nodes; for the others it does not matter. */
	table->bytes[8] = 5;
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
