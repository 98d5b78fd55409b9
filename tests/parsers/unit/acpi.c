// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../tools/vfio-passfix/host/acpi.h"
#include "../../../tools/vfio-passfix/host/bytes.h"
#include "table.h"

static struct table table;
static struct acpi_table parsed;
static char error[160];

/* From memory that ends where the table does, so that reading on is seen. */
static int parse_bytes(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	int status;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	acpi_table_free(&parsed);
	memset(&parsed, 0xff, sizeof(parsed));
	memset(error, 'x', sizeof(error));
	status = acpi_table_parse(copy, size, &parsed, error, sizeof(error));
	free(copy);

	return status;
}

static void good_as_it_is(void)
{
	if (parse_bytes(table.bytes, table.size))
		fail_msg("refused: %.160s", error);
}

/* Refused, with @words in the message. */
static void bad_bytes(const uint8_t *bytes, size_t size, const char *words)
{
	assert_int_equal(parse_bytes(bytes, size), -1);
	assert_non_null(memchr(error, '\0', sizeof(error)));
	if (!strstr(error, words))
		fail_msg("not \"%s\": %s", words, error);
	assert_null(parsed.demands);
	assert_int_equal(parsed.count, 0);
	assert_int_equal(parsed.units, 0);
	assert_false(parsed.dma_protection);
}

static void good(void)
{
	table_seal(&table);
	good_as_it_is();
}

static void bad(const char *words)
{
	table_seal(&table);
	bad_bytes(table.bytes, table.size, words);
}

static int teardown(void **state)
{
	(void)state;
	acpi_table_free(&parsed);

	return 0;
}

static const uint8_t one_hop[] = { 0x14, 0 };
static const uint8_t hops[] = { 0x1c, 4, 0, 0, 31, 7, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6 };

