// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../tools/vfio-passfix/host/acpi.h"
#include "acpi_cases.h"
#include "unit.h"

enum { ACPI_CASES = sizeof(acpi_cases) / sizeof(*acpi_cases), OTHERS = 12 };

static const struct bytes no_blocks;
static const struct bytes one_ivmd = BYTES(IVMD(0x20, 1, 0, 0, 0x1000, 0x1000));
static struct table table;
static struct acpi_table parsed;

static int parse_bytes(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = copy_of(bytes, size);
	int status;

	acpi_table_free(&parsed);
	memset(&parsed, 0xff, sizeof(parsed));
	status = acpi_table_parse(copy, size, &parsed, error, sizeof(error));
	free(copy);

	return status;
}

static void good(void)
{
	table_seal(&table);
	if (parse_bytes(table.bytes, table.size))
		fail_msg("refused: %.160s", error);
	assert_non_null(memchr(parsed.note, '\0', sizeof(parsed.note)));
}

/* The table is accepted, with @words in its note. */
static void noted(const char *words)
{
	good();
	if (!strstr(parsed.note, words))
		fail_msg("not \"%s\": %s", words, parsed.note);
}

/* The table is refused, with @words in the message. */
static void bad_bytes(size_t size, const char *words)
{
	assert_int_equal(parse_bytes(table.bytes, size), -1);
	says(words);
	assert_null(parsed.demands);
	assert_int_equal(parsed.count, 0);
	assert_int_equal(parsed.units, 0);
	assert_false(parsed.dma_protection);
	assert_string_equal(parsed.note, "");
}

static void bad(const char *words)
{
	table_seal(&table);
	bad_bytes(table.size, words);
}

static int teardown(void **state)
{
	(void)state;
	acpi_table_free(&parsed);

	return 0;
}

static void describe_demand(FILE *out, const struct acpi_demand *demand)
{
	size_t i;

	fprintf(out, "%#zx: %#x, flags %#x, segment %u, %#" PRIx64 " + %#" PRIx64 ", ",
		demand->offset, demand->block, demand->flags, demand->segment, demand->start,
		demand->length);
	if (demand->target == ACPI_TARGET_ALL) {
		fprintf(out, "all");
	} else if (demand->target == ACPI_TARGET_RANGE) {
		fprintf(out, "%#x to %#x", demand->first, demand->last);
	} else if (demand->target == ACPI_TARGET_NO_PCI) {
		fprintf(out, "no PCI device");
	} else {
		fprintf(out, "bus %#x", demand->bus);
		for (i = 0; i < demand->hops; i++)
			fprintf(out, " %x.%x", demand->path[i].device, demand->path[i].function);
		fprintf(out, "%s", demand->target == ACPI_TARGET_SUBTREE ? " and below" : "");
		for (; i < ACPI_PATH_MAX; i++)
			assert_false(demand->path[i].device || demand->path[i].function);
	}
	fprintf(out, "%s%s\n", demand->ignored ? "; ignored: " : "",
		demand->ignored ? demand->ignored : "");
}

static const char *demands(void)
{
	static char text[1024];
	FILE *out = fmemopen(text, sizeof(text), "w");
	size_t i;

	assert_non_null(out);
	*text = '\0';
	for (i = 0; i < parsed.count; i++)
		describe_demand(out, &parsed.demands[i]);
	fclose(out);

	return text;
}

static void play(void **state)
{
	const struct acpi_case *row = *state;
	const char *name = row->name;

	for (; row < acpi_cases + ACPI_CASES && !strcmp(row->name, name); row++) {
		table_of_case(&table, row);
		if (row->bad) {
			bad(row->bad);
		} else {
			noted(row->note ? row->note : "");
			assert_int_equal(!*parsed.note, !row->note);
			assert_int_equal(parsed.kind, !strcmp(row->signature, "IVRS") ? ACPI_TABLE_IVRS :
						      !strcmp(row->signature, "DMAR") ? ACPI_TABLE_DMAR :
											ACPI_TABLE_IORT);
			assert_int_equal(parsed.units, row->units);
			assert_int_equal(parsed.dma_protection, row->dma_protection);
			assert_string_equal(demands(), row->demands ? row->demands : "");
		}
	}
}

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

