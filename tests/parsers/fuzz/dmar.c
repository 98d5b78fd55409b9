// SPDX-License-Identifier: GPL-2.0-only
#include "blocks.h"

static void expect_scope(const uint8_t *bytes, size_t size, size_t at, struct acpi_demand demand)
{
	size_t hops = bytes[at + 1] < 8 ? 0 : (bytes[at + 1] - 6) / 2;
	size_t i;

	if (bytes[at] != 1 && bytes[at] != 2)
		return;
	if (!hops || hops > ACPI_PATH_MAX)
		demand.ignored = "";

	demand.target = bytes[at] == 1 ? ACPI_TARGET_PATH : ACPI_TARGET_SUBTREE;
	demand.bus = bytes[at + 5];
	for (i = 0; i < hops && i < ACPI_PATH_MAX; i++) {
		if (at + 8 + 2 * i > size) {
			demand.ignored = "";
			break;
		}
		demand.path[i].device = bytes[at + 6 + 2 * i];
		demand.path[i].function = bytes[at + 7 + 2 * i];
		demand.hops++;
		if (demand.path[i].device >= 32 || demand.path[i].function >= 8) {
			demand.ignored = "";
			break;
		}
	}
	expected.demands[expected.count++] = demand;
}

static void expect_block(const uint8_t *bytes, size_t size, size_t at, size_t length)
{
	struct acpi_demand demand = { .offset = at, .block = 1 };
	uint16_t type = get(bytes + at, 2);
	size_t scope;

	if ((type == 0 && size - at < 16) || (type == 1 && size - at < 24)) {
		expected.noted = true;
	} else if (type == 0) {
		expected.unit_count++;
	} else if (type == 1) {
		demand.segment = get(bytes + at + 6, 2);
		demand.start = get(bytes + at + 8, 8);
		demand.length = get(bytes + at + 16, 8) + 1 - demand.start;
		if (get(bytes + at + 16, 8) < demand.start) {
			demand.length = 0;
			demand.ignored = "";
		}
		for (scope = at + 24; scope < at + length; scope += bytes[scope + 1]) {
			if (size - scope < 6 || !bytes[scope + 1]) {
				expected.noted = true;
				break;
			}
			expect_scope(bytes, size, scope, demand);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= TABLE_MAX)
		check_input(data, size, "DMAR", ACPI_TABLE_DMAR, 37, 0x04);

	return 0;
}
