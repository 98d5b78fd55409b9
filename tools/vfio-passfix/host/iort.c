// SPDX-License-Identifier: GPL-2.0-only
/*
 * An RMR node mandates 1:1 mappings for stream ids of an SMMU; root complex nodes map the
 * requester ids of PCI devices to stream ids. Both are read as Linux reads them
 * (drivers/acpi/arm64/iort.c), so that a demand applies to the same devices as in Linux.
 */
#include <stdlib.h>
#include <string.h>

#include "host/acpi_parse.h"

enum {
	REVISION_AT = 8,
	/* Linux, which reads RMR nodes since 6.0, ignores them in older revisions. */
	REVISION_WITH_RMR = 5,
	NODE_COUNT_AT = 36,
	NODES_AT = 40,
	/* The tables of servers have about 10 KiB. Hostile tables would take long. */
	TABLE_MAX = 128 * 1024,
	DEMANDS_MAX = 4096,

	NODE_LENGTH_AT = 1,
	MAPPING_COUNT_AT = 8,
	MAPPINGS_AT = 12,
	NODE_HEADER_SIZE = 16,

	ROOT_COMPLEX = 2,
	SEGMENT_AT = 28,
	LAST_REQUESTER = 0xffff,

	RMR = 6,
	RMR_FLAGS_AT = 16,
	RANGE_COUNT_AT = 20,
	RANGES_AT = 24,
	/* A range that is not aligned to this is rounded outwards to whole pages. */
	RANGE_ALIGN = 64 * 1024,

	/* The size of a mapping, and of a memory range. */
	ENTRY_SIZE = 20,
	/* A flag of a mapping: every input id becomes the first output id. */
	SINGLE = 1,
};

/* The nodes that are decoded; @own: the bytes before their mappings and ranges. */
static const struct node_kind {
	uint8_t type;
	uint8_t own;
	bool is_smmu;
	const char *name;
} node_kinds[] = {
	{ ROOT_COMPLEX, 32, false, "root complex" },
	{ 3, 60, true, "SMMU" },
	{ 4, 60, true, "SMMUv3" },
	{ RMR, 28, false, "RMR" },
};

struct node {
	size_t offset;		/* in the table */
	struct bytes bytes;
	const struct node_kind *kind;	/* NULL: any other */
};

/* The ids from @input to @input + @more become those from @output on. */
struct mapping {
	uint32_t input, more, output;
	bool single;
	const struct node *to;	/* NULL: there is no node at that offset */
};

/* The requester ids from @first to @last reach an SMMU as the stream ids from @stream on. */
struct run {
	uint16_t segment;
	uint32_t first, last;
	uint32_t stream;
	bool single;		/* all of them as @stream */
	const struct node *smmu;
};

struct mappings {
	struct mapping *at;	/* with room for as many as a node can have */
	size_t count;
};

struct iort {
	struct parse *parse;
	struct node *nodes;
	size_t node_count;
	struct mappings mappings;	/* of the node that is being read */
	struct run *runs;
	size_t run_count, run_room;
	bool full;		/* DEMANDS_MAX is reached */
};

static void read_node(struct iort *iort, size_t at, size_t length)
{
	struct bytes bytes = bytes_part(iort->parse->bytes, at, length);
	struct node *node = &iort->nodes[iort->node_count++];
	size_t i;

	node->offset = at;
	node->bytes = bytes;
	for (i = 0; i < sizeof(node_kinds) / sizeof(*node_kinds); i++)
		if (node_kinds[i].type == bytes_u8(bytes, 0))
			node->kind = &node_kinds[i];
	if (!node->kind)
		return;
	if (length < node->kind->own) {
		note(iort->parse,
		     "the %s at offset 0x%zx is %zu bytes long, and needs at least %u",
		     node->kind->name, at, length, node->kind->own);
		node->kind = NULL;
		return;
	}
	iort->parse->table->units += node->kind->is_smmu;
}

