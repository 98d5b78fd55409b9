// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "host/card.h"
#include "host/fix.h"
#include "host/host.h"
#include "host/machine.h"
#include "text/json.h"
#include "text/output.h"

static const GOptionEntry options[] = {
	JSON_OPTION("Print the groups as JSON"),
	{ 0 },
};

/* ASCII if the terminal's encoding has no other characters. */
static const char *branch(bool last)
{
	if (!g_get_charset(NULL))
		return last ? "`-" : "|-";
	return last ? "└─" : "├─";
}

static enum colour driver_colour(const struct pci_device *device)
{
	return device->driver && pci_driver_is_vfio(device->driver) ? COLOUR_GREEN : COLOUR_NONE;
}

/* The column where the text of a device begins. */
#define INDENT 38

static void print_device(const struct pci_device *device, bool last)
{
	g_autofree char *name = pci_name(device), *class = pci_class_name(device);
	g_autofree char *id = pci_id(device);
	g_autofree char *text = g_strdup_printf("%s: %s [%s]", class, name, id);
	g_autofree char *first = g_strdup_printf("  %s %s  %s%-18s%s ", branch(last), output_text(device->address),
						 colour_on(driver_colour(device)),
						 output_text(device->driver ? device->driver : "-"), colour_off());

	output_wrapped(first, INDENT, text);
}

/* In lines. */
static char *regions_text(const struct group *group)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < group->regions->len; i++) {
		const struct region *region = &g_array_index(group->regions, struct region, i);
		g_autofree char *range = region_text(region);

		g_string_append_printf(text, "%s%s %s", i ? "\n" : "", range, region->type);
	}
	if (!group->regions_known)
		g_string_assign(text, "not readable");
	else if (!text->len)
		g_string_assign(text, "none");
	return g_string_free(text, FALSE);
}

/* Adds "4" to "0-3", or "6" to "0-4". */
static void add_number(GString *numbers, int *last, int number)
{
	bool follows = numbers->len && *last == number - 1;
	const char *dash = strrchr(numbers->str, '-'), *comma = strrchr(numbers->str, ',');

	if (follows && dash && (!comma || dash > comma))
		g_string_truncate(numbers, (gsize)(dash - numbers->str));
	g_string_append_printf(numbers, "%s%d", follows ? "-" : numbers->len ? ", " : "", number);
	*last = number;
}

/* The reserved regions: each list of them once, for all groups that have that list. */
static void print_regions(const GPtrArray *groups)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < groups->len; i++)
		g_ptr_array_add(texts, regions_text(groups->pdata[i]));
	if (groups->len)
		puts("\nReserved memory");
	for (guint i = 0; i < groups->len; i++) {
		g_autoptr(GString) numbers = g_string_new(NULL);
		g_auto(GStrv) lines = NULL;
		int last = -1;
		guint before = 0;

		while (strcmp(texts->pdata[before], texts->pdata[i]))
			before++;
		if (before < i)
			continue;
		for (guint j = i; j < groups->len; j++)
			if (!strcmp(texts->pdata[j], texts->pdata[i]))
				add_number(numbers, &last, ((struct group *)groups->pdata[j])->number);
		g_string_prepend(numbers, strpbrk(numbers->str, ",-") ? "groups " : "group ");
		g_string_append(numbers, ":");
		output_wrapped("  ", 4, numbers->str);
		lines = g_strsplit(texts->pdata[i], "\n", -1);
		for (char **line = lines; *line; line++)
			printf("    %s\n", output_text(*line));
	}
}

static bool is_refused(const struct host *host, const struct group *group)
{
	return fix_refusal() != REFUSAL_NONE && fix_is_demanded(host, group);
}

static void print_group(const struct host *host, const struct group *group)
{
	printf("%sgroup %d%s  %s", colour_on(COLOUR_BOLD), group->number, colour_off(),
	       output_text(group->type ? group->type : "type unknown"));
	if (is_refused(host, group))
		printf("  %s! the firmware mandates 1:1 mappings: refused%s", colour_on(COLOUR_RED), colour_off());
	else if (group_is_demanded(group))
		printf("  %s! the firmware mandates 1:1 mappings%s", colour_on(COLOUR_YELLOW), colour_off());
	else if (group_is_relaxed(group))
		printf("  %s~ 1:1 mappings, relaxed%s", colour_on(COLOUR_GREEN), colour_off());
	putchar('\n');
	for (guint i = 0; i < group->members->len; i++) {
		const struct pci_device *device = pci_find(host->devices, group->members->pdata[i]);

		if (device)
			print_device(device, i + 1 == group->members->len);
		else
			printf("  %s %s  (no PCI device)\n", branch(i + 1 == group->members->len),
			       output_text(group->members->pdata[i]));
	}
}