static void header_too_short(void **state)
{
	size_t size;

	(void)state;
	table_begin(&table, "IVRS", no_blocks);
	for (size = 0; size < 36; size++)
		bad_bytes(size, "too few for an ACPI table");
	for (size = 36; size < 48; size++) {
		table.size = size;
		bad("too few for the header of IVRS, 48");
		memcpy(table.bytes, "DMAR", 4);
		bad("too few for the header of DMAR, 48");
		memcpy(table.bytes, "IORT", 4);
		bad("too few for the header of IORT, 48");
		memcpy(table.bytes, "IVRS", 4);
	}
}

static void length_of_the_table(void **state)
{
	(void)state;
	table_begin(&table, "IVRS", one_ivmd);
	table_seal(&table);
	/* Keep the checksum right, so that only the length is wrong. */
	table.bytes[4] += 1;
	table.bytes[9] -= 1;
	bad_bytes(table.size, "the length at offset 0x4 is 81, but there are 80");
	table.bytes[4] -= 2;
	table.bytes[9] += 2;
	bad_bytes(table.size, "the length at offset 0x4 is 79, but there are 80");
	table_seal(&table);
	bad_bytes(table.size - 1, "is 80, but there are 79 bytes");
}

/* With a wrong checksum in an IVRS, Linux does not use the IOMMU; in a DMAR, it only warns. */
static void wrong_checksum(void **state)
{
	(void)state;
	table_begin(&table, "IVRS", one_ivmd);
	table_seal(&table);
	table.bytes[9]++;
	bad_bytes(table.size, "the bytes sum up to 0x01, not to 0");
	table.bytes[9]--;
	table.bytes[table.size - 1] ^= 0x80;
	bad_bytes(table.size, "the bytes sum up to 0x80, not to 0");

	table_begin(&table, "DMAR", (struct bytes)BYTES(DRHD(0)));
	table_seal(&table);
	table.bytes[9]++;
	assert_int_equal(parse_bytes(table.bytes, table.size), 0);
	assert_int_equal(parsed.units, 1);
	if (!strstr(parsed.note, "the bytes sum up to 0x01, not to 0"))
		fail_msg("noted: %s", parsed.note);
}

static void table_too_large(void **state)
{
	static uint8_t large[(1 << 20) + 1] = "IVRS";
	size_t size;

	(void)state;
	for (size = 1 << 20; size <= sizeof(large); size++) {
		put(large + 4, 4, size);
		large[9] = 0;
		large[9] = -bytes_sum((struct bytes){ large, size });
		assert_int_equal(parse_bytes(large, size), size > 1 << 20 ? -1 : 0);
	}
	says("1048577 bytes are more than any");
}

/* All lengths of the last block, for each known type. */
static void block_lengths(void **state)
{
	static const struct {
		const char *signature;
		uint8_t type, looked_at;
	} blocks[] = {
		{ "IVRS", 0x10, 24 }, { "IVRS", 0x11, 24 }, { "IVRS", 0x40, 24 },
		{ "IVRS", 0x20, 32 }, { "IVRS", 0x21, 32 }, { "IVRS", 0x22, 32 },
		{ "DMAR", 0, 16 },    { "DMAR", 1, 24 },
	};
	size_t i, length;

	(void)state;
	for (i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		for (length = 0; length <= blocks[i].looked_at; length++) {
			const uint8_t block[40] = { blocks[i].type, 0, U16(length) };
			/* As long as its length says, if that is possible. */
			struct bytes bytes = { block, length < 4 ? 4 : length };

			table_begin(&table, blocks[i].signature, bytes);
			noted(!length			      ? "a block of length 0 at offset 0x30" :
			      length < blocks[i].looked_at ? "the block at offset 0x30 is cut off" :
							      "");
			assert_int_equal(!*parsed.note, length == blocks[i].looked_at);
			if (*parsed.note)
				assert_int_equal(parsed.units + parsed.count, 0);
		}
	}
}