static void bytes_outside_end_the_program(void **state)
{
	static const uint8_t four[] = { 1, 2, 3, 4 };
	struct bytes bytes = { four, sizeof(four) };
	const struct {
		size_t offset, count;
		bool inside;
	} cases[] = {
		{ 0, 4, true }, { 4, 0, true }, { 3, 1, true }, { 0, 5, false }, { 4, 1, false },
		{ 5, 0, false }, { 1, SIZE_MAX, false }, { SIZE_MAX, 2, false },
		{ SIZE_MAX, SIZE_MAX, false },
	};
	struct rlimit no_core = { 0, 0 };
	size_t i;
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(bytes_u8(bytes, 3), 4);
	assert_int_equal(bytes_u16(bytes, 1), 0x0302);
	assert_int_equal(bytes_u32(bytes, 0), 0x04030201);
	assert_int_equal(bytes_number(bytes, 1, 3), 0x040302);
	assert_int_equal(bytes_sum(bytes), 10);

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(bytes_has(bytes, cases[i].offset, cases[i].count),
				 cases[i].inside);
		child = fork();
		assert_true(child >= 0);
		if (!child) {
			setrlimit(RLIMIT_CORE, &no_core);
			bytes_part(bytes, cases[i].offset, cases[i].count);
			_exit(0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (cases[i].inside)
			assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
		else
			assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
}

static void ivrs_units_only(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	add_ivhd(&table, 0x10, 0, 0x0002);
	good();
	assert_int_equal(parsed.kind, ACPI_TABLE_IVRS);
	assert_int_equal(parsed.units, 1);
	assert_int_equal(parsed.count, 0);
	assert_false(parsed.dma_protection);
}

static void ivrs_without_blocks(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	good();
	assert_int_equal(parsed.units, 0);
	assert_int_equal(parsed.count, 0);
}

/* The three types describe the same IOMMU again; another segment has another one. */
static void ivrs_units_are_distinct(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	add_ivhd(&table, 0x10, 0, 0x4002);
	add_ivhd(&table, 0x10, 0, 0x0002);
	add_ivhd(&table, 0x11, 0, 0x0002);
	add_ivhd(&table, 0x40, 0, 0x0002);
	add_ivhd(&table, 0x40, 0, 0x4002);
	good();
	assert_int_equal(parsed.units, 2);

	add_ivhd(&table, 0x40, 1, 0x0002);
	good();
	assert_int_equal(parsed.units, 3);
}

static void ivrs_dma_protection(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	table.bytes[36] = 0x02;
	good();
	assert_true(parsed.dma_protection);

	memset(table.bytes + 36, 0xff, 12);
	table.bytes[36] = 0xfd;
	good();
	assert_false(parsed.dma_protection);
}

static void ivmd_all(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	put(add_ivmd(&table, 0x20, 0x07, 0x1234, 0x0001, 0xfedc0000, 0x4000) + 8, 2, 3);
	good();
	assert_int_equal(parsed.count, 1);
	assert_int_equal(parsed.demands->offset, 48);
	assert_int_equal(parsed.demands->block, 0x20);
	assert_int_equal(parsed.demands->flags, 0x07);
	assert_int_equal(parsed.demands->segment, 3);
	assert_int_equal(parsed.demands->target, ACPI_TARGET_ALL);
	assert_int_equal(parsed.demands->start, 0xfedc0000);
	assert_int_equal(parsed.demands->length, 0x4000);
}

static void ivmd_one(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	/* The end of a range is not looked at. */
	add_ivmd(&table, 0x21, 0x01, 0x0300, 0x0001, 0x1000, 0x1000);
	good();
	assert_int_equal(parsed.count, 1);
	assert_int_equal(parsed.demands->block, 0x21);
	assert_int_equal(parsed.demands->target, ACPI_TARGET_RANGE);
	assert_int_equal(parsed.demands->first, 0x0300);
	assert_int_equal(parsed.demands->last, 0x0300);
}

/* What boards have: a few exclusion pages for the buses 00 to 0f. */
static void ivmd_range(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	add_ivhd(&table, 0x11, 0, 0x0002);
	add_ivmd(&table, 0x22, 0x08, 0x0000, 0x0fff, 0x9a000000, 0x1000);
	add_ivmd(&table, 0x22, 0x08, 0x0000, 0x0fff, 0x9b000000, 0x1000);
	good();
	assert_int_equal(parsed.units, 1);
	assert_int_equal(parsed.count, 2);
	assert_int_equal(parsed.demands[0].offset, 48 + 44);
	assert_int_equal(parsed.demands[0].block, 0x22);
	assert_int_equal(parsed.demands[0].flags, 0x08);
	assert_int_equal(parsed.demands[0].segment, 0);
	assert_int_equal(parsed.demands[0].target, ACPI_TARGET_RANGE);
	assert_int_equal(parsed.demands[0].first, 0x0000);
	assert_int_equal(parsed.demands[0].last, 0x0fff);
	assert_int_equal(parsed.demands[0].start, 0x9a000000);
	assert_int_equal(parsed.demands[0].length, 0x1000);
	assert_int_equal(parsed.demands[1].offset, 48 + 44 + 32);
	assert_int_equal(parsed.demands[1].start, 0x9b000000);
}

static void ivmd_range_reversed(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	add_ivmd(&table, 0x22, 0x08, 0x0300, 0x02ff, 0x1000, 0x1000);
	bad("the IVMD at offset 0x30 is for device ids 0x0300 to 0x02ff, which is backwards");

	put(table.bytes + 48 + 6, 2, 0x0300);
	good();
}

static void ivmd_memory_at_the_end(void **state)
{
	uint8_t *ivmd;

	(void)state;
	table_begin(&table, "IVRS");
	ivmd = add_ivmd(&table, 0x20, 1, 0, 0, UINT64_MAX - 0xfff, 0xfff);
	good();
	assert_true(parsed.demands->start + parsed.demands->length == UINT64_MAX);
	put(ivmd + 24, 8, 0x1000);
	bad("the IVMD at offset 0x30 wants memory past the last address");
	put(ivmd + 24, 8, UINT64_MAX);
	bad("the IVMD at offset 0x30 wants memory past the last address");
	put(ivmd + 24, 8, 0);
	good();
	assert_int_equal(parsed.demands->length, 0);
}

static void ivrs_unknown_block(void **state)
{
	uint8_t *unknown;

	(void)state;
	table_begin(&table, "IVRS");
	unknown = table_add(&table, 11);
	unknown[0] = 0x77;
	put(unknown + 2, 2, 11);
	unknown = table_add(&table, 4);
	unknown[0] = 0x23;
	put(unknown + 2, 2, 4);
	add_ivmd(&table, 0x20, 1, 0, 0, 0x1000, 0x1000);
	good();
	assert_int_equal(parsed.count, 1);
	assert_int_equal(parsed.demands->offset, 48 + 11 + 4);
}

/* A later revision may have more in a block than is known of it. */
static void ivrs_longer_blocks(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	add_ivmd(&table, 0x21, 1, 0x0300, 0, 0x1000, 0x1000);
	table_add(&table, 16);
	put(table.bytes + 48 + 2, 2, 48);
	add_ivmd(&table, 0x21, 1, 0x0400, 0, 0x1000, 0x1000);
	good();
	assert_int_equal(parsed.count, 2);
	assert_int_equal(parsed.demands[1].first, 0x0400);
}

static void dmar_units_only(void **state)
{
	(void)state;
	table_begin(&table, "DMAR");
	add_drhd(&table, 0);
	add_drhd(&table, 0);
	/* As IVRS has it, which means nothing here. */
	table.bytes[36] = 0x02;
	table.bytes[37] = 0xfb;
	good();
	assert_int_equal(parsed.kind, ACPI_TABLE_DMAR);
	assert_int_equal(parsed.units, 2);
	assert_int_equal(parsed.count, 0);
	assert_false(parsed.dma_protection);
}

static void dmar_dma_protection(void **state)
{
	(void)state;
	table_begin(&table, "DMAR");
	table.bytes[37] = 0x04;
	good();
	assert_true(parsed.dma_protection);
}

static void rmrr_endpoint(void **state)
{
	(void)state;
	table_begin(&table, "DMAR");
	add_drhd(&table, 0);
	add_scope(&table, add_rmrr(&table, 2, 0x7b800000, 0x7fffffff), 1, 0x80, one_hop, 1);
	good();
	assert_int_equal(parsed.units, 1);
	assert_int_equal(parsed.count, 1);
	assert_int_equal(parsed.demands->offset, 64);
	assert_int_equal(parsed.demands->block, 1);
	assert_int_equal(parsed.demands->flags, 0);
	assert_int_equal(parsed.demands->segment, 2);
	assert_int_equal(parsed.demands->target, ACPI_TARGET_PATH);
	assert_int_equal(parsed.demands->bus, 0x80);
	assert_int_equal(parsed.demands->hops, 1);
	assert_int_equal(parsed.demands->path[0].device, 0x14);
	assert_int_equal(parsed.demands->path[0].function, 0);
	assert_int_equal(parsed.demands->start, 0x7b800000);
	assert_int_equal(parsed.demands->length, 0x4800000);
}

static void rmrr_scopes(void **state)
{
	uint8_t *rmrr;
	size_t i;

	(void)state;
	table_begin(&table, "DMAR");
	rmrr = add_rmrr(&table, 0, 0x1000, 0x1000);
	add_scope(&table, rmrr, 1, 0, one_hop, 1);
	add_scope(&table, rmrr, 2, 1, hops, 3);
	add_scope(&table, rmrr, 3, 0xf0, hops, 1);	/* an IOAPIC */
	add_scope(&table, rmrr, 4, 0, hops, 0);		/* an HPET, without a path */
	add_scope(&table, rmrr, 1, 2, hops, 8);
	add_rmrr(&table, 1, 0x2000, 0x2fff);
	add_rmrr(&table, 1, 0x3000, 0x3fff);
	good();
	assert_int_equal(parsed.count, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(parsed.demands[i].offset, 48);
		assert_int_equal(parsed.demands[i].start, 0x1000);
		assert_int_equal(parsed.demands[i].length, 1);
	}
	assert_int_equal(parsed.demands[0].target, ACPI_TARGET_PATH);
	assert_int_equal(parsed.demands[1].target, ACPI_TARGET_SUBTREE);
	assert_int_equal(parsed.demands[1].bus, 1);
	assert_int_equal(parsed.demands[1].hops, 3);
	assert_int_equal(parsed.demands[1].path[0].device, 0x1c);
	assert_int_equal(parsed.demands[1].path[0].function, 4);
	assert_int_equal(parsed.demands[1].path[2].device, 31);
	assert_int_equal(parsed.demands[1].path[2].function, 7);
	assert_int_equal(parsed.demands[1].path[3].device, 0);
	assert_int_equal(parsed.demands[2].target, ACPI_TARGET_PATH);
	assert_int_equal(parsed.demands[2].bus, 2);
	assert_int_equal(parsed.demands[2].hops, 8);
	assert_int_equal(parsed.demands[2].path[7].device, 5);
}

static void rmrr_path_too_long(void **state)
{
	(void)state;
	table_begin(&table, "DMAR");
	add_scope(&table, add_rmrr(&table, 0, 0x1000, 0x1fff), 1, 0, hops, 9);
	bad("the device scope at offset 0x48 has a path through 9 devices, more than the 8");
}

static void rmrr_path_is_no_pairs(void **state)
{
	uint8_t *rmrr;

	(void)state;
	table_begin(&table, "DMAR");
	rmrr = add_rmrr(&table, 0, 0x1000, 0x1fff);
	add_scope(&table, rmrr, 2, 0, hops, 0);
	bad("the device scope at offset 0x48 has a path of 0 bytes");

	table_add(&table, 3);
	table.bytes[48 + 24 + 1] = 9;
	put(rmrr + 2, 2, 24 + 9);
	bad("the device scope at offset 0x48 has a path of 3 bytes");
}

static void rmrr_path_of_impossible_devices(void **state)
{
	uint8_t *scope;

	(void)state;
	table_begin(&table, "DMAR");
	scope = add_scope(&table, add_rmrr(&table, 0, 0x1000, 0x1fff), 1, 0, hops, 2);
	scope[8] = 32;
	bad("the device scope at offset 0x48 names device 0x20, function 0x0");
	scope[8] = 31;
	good();
	scope[9] = 8;
	bad("the device scope at offset 0x48 names device 0x1f, function 0x8");
}

static void rmrr_scope_runs_over(void **state)
{
	uint8_t *scope;

	(void)state;
	table_begin(&table, "DMAR");
	scope = add_scope(&table, add_rmrr(&table, 0, 0x1000, 0x1fff), 1, 0, one_hop, 1);
	/* Over the RMRR's end, though not over the table's. */
	add_drhd(&table, 0);
	scope[1] = 10;
	bad("the device scope at offset 0x48 with a length of 10 goes past the end of its RMRR");

	scope[1] = 5;
	bad("the device scope at offset 0x48 has a length of 5, less than the 6 of its header");
	scope[1] = 0;
	bad("the device scope at offset 0x48 has a length of 0");
}

static void rmrr_scope_cut_off(void **state)
{
	uint8_t *rmrr;

	(void)state;
	table_begin(&table, "DMAR");
	rmrr = add_rmrr(&table, 0, 0x1000, 0x1fff);
	add_scope(&table, rmrr, 1, 0, one_hop, 1);
	put(rmrr + 2, 2, 24 + 8 + 5);
	table_add(&table, 5);
	bad("the device scope at offset 0x50 is cut off by the end of its RMRR");
}

static void rmrr_limit(void **state)
{
	uint8_t *rmrr;

	(void)state;
	table_begin(&table, "DMAR");
	rmrr = add_rmrr(&table, 0, 0x2000, 0x1fff);
	add_scope(&table, rmrr, 1, 0, one_hop, 1);
	bad("the RMRR at offset 0x30 has the limit 0x1fff, which does not fit its base 0x2000");
	put(rmrr + 16, 8, UINT64_MAX - 1);
	good();
	assert_true(parsed.demands->start + parsed.demands->length == UINT64_MAX);
	put(rmrr + 16, 8, UINT64_MAX);
	bad("the RMRR at offset 0x30 has the limit 0xffffffffffffffff");
	put(rmrr + 8, 8, 0);
	bad("the RMRR at offset 0x30 has the limit 0xffffffffffffffff");
}

static void dmar_unknown_block(void **state)
{
	uint8_t *unknown;

	(void)state;
	table_begin(&table, "DMAR");
	unknown = table_add(&table, 8);
	/* Types are of 16 bits: this is not an RMRR. */
	put(unknown, 2, 0x0101);
	put(unknown + 2, 2, 8);
	add_drhd(&table, 0);
	good();
	assert_int_equal(parsed.units, 1);
	assert_int_equal(parsed.count, 0);
}

static void header_too_short(void **state)
{
	size_t size;

	(void)state;
	assert_int_equal(acpi_table_parse(NULL, 0, &parsed, error, sizeof(error)), -1);
	table_begin(&table, "IVRS");
	for (size = 0; size < 36; size++)
		bad_bytes(table.bytes, size, "too few for an ACPI table");
	for (size = 36; size < 48; size++) {
		table.size = size;
		bad("too few for the header of IVRS, 48");
		memcpy(table.bytes, "DMAR", 4);
		bad("too few for the header of DMAR, 48");
		memcpy(table.bytes, "IVRS", 4);
	}
}

static void other_signature(void **state)
{
	(void)state;
	table_begin(&table, "IVRs");
	bad("neither an IVRS nor a DMAR table: the signature at offset 0 is 49 56 52 73");
}

static void length_of_the_table(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	add_ivmd(&table, 0x20, 1, 0, 0, 0x1000, 0x1000);
	table_seal(&table);
	/* The checksum stays right, whatever else the length makes wrong. */
	table.bytes[4] += 1;
	table.bytes[9] -= 1;
	bad_bytes(table.bytes, table.size, "the length at offset 0x4 is 81, but there are 80");
	table.bytes[4] -= 2;
	table.bytes[9] += 2;
	bad_bytes(table.bytes, table.size, "the length at offset 0x4 is 79, but there are 80");
	table_seal(&table);
	bad_bytes(table.bytes, table.size - 1, "is 80, but there are 79 bytes");
}

static void wrong_checksum(void **state)
{
	(void)state;
	table_begin(&table, "DMAR");
	add_drhd(&table, 0);
	table_seal(&table);
	table.bytes[9]++;
	bad_bytes(table.bytes, table.size, "the bytes sum up to 0x01, not to 0");
	table.bytes[9]--;
	table.bytes[table.size - 1] ^= 0x80;
	bad_bytes(table.bytes, table.size, "the bytes sum up to 0x80, not to 0");
}

/* For all lengths of a block that is the last one, of each type that is known. */
static void block_lengths(void **state)
{
	static const struct {
		const char *signature, *name;
		uint16_t type, shortest;
	} blocks[] = {
		{ "IVRS", "IVHD", 0x10, 24 }, { "IVRS", "IVHD", 0x11, 40 },
		{ "IVRS", "IVHD", 0x40, 40 }, { "IVRS", "IVMD", 0x20, 32 },
		{ "IVRS", "IVMD", 0x21, 32 }, { "IVRS", "IVMD", 0x22, 32 },
		{ "DMAR", "DRHD", 0, 16 }, { "DMAR", "RMRR", 1, 24 },
	};
	char words[160];
	uint8_t *block;
	size_t i, length;

	(void)state;
	for (i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		for (length = 0; length <= blocks[i].shortest; length++) {
			table_begin(&table, blocks[i].signature);
			/* As long as it says where that is possible. */
			block = table_add(&table, length < 4 ? 4 : length);
			block[0] = blocks[i].type;
			put(block + 2, 2, length);
			if (length == blocks[i].shortest) {
				good();
				continue;
			}
			snprintf(words, sizeof(words),
				 "the %s at offset 0x30 has a length of %zu, less than the %d",
				 length < 4 ? "block" : blocks[i].name, length,
				 length < 4 ? 4 : blocks[i].shortest);
			bad(words);
		}
	}
}

static void block_past_the_end(void **state)
{
	static const char *const signatures[] = { "IVRS", "DMAR" };
	uint8_t *block;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		table_begin(&table, signatures[i]);
		block = table_add(&table, 64);
		block[0] = 0x77;
		put(block + 2, 2, 65);
		bad("the block at offset 0x30 with a length of 65 goes past the end of the table");
		put(block + 2, 2, 0xffff);
		bad("the block at offset 0x30 with a length of 65535 goes past the end");
		put(block + 2, 2, 61);
		bad("the block at offset 0x6d is cut off by the end of the table");
		put(block + 2, 2, 0);
		bad("the block at offset 0x30 has a length of 0");
	}
}

/* A table that is cut at any place, with length and checksum made right for it. */
static void any_cut(void **state)
{
	size_t full, size;
	uint8_t *rmrr;

	(void)state;
	table_begin(&table, "DMAR");
	add_drhd(&table, 0);
	rmrr = add_rmrr(&table, 0, 0x1000, 0x1fff);
	add_scope(&table, rmrr, 1, 0, one_hop, 1);
	add_scope(&table, rmrr, 2, 0, hops, 4);
	full = table.size;
	for (size = 48; size <= full; size++) {
		table.size = size;
		if (size == 48 || size == 64 || size == full)
			good();
		else
			bad("offset 0x");
	}
	assert_int_equal(parsed.count, 2);
}

/* As many of each as can be, in the least room. */
static void nothing_but_demands(void **state)
{
	uint8_t *rmrr;
	size_t i;

	(void)state;
	table_begin(&table, "IVRS");
	for (i = 0; i < 100; i++)
		add_ivmd(&table, 0x21, 1, i, 0, i << 12, 0x1000);
	good();
	assert_int_equal(parsed.count, 100);
	assert_int_equal(parsed.demands[99].first, 99);

	table_begin(&table, "IVRS");
	for (i = 0; i < 100; i++) {
		put(add_ivhd(&table, 0x10, 0, i) + 2, 2, 24);
		table.size -= 4;
	}
	good();
	assert_int_equal(parsed.units, 100);

	table_begin(&table, "DMAR");
	rmrr = add_rmrr(&table, 0, 0x1000, 0x1fff);
	for (i = 0; i < 1000; i++)
		add_scope(&table, rmrr, 1, i, one_hop, 1);
	good();
	assert_int_equal(parsed.count, 1000);
	assert_int_equal(parsed.demands[999].bus, 999 % 256);
}

static void small_error_buffer(void **state)
{
	char small[] = "12345678";

	(void)state;
	table_begin(&table, "XXXX");
	table_seal(&table);
	assert_int_equal(acpi_table_parse(table.bytes, table.size, &parsed, small, 4), -1);
	assert_string_equal(small, "nei");
	assert_string_equal(small + 4, "5678");
	assert_int_equal(acpi_table_parse(table.bytes, table.size, &parsed, NULL, 0), -1);
}

static void free_twice(void **state)
{
	(void)state;
	table_begin(&table, "IVRS");
	add_ivmd(&table, 0x20, 1, 0, 0, 0x1000, 0x1000);
	good();
	acpi_table_free(&parsed);
	assert_null(parsed.demands);
	assert_int_equal(parsed.count, 0);
	acpi_table_free(&parsed);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bytes_outside_end_the_program),
		TEST(ivrs_units_only),
		TEST(ivrs_without_blocks),
		TEST(ivrs_units_are_distinct),
		TEST(ivrs_dma_protection),
		TEST(ivmd_all),
		TEST(ivmd_one),
		TEST(ivmd_range),
		TEST(ivmd_range_reversed),
		TEST(ivmd_memory_at_the_end),
		TEST(ivrs_unknown_block),
		TEST(ivrs_longer_blocks),
		TEST(dmar_units_only),
		TEST(dmar_dma_protection),
		TEST(rmrr_endpoint),
		TEST(rmrr_scopes),
		TEST(rmrr_path_too_long),
		TEST(rmrr_path_is_no_pairs),
		TEST(rmrr_path_of_impossible_devices),
		TEST(rmrr_scope_runs_over),
		TEST(rmrr_scope_cut_off),
		TEST(rmrr_limit),
		TEST(dmar_unknown_block),
		TEST(header_too_short),
		TEST(other_signature),
		TEST(length_of_the_table),
		TEST(wrong_checksum),
		TEST(block_lengths),
		TEST(block_past_the_end),
		TEST(any_cut),
		TEST(nothing_but_demands),
		TEST(small_error_buffer),
		TEST(free_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
