// SPDX-License-Identifier: GPL-2.0-only
#include "host/group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/root.h"

#define GROUPS "/sys/kernel/iommu_groups"

static void clear_region(gpointer data)
{
	g_free(((struct region *)data)->type);
}

static void read_regions(struct group *group)
{
	g_autofree char *text = root_read(GROUPS "/%d/reserved_regions", group->number);
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	group->regions_known = text;
	for (char **line = lines; *line; line++) {
		struct region region;
		unsigned long long start, end;
		char type[32];

		if (sscanf(*line, "%llx %llx %31s", &start, &end, type) != 3)
			continue;
		region.start = start;
		region.end = end;
		region.type = g_strdup(type);
		g_array_append_val(group->regions, region);
	}
}

static void free_group(gpointer data)
{
	struct group *group = data;

	g_free(group->type);
	g_ptr_array_unref(group->members);
	g_array_unref(group->regions);
	g_free(group);
}

static int by_number(gconstpointer a, gconstpointer b)
{
	const struct group *first = *(struct group *const *)a;
	const struct group *second = *(struct group *const *)b;

	return first->number - second->number;
}

GPtrArray *groups_read(void)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func(free_group);
	g_autoptr(GPtrArray) names = root_list(GROUPS);

	for (guint i = 0; i < names->len; i++) {
		struct group *group = g_new0(struct group, 1);

		group->number = atoi(names->pdata[i]);
		group->type = root_read(GROUPS "/%d/type", group->number);
		group->members = root_list(GROUPS "/%d/devices", group->number);
		group->regions = g_array_new(FALSE, FALSE, sizeof(struct region));
		g_array_set_clear_func(group->regions, clear_region);
		read_regions(group);
		g_ptr_array_add(groups, group);
	}
	g_ptr_array_sort(groups, by_number);
	return groups;
}

struct group *group_find(const GPtrArray *groups, int number)
{
	for (guint i = 0; i < groups->len; i++) {
		struct group *group = groups->pdata[i];

		if (group->number == number)
			return group;
	}
	return NULL;
}

static bool has_region(const struct group *group, const char *type)
{
	for (guint i = 0; i < group->regions->len; i++)
		if (!strcmp(g_array_index(group->regions, struct region, i).type, type))
			return true;
	return false;
}

bool group_is_demanded(const struct group *group)
{
	return has_region(group, "direct");
}

bool group_is_relaxed(const struct group *group)
{
	return has_region(group, "direct-relaxable");
}

bool groups_come_late(void)
{
	g_autoptr(GPtrArray) units = root_list("/sys/class/iommu");

	for (guint i = 0; i < units->len; i++)
		if (g_str_has_prefix(units->pdata[i], "smmu"))
			return true;
	return false;
}

char *region_text(const struct region *region)
{
	return g_strdup_printf("0x%" G_GINT64_MODIFIER "x-0x%" G_GINT64_MODIFIER "x", region->start,
			       region->end);
}