/* A table that is cut at any place, with length and checksum corrected. */
static void any_cut(void **state)
{
	const struct bytes blocks =
		BYTES(DRHD(0), RMRR(8 + 14, 0, 0x1000, 0x1fff), SCOPE(1, 8, 0, 0x14, 0),
		      SCOPE(2, 14, 0, 0x1c, 4, 0, 0, 31, 7, 1, 1));
	size_t size, full = TABLE_HEADER + blocks.size;

	(void)state;
	table_begin(&table, "DMAR", blocks);
	for (size = 48; size <= full; size++) {
		table.size = size;
		if (size == 48 || size == 64 || size == full) {
			good();
			assert_string_equal(parsed.note, "");
		} else if (size < 48 + 4 || (size > 64 && size < 64 + 4)) {
			noted("are no block");
		} else {
			bad("goes past the end of the table");
		}
	}
	table.size = full;
	good();
	assert_int_equal(parsed.count, 2);

	/* An IVMD counts if all bytes that Linux reads are there. */
	table_begin(&table, "IVRS", one_ivmd);
	table_add(&table, one_ivmd);
	put(table.bytes + 48 + 32 + 2, 2, 40);
	for (size = 48 + 32; size <= 48 + 64; size++) {
		table.size = size;
		noted(size == 80 ? "" : size < 84 ? "are no block" : "past the end of the table");
		assert_int_equal(parsed.count, size == 48 + 64 ? 2 : 1);
	}
}

/* The same for known nodes. */
static void node_lengths(void **state)
{
	static const struct {
		const char *name;
		uint8_t type, shortest;
	} nodes[] = {
		{ "root complex", 2, 32 }, { "SMMU", 3, 60 }, { "SMMUv3", 4, 60 }, { "RMR", 6, 28 },
	};
	char words[160];
	size_t i, length;

	(void)state;
	for (i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
		for (length = 16; length <= nodes[i].shortest; length++) {
			const uint8_t node[60] = { nodes[i].type, U16(length) };

			table_begin(&table, "IORT", (struct bytes){ node, length });
			table.bytes[TABLE_FLAGS] = 1;
			table.bytes[TABLE_FLAGS + 4] = TABLE_HEADER;
			snprintf(words, sizeof(words),
				 "the %s at offset 0x30 is %zu bytes long, and needs at least %d",
				 nodes[i].name, length, nodes[i].shortest);
			noted(length == nodes[i].shortest ? "" : words);
			assert_int_equal(!*parsed.note, length == nodes[i].shortest);
		}
	}
}

/* More demands than the limit, and more work than can be done quickly. */
static void too_much_of_an_iort(void **state)
{
	static uint8_t large[0x20001];
	size_t i;

	(void)state;
	table_begin(&table, "IORT", (struct bytes)BYTES(SMMU(4), ROOT_COMPLEX(1, 0),
		    MAPPING(0, 0xffff, 0, 0x30), RMR(0, 64, 64)));
	table.bytes[TABLE_FLAGS] = 3;
	table.bytes[TABLE_FLAGS + 4] = TABLE_HEADER;
	for (i = 0; i < 64; i++)
		table_add(&table, (struct bytes)BYTES(MAPPING(0, 0, i, 0x30)));
	for (i = 0; i < 64; i++)
		table_add(&table, (struct bytes)BYTES(RANGE(i << 16, 0x10000)));
	good();
	assert_int_equal(parsed.count, 4096);
	assert_int_equal(parsed.demands[4095].first, 63);
	assert_int_equal(parsed.demands[4095].start, 63 << 16);
	table_add(&table, (struct bytes)BYTES(RMR(0, 0, 1), RANGE(0, 0)));
	table.bytes[TABLE_FLAGS] = 4;
	noted("exceeds the 4096 mappings that this tool supports");
	assert_int_equal(parsed.count, 4096);

	memcpy(large, table.bytes, TABLE_HEADER);
	large[TABLE_FLAGS] = 0;
	for (i = sizeof(large) - 1; i <= sizeof(large); i++) {
		put(large + 4, 4, i);
		large[9] = 0;
		large[9] = -bytes_sum((struct bytes){ large, i });
		assert_int_equal(parse_bytes(large, i), i > 0x20000 ? -1 : 0);
	}
	says("an IORT of 131073 bytes is larger than the 131072 that are supported");
}

