// SPDX-License-Identifier: GPL-2.0-only
/*
 * For an IORT the second implementation answers one question, as Linux does for a device:
 * whether a memory range of an RMR node applies to a requester id. It is asked for those ids
 * at which the answer may change.
 */
#include "table.h"

enum { ENTRY = 20, ROOT_COMPLEX = 2, RMR = 6 };

static uint32_t u32(const uint8_t *from)
{
	return (uint32_t)get(from, 4);
}

static bool is_smmu(const uint8_t *node)
{
	return node[0] == 3 || node[0] == 4;
}

/* The node after @node; the first if that is NULL; NULL after the last. The table must be valid. */
static const uint8_t *next(const uint8_t *table, const uint8_t *node, uint32_t *left)
{
	if (!node)
		*left = u32(table + 36);
	if (!*left)
		return NULL;
	--*left;

	return node ? node + get(node + 1, 2) : table + u32(table + 40);
}

static const uint8_t *node_at(const uint8_t *table, uint32_t offset)
{
	const uint8_t *node = NULL;
	uint32_t left;

	while ((node = next(table, node, &left)))
		if (node == table + offset)
			return node;

	return NULL;
}

static bool has_array(const uint8_t *node, size_t own, uint64_t count, uint64_t at)
{
	return !count || (at >= own && at + count * ENTRY <= get(node + 1, 2));
}

static bool expect_mappings(const uint8_t *table, const uint8_t *node, size_t own)
{
	uint64_t count = u32(node + 8), at = u32(node + 12), i;

	if (!has_array(node, own, count, at))
		return false;
	for (i = 0; i < count; i++, at += ENTRY)
		if (!node_at(table, u32(node + at + 12)) ||
		    get(node + at, 4) + u32(node + at + 4) > UINT32_MAX ||
		    get(node + at + 8, 4) + u32(node + at + 4) > UINT32_MAX)
			return false;

	return true;
}

static const uint8_t *root_complex_of(const uint8_t *table, uint32_t segment)
{
	const uint8_t *node = NULL;
	uint32_t left;

	while ((node = next(table, node, &left)))
		if (node[0] == ROOT_COMPLEX && u32(node + 28) == segment)
			return node;

	return NULL;
}

static bool expect_rmr(const uint8_t *table, const uint8_t *node)
{
	uint64_t count = u32(node + 20), at = u32(node + 24), i;

	if (!expect_mappings(table, node, 28) || !has_array(node, 28, count, at))
		return false;
	for (i = 0; i < count; i++, at += ENTRY)
		if (get(node + at, 8) + get(node + at + 8, 8) < get(node + at, 8))
			return false;

	return true;
}

static bool expect_blocks(const uint8_t *bytes, size_t size)
{
	uint32_t left = u32(bytes + 36);
	size_t at = u32(bytes + 40);
	const uint8_t *node = NULL;

	if (at < TABLE_HEADER)
		return false;
	for (; left; left--, at += get(bytes + at + 1, 2)) {
		if (at > size || size - at < 16 || get(bytes + at + 1, 2) < 16 ||
		    get(bytes + at + 1, 2) > size - at)
			return false;
		if ((bytes[at] == ROOT_COMPLEX && get(bytes + at + 1, 2) < 32) ||
		    (is_smmu(bytes + at) && get(bytes + at + 1, 2) < 60) ||
		    (bytes[at] == RMR && get(bytes + at + 1, 2) < 28))
			return false;
		expected.unit_count += is_smmu(bytes + at);
	}
	while ((node = next(bytes, node, &left)))
		if ((node[0] == ROOT_COMPLEX &&
		     (u32(node + 28) > UINT16_MAX || !expect_mappings(bytes, node, 32))) ||
		    (node[0] == RMR && bytes[8] >= 5 && !expect_rmr(bytes, node)))
			return false;

	return true;
}

/* The SMMU that @id of a segment reaches, and its stream id there; NULL: none. */
static const uint8_t *reach(const uint8_t *table, uint32_t segment, uint32_t id, uint32_t *stream)
{
	const uint8_t *node = root_complex_of(table, segment), *mapping, *to = NULL;
	uint32_t count = node ? u32(node + 8) : 0;

	for (mapping = node ? node + u32(node + 12) : NULL; count--; mapping += ENTRY) {
		uint32_t first = u32(mapping), last = first + u32(mapping + 4);
		bool single = u32(mapping + 16) & 1;

		if (!single && (id < first || id > last || (to && id != first)))
			continue;
		*stream = u32(mapping + 8) + (single ? 0 : id - first);
		to = table + u32(mapping + 12);
		/* The last id of several may also belong to the next mapping. */
		if (single || id != last || first == last)
			break;
	}

	return to && is_smmu(to) ? to : NULL;
}

