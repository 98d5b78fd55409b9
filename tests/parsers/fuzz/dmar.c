// SPDX-License-Identifier: GPL-2.0-only
#include "blocks.h"

static bool expect_scope(const uint8_t *scope, size_t length, struct acpi_demand demand)
{
	size_t i;

	if (scope[0] != 1 && scope[0] != 2)
		return true;
	if (length < 8 || length > 6 + 2 * ACPI_PATH_MAX || length % 2)
		return false;

	demand.target = scope[0] == 1 ? ACPI_TARGET_PATH : ACPI_TARGET_SUBTREE;
	demand.bus = scope[5];
	demand.hops = (length - 6) / 2;
	for (i = 0; i < demand.hops; i++) {
		demand.path[i].device = scope[6 + 2 * i];
		demand.path[i].function = scope[7 + 2 * i];
		if (scope[6 + 2 * i] >= 32 || scope[7 + 2 * i] >= 8)
			return false;
	}
	expected.demands[expected.count++] = demand;

	return true;
}

static bool expect_block(const uint8_t *block, size_t length, size_t offset)
{
	struct acpi_demand demand = { .offset = offset, .block = 1 };
	uint64_t limit;
	size_t at;

	switch (get(block, 2)) {
	case 0:
		expected.unit_count++;
		return length >= 16;
	case 1:
		if (length < 24)
			return false;
		demand.segment = get(block + 6, 2);
		demand.start = get(block + 8, 8);
		limit = get(block + 16, 8);
		demand.length = limit + 1 - demand.start;
		if (limit < demand.start || !(limit + 1))
			return false;
		for (at = 24; at < length; at += block[at + 1])
			if (length - at < 6 || block[at + 1] < 6 || block[at + 1] > length - at ||
			    !expect_scope(block + at, block[at + 1], demand))
				return false;
		return true;
	default:
		return true;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= TABLE_MAX)
		check_input(data, size, "DMAR", ACPI_TABLE_DMAR, 37, 0x04);

	return 0;
}
