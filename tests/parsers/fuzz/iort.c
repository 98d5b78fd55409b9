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

/* How many nodes are whole; those behind another one are hidden. */
static uint32_t nodes_seen;

/* The node after @node; the first if that is NULL; NULL after the last. */
static const uint8_t *next(const uint8_t *table, const uint8_t *node, uint32_t *left)
{
	if (!node)
		*left = nodes_seen;
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

/* The bytes that a node has of its own; 0 for a kind that is not looked at. */
static size_t own(const uint8_t *node)
{
	return node[0] == ROOT_COMPLEX ? 32 : is_smmu(node) ? 60 : node[0] == RMR ? 28 : 0;
}

static bool is_kind(const uint8_t *node, uint8_t kind)
{
	return node[0] == kind && get(node + 1, 2) >= own(node);
}

/* How many entries there are in the array of a node; none if it is not inside. */
static uint32_t entries(const uint8_t *node, size_t count_at, size_t offset_at)
{
	uint64_t count = u32(node + count_at), at = u32(node + offset_at);

	return at >= own(node) && at + count * ENTRY <= get(node + 1, 2) ? (uint32_t)count : 0;
}

static uint32_t mappings(const uint8_t *node)
{
	return entries(node, 8, 12);
}

static uint32_t ranges(const uint8_t *node)
{
	return entries(node, 20, 24);
}

static void note_mappings(const uint8_t *table, const uint8_t *node)
{
	const uint8_t *mapping = node + u32(node + 12);
	uint32_t count = mappings(node);

	expected.noted |= count != u32(node + 8);
	for (; count--; mapping += ENTRY)
		if (!node_at(table, u32(mapping + 12)) ||
		    get(mapping + (node[0] == RMR ? 8 : 0), 4) + u32(mapping + 4) > UINT32_MAX)
			expected.noted = true;
}

static const uint8_t *root_complex_of(const uint8_t *table, uint32_t segment)
{
	const uint8_t *node = NULL;
	uint32_t left;

	while ((node = next(table, node, &left)))
		if (is_kind(node, ROOT_COMPLEX) && u32(node + 28) == segment)
			return node;

	return NULL;
}

static bool expect_blocks(const uint8_t *bytes, size_t size)
{
	uint32_t count = u32(bytes + 36), left;
	size_t at = u32(bytes + 40), length;
	const uint8_t *node = NULL;

	nodes_seen = 0;
	if (at < TABLE_HEADER) {
		expected.noted = true;
		return true;
	}
	for (; nodes_seen < count; nodes_seen++, at += length) {
		length = at <= size && size - at >= 16 ? get(bytes + at + 1, 2) : 0;
		if (length < 16 || length > size - at) {
			expected.noted = true;
			break;
		}
		if (length < own(bytes + at))
			expected.noted = true;
		else
			expected.unit_count += is_smmu(bytes + at);
	}
	while ((node = next(bytes, node, &left))) {
		bool rmr = is_kind(node, RMR) && bytes[8] >= 5;

		if (rmr || is_kind(node, ROOT_COMPLEX))
			note_mappings(bytes, node);
		if (rmr)
			expected.noted |= ranges(node) != u32(node + 20);
		else if (is_kind(node, ROOT_COMPLEX))
			expected.noted |= u32(node + 28) > UINT16_MAX;
	}

	return true;
}

/* The SMMU that @id of a segment reaches, and its stream id there; NULL: none. */
static const uint8_t *reach(const uint8_t *table, uint32_t segment, uint32_t id, uint32_t *stream)
{
	const uint8_t *node = root_complex_of(table, segment), *mapping, *to = NULL;
	uint32_t count = node ? mappings(node) : 0;
	bool found = false;

	for (mapping = node ? node + u32(node + 12) : NULL; count--; mapping += ENTRY) {
		uint32_t first = u32(mapping), last = first + u32(mapping + 4);
		uint64_t outputs_end = (uint64_t)first + UINT32_MAX - u32(mapping + 8);
		bool single = u32(mapping + 16) & 1;

		if (last >= first && last > outputs_end)
			last = (uint32_t)outputs_end;
		if (!single && (id < first || id > last || (found && id != first)))
			continue;
		found = true;
		*stream = u32(mapping + 8) + (single ? 0 : id - first);
		to = node_at(table, u32(mapping + 12));
		/* The last id of several may also belong to the next mapping. */
		if (single || id != last || first == last)
			break;
	}

	return to && is_smmu(to) && get(to + 1, 2) >= own(to) ? to : NULL;
}

static bool wants(const uint8_t *table, const uint8_t *rmr, uint32_t segment, uint32_t id)
{
	uint32_t stream = 0, count = mappings(rmr);
	const uint8_t *smmu = reach(table, segment, id, &stream);
	const uint8_t *mapping = rmr + u32(rmr + 12);

	for (; smmu && count--; mapping += ENTRY)
		if (table + u32(mapping + 12) == smmu && stream >= u32(mapping + 8) &&
		    stream <= u32(mapping + 8) + u32(mapping + 4))
			return true;

	return false;
}

/* Whole pages around the memory, and no more, unless it is aligned to 64 KiB; up to the last address. */
static void check_memory(const struct acpi_demand *demand, uint64_t start, uint64_t length)
{
	uint64_t end = start + length;
	bool aligned = !((start | length) & 0xffff);

	PROMISE(aligned ? demand->start == start : demand->start == (start & ~0xfffULL));
	if (end < start || end + 0xfff < end)
		return;
	PROMISE(demand->length == (aligned ? length : ((end + 0xfff) & ~0xfffULL) - demand->start));
}

/* How many demands there are for @id in each memory range; the same for all ranges of a node. */
static size_t told(const struct acpi_table *parsed, const uint8_t *table, const uint8_t *rmr,
		   uint32_t segment, uint32_t id)
{
	const uint8_t *first = rmr + u32(rmr + 24), *range = first;
	uint32_t count = ranges(rmr), n;
	size_t times = 0, seen = 0, i;

	for (i = 0, n = 0; i < parsed->count; i++) {
		const struct acpi_demand *demand = &parsed->demands[i];

		if (demand->offset != (size_t)(rmr - table))
			continue;
		PROMISE(demand->block == RMR && demand->flags == (rmr[16] & 3));
		check_memory(demand, get(range, 8), get(range + 8, 8));
		n = n + 1 == count ? 0 : n + 1;
		range = n ? range + ENTRY : first;
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
	if (id <= 0xffff && segment <= UINT16_MAX && ranges(rmr))
		PROMISE(!told(parsed, table, rmr, segment, (uint32_t)id) ==
			!wants(table, rmr, segment, (uint32_t)id));
}

/* Asks at the ends of a mapping of a root complex, and where those of an RMR node begin and end in it. */
static void ask_around(const struct acpi_table *parsed, const uint8_t *table, const uint8_t *rmr,
		       uint32_t segment, const uint8_t *mapping)
{
	uint64_t first = u32(mapping), more = u32(mapping + 4), out = u32(mapping + 8);
	uint32_t count = mappings(rmr);
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
	/* Of more, some are left out. */
	if (parsed->count == 4096)
		return;
	while (table[8] >= 5 && (rmr = next(table, rmr, &rmrs_left))) {
		if (!is_kind(rmr, RMR))
			continue;
		while ((root = next(table, root, &left))) {
			if (!is_kind(root, ROOT_COMPLEX))
				continue;
			ask(parsed, table, rmr, u32(root + 28), 0);
			ask(parsed, table, rmr, u32(root + 28), 0xffff);
			mapping = root + u32(root + 12);
			for (i = 0; i < mappings(root); i++, mapping += ENTRY)
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