/* Reading stops at a node that is cut off, or shorter than the header of a node. */
static int read_nodes(struct iort *iort)
{
	struct bytes bytes = iort->parse->bytes;
	uint32_t count = bytes_u32(bytes, NODE_COUNT_AT);
	size_t at = bytes_u32(bytes, NODES_AT);
	size_t length;

	if (at < HEADER_SIZE) {
		note(iort->parse, "the nodes begin at offset 0x%zx, inside the table's header", at);
		return 0;
	}
	iort->nodes = calloc(bytes.size / NODE_HEADER_SIZE, sizeof(*iort->nodes));
	iort->mappings.at = calloc(bytes.size / ENTRY_SIZE, sizeof(*iort->mappings.at));
	if (!iort->nodes || !iort->mappings.at)
		return out_of_memory(iort->parse);

	for (; iort->node_count < count; at += length) {
		if (!bytes_has(bytes, at, NODE_HEADER_SIZE)) {
			note(iort->parse,
			     "node %zu of %lu, at offset 0x%zx, is cut off by the end of the table",
			     iort->node_count + 1, (unsigned long)count, at);
			break;
		}
		length = bytes_u16(bytes, at + NODE_LENGTH_AT);
		if (length < NODE_HEADER_SIZE) {
			note(iort->parse,
			     "the node at offset 0x%zx is %zu bytes long, and its header needs %d",
			     at, length, NODE_HEADER_SIZE);
			break;
		}
		if (!bytes_has(bytes, at, length)) {
			note(iort->parse,
			     "the node at offset 0x%zx with a length of %zu goes past the end of the table",
			     at, length);
			break;
		}
		read_node(iort, at, length);
	}

	return 0;
}

/* The array in a node, which says how many entries (@what) it has, and where; empty if they do not fit in it. */
static struct bytes read_array(struct iort *iort, const struct node *node, const char *what,
			       size_t count_at, size_t offset_at)
{
	uint32_t count = bytes_u32(node->bytes, count_at);
	uint32_t at = bytes_u32(node->bytes, offset_at);

	if (!count)
		return (struct bytes){ 0 };
	if (at >= node->kind->own && at <= node->bytes.size &&
	    count <= (node->bytes.size - at) / ENTRY_SIZE)
		return bytes_part(node->bytes, at, (size_t)count * ENTRY_SIZE);
	note(iort->parse,
	     "the %s at offset 0x%zx is too short for its %lu %s at offset 0x%lx in it",
	     node->kind->name, node->offset, (unsigned long)count, what, (unsigned long)at);

	return (struct bytes){ 0 };
}

static int compare_offset(const void *offset, const void *node)
{
	size_t a = *(const size_t *)offset, b = ((const struct node *)node)->offset;

	return (a > b) - (a < b);
}

/* Return: false for a mapping that applies to no id. */
static bool read_mapping(struct iort *iort, const struct node *node, struct bytes entry,
			 struct mapping *mapping)
{
	size_t to = bytes_u32(entry, 12);
	bool is_rmr = node->kind->type == RMR;

	mapping->input = bytes_u32(entry, 0);
	mapping->more = bytes_u32(entry, 4);
	mapping->output = bytes_u32(entry, 8);
	mapping->single = bytes_u32(entry, 16) & SINGLE;
	mapping->to =
		bsearch(&to, iort->nodes, iort->node_count, sizeof(*iort->nodes), compare_offset);
	if (!mapping->to)
		note(iort->parse,
		     "the %s at offset 0x%zx maps ids to offset 0x%zx, but there is no node",
		     node->kind->name, node->offset, to);
	/*
	 * Linux adds the count to the first output id of an RMR node, and to the first input id of a
	 * root complex. If the sum overflows, no id matches.
	 */
	if (mapping->more > UINT32_MAX - (is_rmr ? mapping->output : mapping->input)) {
		note(iort->parse, "the %s at offset 0x%zx maps ids above 0xffffffff",
		     node->kind->name, node->offset);
		return !is_rmr && mapping->single;
	}
	if (mapping->more > UINT32_MAX - mapping->output)
		mapping->more = UINT32_MAX - mapping->output;

