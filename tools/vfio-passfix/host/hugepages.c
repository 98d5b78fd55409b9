// SPDX-License-Identifier: GPL-2.0-only
#include "host/hugepages.h"

#include <stdio.h>

#include "host/root.h"

#define POOLS "/sys/kernel/mm/hugepages"

static guint64 count(const char *pool, const char *attribute)
{
	g_autofree char *text = root_read(POOLS "/%s/%s", pool, attribute);

	return text ? g_ascii_strtoull(text, NULL, 10) : 0;
}

static guint64 largest_with(guint64 memory, const char *attribute)
{
	g_autoptr(GPtrArray) pools = root_list(POOLS);
	guint64 best = 0;

	for (guint i = 0; i < pools->len; i++) {
		guint64 size;

		if (sscanf(pools->pdata[i], "hugepages-%" G_GUINT64_FORMAT "kB", &size) != 1 ||
		    !size)
			continue;
		if (size > best && memory % size == 0 &&
		    count(pools->pdata[i], attribute) >= memory / size)
			best = size;
	}
	return best;
}

guint64 hugepages_for(guint64 memory)
{
	guint64 size = largest_with(memory, "free_hugepages");

	return size ? size : largest_with(memory, "nr_hugepages");
}