static bool wants(const uint8_t *table, const uint8_t *rmr, uint32_t segment, uint32_t id)
{
	uint32_t stream = 0, count = u32(rmr + 8);
	const uint8_t *smmu = reach(table, segment, id, &stream);
	const uint8_t *mapping = rmr + u32(rmr + 12);

	for (; smmu && count--; mapping += ENTRY)
		if (table + u32(mapping + 12) == smmu && stream >= u32(mapping + 8) &&
		    stream - u32(mapping + 8) <= u32(mapping + 4))
			return true;

	return false;
}

/* How many demands there are for @id in each memory range; the same for all ranges of a node. */
static size_t told(const struct acpi_table *parsed, const uint8_t *table, const uint8_t *rmr,
		   uint32_t segment, uint32_t id)
{
	const uint8_t *ranges = rmr + u32(rmr + 24), *range = ranges;
	uint32_t count = u32(rmr + 20), n;
	size_t times = 0, seen = 0, i;

	for (i = 0, n = 0; i < parsed->count; i++) {
		const struct acpi_demand *demand = &parsed->demands[i];

		if (demand->offset != (size_t)(rmr - table))
			continue;
		PROMISE(demand->block == RMR && demand->flags == (rmr[16] & 3));
		PROMISE(demand->start == get(range, 8) && demand->length == get(range + 8, 8));
		n = n + 1 == count ? 0 : n + 1;
		range = n ? range + ENTRY : ranges;
		seen++;
		if (demand->target == ACPI_TARGET_RANGE && demand->segment == segment &&
		    demand->first <= id && id <= demand->last)
			times++;
	}
	PROMISE(n == 0 && !seen == !count);
	PROMISE(!count || times % count == 0);

	return count ? times / count : 0;
}

static void ask(const struct acpi_table *parsed, const uint8_t *table, const uint8_t *rmr,
		uint32_t segment, uint64_t id)
{
	if (id <= 0xffff && u32(rmr + 20))
		PROMISE(!told(parsed, table, rmr, segment, (uint32_t)id) ==
			!wants(table, rmr, segment, (uint32_t)id));
}

/* Asks at the ends of a mapping of a root complex, and where those of an RMR node begin and end in it. */
static void ask_around(const struct acpi_table *parsed, const uint8_t *table, const uint8_t *rmr,
		       uint32_t segment, const uint8_t *mapping)
{
	uint64_t first = u32(mapping), more = u32(mapping + 4), out = u32(mapping + 8);
	uint32_t count = u32(rmr + 8);
	const uint8_t *other = rmr + u32(rmr + 12);
	uint64_t by;

	for (by = 0; by <= 2; by++) {
		ask(parsed, table, rmr, segment, first + by - 1);
		ask(parsed, table, rmr, segment, first + more + by - 1);
	}
	for (; count--; other += ENTRY)
		for (by = 0; by <= 2; by++) {
			uint64_t begin = first + u32(other + 8) - out + by - 1;

			ask(parsed, table, rmr, segment, begin);
			ask(parsed, table, rmr, segment, begin + u32(other + 4));
		}
}

static void check_demands(const struct acpi_table *parsed, const uint8_t *table, size_t size)
{
	const uint8_t *rmr = NULL, *root = NULL, *mapping;
	uint32_t left, rmrs_left, i;

	PROMISE(parsed->count <= 4096);
	for (i = 0; i < parsed->count; i++) {
		check_demand(&parsed->demands[i], size);
		PROMISE(table[8] >= 5 && table[parsed->demands[i].offset] == RMR);
	}
	while (table[8] >= 5 && (rmr = next(table, rmr, &rmrs_left))) {
		if (rmr[0] != RMR)
			continue;
		while ((root = next(table, root, &left))) {
			if (root[0] != ROOT_COMPLEX)
				continue;
			ask(parsed, table, rmr, u32(root + 28), 0);
			ask(parsed, table, rmr, u32(root + 28), 0xffff);
			mapping = root + u32(root + 12);
			for (i = 0; i < u32(root + 8); i++, mapping += ENTRY)
				ask_around(parsed, table, rmr, u32(root + 28), mapping);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= TABLE_MAX)
		check_input(data, size, "IORT", ACPI_TABLE_IORT, 0, 0);

	return 0;
}
