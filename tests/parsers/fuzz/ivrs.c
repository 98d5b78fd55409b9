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

static uint64_t in_pages(uint64_t bytes)
{
	return bytes % 4096 ? bytes - bytes % 4096 + 4096 : bytes;
}

static void expect_block(const uint8_t *bytes, size_t size, size_t at, size_t length)
{
	struct acpi_demand demand = { .offset = at };
	const uint8_t *block = bytes + at;

	(void)length;
	switch (block[0]) {
	case 0x10:
	case 0x11:
	case 0x40:
		if (size - at < 24)
			expected.noted = true;
		else
			expect_unit((uint32_t)(get(block + 4, 2) | get(block + 16, 2) << 16));
		return;
	case 0x20:
	case 0x21:
	case 0x22:
		if (size - at < 32) {
			expected.noted = true;
			return;
		}
		demand.block = block[0];
		demand.flags = block[1];
		demand.segment = get(block + 8, 2);
		demand.start = in_pages(get(block + 16, 8));
		demand.length = in_pages(get(block + 24, 8));
		if (demand.start + demand.length < demand.start)
			demand.length = UINT64_MAX - demand.start + 1;
		demand.target = block[0] == 0x20 ? ACPI_TARGET_ALL : ACPI_TARGET_RANGE;
		if (block[0] != 0x20)
			demand.first = demand.last = get(block + 4, 2);
		if (block[0] == 0x22)
			demand.last = get(block + 6, 2);
		if (demand.first > demand.last || !(block[1] & 9))
			demand.ignored = "";
		expected.demands[expected.count++] = demand;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= TABLE_MAX)
		check_input(data, size, "IVRS", ACPI_TABLE_IVRS, 36, 0x02);

	return 0;
}