/* As many of each as possible in the least space. */
static void nothing_but_demands(void **state)
{
	size_t i;

	(void)state;
	table_begin(&table, "IVRS", no_blocks);
	for (i = 0; i < 100; i++)
		table_add(&table, (struct bytes)BYTES(IVMD(0x21, 1, i, 0, i << 12, 0x1000)));
	good();
	assert_int_equal(parsed.count, 100);
	assert_int_equal(parsed.demands[99].first, 99);

	table_begin(&table, "IVRS", no_blocks);
	for (i = 0; i < 100; i++)
		table_add(&table, (struct bytes)BYTES(IVHD_HEADER(0x10, 24, 0, i)));
	good();
	assert_int_equal(parsed.units, 100);

	table_begin(&table, "DMAR", (struct bytes)BYTES(RMRR(1000 * 8, 0, 0x1000, 0x1fff)));
	for (i = 0; i < 1000; i++)
		table_add(&table, (struct bytes)BYTES(SCOPE(1, 8, (uint8_t)i, 0x14, 0)));
	good();
	assert_int_equal(parsed.count, 1000);
	assert_int_equal(parsed.demands[999].bus, 999 % 256);
}

static void small_error_buffer(void **state)
{
	char small[] = "12345678";

	(void)state;
	table_begin(&table, "XXXX", no_blocks);
	table_seal(&table);
	assert_int_equal(acpi_table_parse(table.bytes, table.size, &parsed, small, 4), -1);
	assert_string_equal(small, "nei");
	assert_string_equal(small + 4, "5678");
	assert_int_equal(acpi_table_parse(table.bytes, table.size, &parsed, NULL, 0), -1);
}

static void free_twice(void **state)
{
	(void)state;
	table_begin(&table, "IVRS", one_ivmd);
	good();
	acpi_table_free(&parsed);
	assert_null(parsed.demands);
	assert_int_equal(parsed.count, 0);
	acpi_table_free(&parsed);
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
	const struct CMUnitTest others[OTHERS] = {
		TEST(bytes_outside_end_the_program),
		TEST(header_too_short),
		TEST(length_of_the_table),
		TEST(wrong_checksum),
		TEST(table_too_large),
		TEST(block_lengths),
		TEST(node_lengths),
		TEST(too_much_of_an_iort),
		TEST(any_cut),
		TEST(nothing_but_demands),
		TEST(small_error_buffer),
		TEST(free_twice),
	};
	struct CMUnitTest tests[ACPI_CASES + OTHERS];
	size_t count = 0;
	size_t i;

	for (i = 0; i < ACPI_CASES; i++)
		if (!i || strcmp(acpi_cases[i].name, acpi_cases[i - 1].name))
			tests[count++] = (struct CMUnitTest){
				.name = acpi_cases[i].name,
				.test_func = play,
				.teardown_func = teardown,
				.initial_state = (void *)&acpi_cases[i],
			};

	memcpy(tests + count, others, sizeof(others));

	return _cmocka_run_group_tests("tests", tests, count + OTHERS, NULL, NULL);
}
