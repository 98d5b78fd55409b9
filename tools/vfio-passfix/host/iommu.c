// SPDX-License-Identifier: GPL-2.0-only
#include "host/iommu.h"

#include <glib.h>

#include "host/root.h"

#define UNITS "/sys/class/iommu"

bool iommu_is_intel(void)
{
	g_autoptr(GPtrArray) units = root_list(UNITS);

	for (guint i = 0; i < units->len; i++)
		if (g_str_has_prefix(units->pdata[i], "dmar"))
			return true;
	return false;
}