static struct json_object *json_device(const struct pci_device *device)
{
	g_autofree char *name = pci_name(device), *id = pci_id(device), *class = pci_class_name(device);
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "address", json_text(device->address));
	json_object_object_add(object, "id", json_text(id));
	json_object_object_add(object, "class", json_object_new_int((int)device->class));
	json_object_object_add(object, "class_name", json_text(class));
	json_object_object_add(object, "name", json_text(name));
	json_object_object_add(object, "driver", json_text(device->driver));
	return object;
}

static struct json_object *json_group(const struct host *host, const struct group *group)
{
	struct json_object *object = json_object_new_object();
	struct json_object *devices = json_object_new_array(), *regions = json_object_new_array();

	for (guint i = 0; i < group->members->len; i++) {
		const struct pci_device *device = pci_find(host->devices, group->members->pdata[i]);

		if (device)
			json_object_array_add(devices, json_device(device));
	}
	for (guint i = 0; i < group->regions->len; i++) {
		const struct region *region = &g_array_index(group->regions, struct region, i);
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "start", json_object_new_uint64(region->start));
		json_object_object_add(entry, "end", json_object_new_uint64(region->end));
		json_object_object_add(entry, "type", json_text(region->type));
		json_object_array_add(regions, entry);
	}
	json_object_object_add(object, "number", json_object_new_int(group->number));
	json_object_object_add(object, "type", json_text(group->type));
	json_object_object_add(object, "demanded", json_object_new_boolean(group_is_demanded(group)));
	json_object_object_add(object, "refused", json_object_new_boolean(is_refused(host, group)));
	json_object_object_add(object, "relaxed", json_object_new_boolean(group_is_relaxed(group)));
	json_object_object_add(object, "devices", devices);
	json_object_object_add(object, "reserved_regions", group->regions_known ? regions : NULL);
	if (!group->regions_known)
		json_object_put(regions);
	return object;
}

static void print_json(const struct host *host, const GPtrArray *groups)
{
	struct json_object *answer = json_answer(), *list = json_object_new_array();

	for (guint i = 0; i < groups->len; i++)
		json_object_array_add(list, json_group(host, groups->pdata[i]));
	json_object_object_add(answer, "groups", list);
	json_print(answer);
}

static int show(const struct host *host, const GPtrArray *groups)
{
	if (json_wanted) {
		print_json(host, groups);
		return EXIT_FINE;
	}
	if (!groups->len) {
		g_autofree char *why = machine_no_groups();

		complain("there are no IOMMU groups: %s; vfio-passfix doctor shows details", why);
		return EXIT_FAILED;
	}
	for (guint i = 0; i < groups->len; i++)
		print_group(host, groups->pdata[i]);
	print_regions(groups);
	return EXIT_FINE;
}

static int run(int count, char **arguments)
{
	struct host *host = host_read();
	g_autoptr(GPtrArray) groups = NULL;
	GError *error = NULL;
	struct card *card;
	int code;

	card = count ? card_find(host, arguments[0], false, &error) : NULL;
	groups = card ? card_groups(host, card) : g_ptr_array_ref(host->groups);
	code = error ? fail_with(error) : show(host, groups);
	card_free(card);
	host_free(host);
	return code;
}

const struct command command_groups = {
	.name = "groups",
	.arguments = "[DEVICE]",
	.most = 1,
	.summary = "show the IOMMU groups and what is in them",
	.description =
		"Shows each IOMMU group, or those of DEVICE: the type of its default domain, its devices with their "
		"drivers, and its reserved memory. Except for bridges, a group is assigned as a whole.\n\n"
		"\"!\" marks a group for which the firmware mandates 1:1 mappings. Kernels from " FIX_SINCE " on refuse to "
		"assign its devices; with Intel's IOMMU, kernels from " FIX_INTEL_SINCE " on do. \"~\" marks a group whose "
		"mappings are relaxed.",
	.options = options,
	.run = run,
};
