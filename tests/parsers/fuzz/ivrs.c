// SPDX-License-Identifier: GPL-2.0-only
#include "blocks.h"

static void expect_unit(uint32_t unit)
{
	size_t i;

	for (i = 0; i < expected.unit_count; i++)
		if (expected.units[i] == unit)
			return;
	expected.units[expected.unit_count++] = unit;
}

static bool expect_block(const uint8_t *block, size_t length, size_t offset)
{
	struct acpi_demand demand = { 0 };

	switch (block[0]) {
	case 0x10:
	case 0x11:
	case 0x40:
		if (length < (block[0] == 0x10 ? 24 : 40))
			return false;
		expect_unit((uint32_t)(get(block + 4, 2) | get(block + 16, 2) << 16));
		return true;
	case 0x20:
	case 0x21:
	case 0x22:
		if (length < 32)
			return false;
		demand.offset = offset;
		demand.block = block[0];
		demand.flags = block[1];
		demand.segment = get(block + 8, 2);
		demand.start = get(block + 16, 8);
		demand.length = get(block + 24, 8);
		demand.target = block[0] == 0x20 ? ACPI_TARGET_ALL : ACPI_TARGET_RANGE;
		if (block[0] != 0x20)
			demand.first = demand.last = get(block + 4, 2);
		if (block[0] == 0x22)
			demand.last = get(block + 6, 2);
		expected.demands[expected.count++] = demand;
		return demand.first <= demand.last &&
			demand.start + demand.length >= demand.start;
	default:
		return true;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= TABLE_MAX)
		check_input(data, size, "IVRS", ACPI_TABLE_IVRS, 36, 0x02);

	return 0;
}