	return true;
}

static void read_mappings(struct iort *iort, const struct node *node, struct mappings *mappings)
{
	struct bytes array = read_array(iort, node, "mappings", MAPPING_COUNT_AT, MAPPINGS_AT);
	size_t at;

	mappings->count = 0;
	for (at = 0; at < array.size; at += ENTRY_SIZE)
		mappings->count += read_mapping(iort, node, bytes_part(array, at, ENTRY_SIZE),
						&mappings->at[mappings->count]);
}

/*
 * Sets where the requester id run->first goes, and run->last, up to which id that is so. Some
 * firmware writes the number of ids instead of that number minus one. So if the last id of a
 * mapping is also the first id of another, the other mapping applies.
 */
static void translate(const struct mappings *mappings, struct run *run)
{
	const struct mapping *mapping;
	uint32_t id = run->first;
	bool gives_way = false;

	run->smmu = NULL;
	run->last = LAST_REQUESTER;
	for (mapping = mappings->at; mapping < mappings->at + mappings->count; mapping++) {
		uint32_t end = mapping->input + mapping->more;

		if (!mapping->single) {
			if (id < mapping->input && run->last >= mapping->input)
				run->last = mapping->input - 1;
			if (id < end && run->last >= end)
				run->last = end - 1;
			if (id == end)
				run->last = end;
			if (id < mapping->input || id > end || (gives_way && id != mapping->input))
				continue;
		}
		run->stream = mapping->output + (mapping->single ? 0 : id - mapping->input);
		run->single = mapping->single;
		run->smmu = mapping->to && mapping->to->kind && mapping->to->kind->is_smmu ?
				    mapping->to : NULL;
		gives_way = !mapping->single && mapping->more && id == end;
		if (!gives_way)
			break;
	}
}

/* Linux uses the first root complex of a segment. */
static bool is_first_of_segment(const struct iort *iort, const struct node *node)
{
	const struct node *other;

	for (other = iort->nodes; other < node; other++)
		if (other->kind && other->kind->type == ROOT_COMPLEX &&
		    bytes_u32(other->bytes, SEGMENT_AT) == bytes_u32(node->bytes, SEGMENT_AT))
			return false;

	return true;
}

static int read_root_complex(struct iort *iort, const struct node *node)
{
	uint32_t segment = bytes_u32(node->bytes, SEGMENT_AT);
	struct run run = { .segment = (uint16_t)segment };
	struct run *runs;

	read_mappings(iort, node, &iort->mappings);
	if (segment > UINT16_MAX) {
		note(iort->parse,
		     "the root complex at offset 0x%zx has the PCI segment 0x%lx, which does not fit in 16 bits",
		     node->offset, (unsigned long)segment);
		return 0;
	}
	if (!is_first_of_segment(iort, node))
		return 0;

	for (; run.first <= LAST_REQUESTER; run.first = run.last + 1) {
		translate(&iort->mappings, &run);
		if (!run.smmu)
			continue;
		runs = grow(iort->runs, iort->run_count, &iort->run_room, sizeof(*runs));
		if (!runs)
			return out_of_memory(iort->parse);
		iort->runs = runs;
		iort->runs[iort->run_count++] = run;
	}

	return 0;
}

/* The memory as Linux maps it, with pages of 4 KiB, up to the last address. */
static void set_memory(struct acpi_demand *demand, uint64_t start, uint64_t length)
{
	if (start % RANGE_ALIGN || length % RANGE_ALIGN) {
		length = page_align(length + start % PAGE);
		start -= start % PAGE;
	}
	if (length && start > UINT64_MAX - (length - 1))
		length = -start;
	demand->start = start;
	demand->length = length;
}

