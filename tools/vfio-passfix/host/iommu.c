// SPDX-License-Identifier: GPL-2.0-only
#include "host/iommu.h"

#include <glib.h>
#include <stdint.h>

#include "host/root.h"

#define UNITS "/sys/class/iommu"

static bool read_register(const struct pci_device *device, const char *name, uint64_t *value)
{
	g_autofree char *text = root_read("/sys/bus/pci/devices/%s/iommu/%s", device->address, name);

	if (text)
		*value = g_ascii_strtoull(text, NULL, 16);
	return text;
}

/*
 * VT-d's capability register: MGAW, bits 21 to 16, is the width that it supports minus one; SAGAW,
 * bits 12 to 8, says which page tables it can walk: 39, 48 or 57 bits.
 */
static int intel_width(uint64_t capability)
{
	int most = (int)(capability >> 16 & 0x3f) + 1;
	int tables = capability >> 11 & 1 ? 57 : capability >> 10 & 1 ? 48 : capability >> 9 & 1 ? 39 : most;

	return MIN(most, tables);
}

/* AMD's extended feature register: HATS, bits 11 and 10, is the number of page table levels minus 4. */
static int amd_width(uint64_t features)
{
	static const int widths[] = { 48, 57, 64, 0 };

	return widths[features >> 10 & 3];
}

static int width_of(const struct pci_device *device)
{
	uint64_t value;

	if (read_register(device, "intel-iommu/cap", &value))
		return intel_width(value);
	return read_register(device, "amd-iommu/features", &value) ? amd_width(value) : 0;
}

int iommu_width(const struct card *card)
{
	int least = 0;

	for (guint i = 0; i < card->functions->len; i++) {
		int width = width_of(card->functions->pdata[i]);

		if (width && (!least || width < least))
			least = width;
	}
	return least;
}

enum iommu_kind iommu_kind(void)
{
	static const struct {
		const char *name;
		enum iommu_kind kind;
	} kinds[] = { { "ivhd", IOMMU_AMD }, { "dmar", IOMMU_INTEL }, { "smmu", IOMMU_ARM } };
	g_autoptr(GPtrArray) units = root_list(UNITS);

	for (guint i = 0; i < units->len; i++)
		for (size_t j = 0; j < G_N_ELEMENTS(kinds); j++)
			if (g_str_has_prefix(units->pdata[i], kinds[j].name))
				return kinds[j].kind;
	return units->len ? IOMMU_OTHER : IOMMU_NONE;
}
