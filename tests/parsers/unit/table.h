/* SPDX-License-Identifier: GPL-2.0-only */
/* IVRS and DMAR tables, put together block by block. */
#ifndef PASSFIX_TEST_TABLE_H
#define PASSFIX_TEST_TABLE_H

#include <assert.h>
#include <string.h>

#include "../../programs/bytes.h"

enum { TABLE_HEADER = 48 };

struct table {
	size_t size;
	uint8_t bytes[8192];
};

/* Appends zeros; returns where they are. */
static inline uint8_t *table_add(struct table *table, size_t size)
{
	uint8_t *added = table->bytes + table->size;

	assert(size <= sizeof(table->bytes) - table->size);
	memset(added, 0, size);
	table->size += size;

	return added;
}

static inline void table_begin(struct table *table, const char *signature)
{
	table->size = 0;
	memcpy(table_add(table, TABLE_HEADER), signature, 4);
	table->bytes[8] = 1;
	memcpy(table->bytes + 10, "TEST  TEST    ", 14);
}

/* Makes length and checksum right. */
static inline void table_seal(struct table *table)
{
	uint8_t sum = 0;
	size_t i;

	put(table->bytes + 4, 4, table->size);
	table->bytes[9] = 0;
	for (i = 0; i < table->size; i++)
		sum += table->bytes[i];
	table->bytes[9] = -sum;
}

static inline uint8_t *add_ivhd(struct table *table, uint8_t type, uint16_t segment,
				uint16_t device)
{
	/* With one device entry, of 4 bytes, that is for all devices. */
	size_t size = (type == 0x10 ? 24 : 40) + 4;
	uint8_t *ivhd = table_add(table, size);

	ivhd[0] = type;
	put(ivhd + 2, 2, size);
	put(ivhd + 4, 2, device);
	put(ivhd + 6, 2, 0x40);
	put(ivhd + 8, 8, 0xfec10000);
	put(ivhd + 16, 2, segment);
	ivhd[size - 4] = 1;

	return ivhd;
}

static inline uint8_t *add_ivmd(struct table *table, uint8_t type, uint8_t flags, uint16_t first,
				uint16_t last, uint64_t start, uint64_t length)
{
	uint8_t *ivmd = table_add(table, 32);

	ivmd[0] = type;
	ivmd[1] = flags;
	put(ivmd + 2, 2, 32);
	put(ivmd + 4, 2, first);
	put(ivmd + 6, 2, last);
	put(ivmd + 16, 8, start);
	put(ivmd + 24, 8, length);

	return ivmd;
}

static inline uint8_t *add_drhd(struct table *table, uint16_t segment)
{
	uint8_t *drhd = table_add(table, 16);

	put(drhd, 2, 0);
	put(drhd + 2, 2, 16);
	put(drhd + 6, 2, segment);
	put(drhd + 8, 8, 0xfed90000);

	return drhd;
}

static inline uint8_t *add_rmrr(struct table *table, uint16_t segment, uint64_t base,
				uint64_t limit)
{
	uint8_t *rmrr = table_add(table, 24);

	put(rmrr, 2, 1);
	put(rmrr + 2, 2, 24);
	put(rmrr + 6, 2, segment);
	put(rmrr + 8, 8, base);
	put(rmrr + 16, 8, limit);

	return rmrr;
}

/* To the last block of the table, an RMRR; @path: @hops pairs of device and function. */
static inline uint8_t *add_scope(struct table *table, uint8_t *rmrr, uint8_t type, uint8_t bus,
				 const uint8_t *path, size_t hops)
{
	uint8_t *scope = table_add(table, 6 + 2 * hops);

	scope[0] = type;
	scope[1] = 6 + 2 * hops;
	scope[4] = type == 3 ? 2 : 0;
	scope[5] = bus;
	memcpy(scope + 6, path, 2 * hops);
	put(rmrr + 2, 2, get(rmrr + 2, 2) + 6 + 2 * hops);

	return scope;
}

#endif