/* Adds one demand for each memory range; @demand has the rest. */
static int add_demands(struct iort *iort, const struct node *node, struct bytes ranges,
		       struct acpi_demand demand)
{
	size_t at;

	for (at = 0; at < ranges.size && !iort->full; at += ENTRY_SIZE) {
		set_memory(&demand, bytes_u64(ranges, at), bytes_u64(ranges, at + 8));
		iort->full = iort->parse->table->count == DEMANDS_MAX;
		if (iort->full)
			note(iort->parse,
			     "the RMR at offset 0x%zx exceeds the %d mappings that this tool supports",
			     node->offset, DEMANDS_MAX);
		else if (add_demand(iort->parse, &demand))
			return -1;
	}

	return 0;
}

/* Adds demands for the requester ids of @run that reach the stream ids of @mapping. */
static int add_run(struct iort *iort, const struct node *node, struct bytes ranges,
		   const struct mapping *mapping, const struct run *run, struct acpi_demand demand)
{
	uint64_t first = run->first, last = run->last;
	uint64_t end = (uint64_t)mapping->output + mapping->more;

	if (run->smmu != mapping->to || run->stream > end)
		return 0;
	if (run->single && run->stream < mapping->output)
		return 0;
	if (!run->single) {
		if (run->stream < mapping->output)
			first += mapping->output - run->stream;
		if (last - run->first > end - run->stream)
			last = run->first + (end - run->stream);
		if (first > last)
			return 0;
	}
	demand.target = ACPI_TARGET_RANGE;
	demand.segment = run->segment;
	demand.first = (uint16_t)first;
	demand.last = (uint16_t)last;

	return add_demands(iort, node, ranges, demand);
}

static int read_rmr(struct iort *iort, const struct node *node)
{
	struct acpi_demand demand = {
		.offset = node->offset,
		.block = RMR,
		.flags = (uint8_t)(bytes_u32(node->bytes, RMR_FLAGS_AT) & 3),
		.target = ACPI_TARGET_NO_PCI,
	};
	size_t before = iort->parse->table->count;
	struct bytes ranges;
	size_t i, j;

	read_mappings(iort, node, &iort->mappings);
	ranges = read_array(iort, node, "ranges of memory", RANGE_COUNT_AT, RANGES_AT);
	for (i = 0; i < iort->mappings.count && !iort->full; i++)
		for (j = 0; j < iort->run_count && !iort->full; j++)
			if (add_run(iort, node, ranges, &iort->mappings.at[i], &iort->runs[j],
				    demand))
				return -1;
	/* It is for a platform device, or for a stream id that no device has. */
	if (iort->parse->table->count == before)
		return add_demands(iort, node, ranges, demand);

	return 0;
}

static int read_all(struct iort *iort, uint8_t type,
		    int (*read)(struct iort *iort, const struct node *node))
{
	size_t i;

	for (i = 0; i < iort->node_count; i++)
		if (iort->nodes[i].kind && iort->nodes[i].kind->type == type &&
		    read(iort, &iort->nodes[i]))
			return -1;

	return 0;
}

int iort_parse(struct parse *parse)
{
	struct iort iort = { .parse = parse };
	int status;

	if (parse->bytes.size > TABLE_MAX)
		return flaw(parse, "an IORT of %zu bytes is larger than the %d that are supported",
			    parse->bytes.size, TABLE_MAX);

	status = read_nodes(&iort);
	if (!status)
		status = read_all(&iort, ROOT_COMPLEX, read_root_complex);
	if (!status && bytes_u8(parse->bytes, REVISION_AT) >= REVISION_WITH_RMR)
		status = read_all(&iort, RMR, read_rmr);
	free(iort.nodes);
	free(iort.mappings.at);
	free(iort.runs);

	return status;
}
