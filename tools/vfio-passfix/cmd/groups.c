// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "host/fix.h"
#include "host/host.h"
#include "host/machine.h"
#include "text/json.h"
#include "text/output.h"

static const GOptionEntry options[] = {
	JSON_OPTION("Print the groups as JSON"),
	{ 0 },
};

/* Plain characters where the terminal's encoding has no others. */
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

static void print_device(const struct pci_device *device, bool last)
{
	g_autofree char *name = pci_name(device), *class = pci_class_name(device);
	g_autofree char *id = pci_id(device);
	g_autofree char *text = g_strdup_printf("%s: %s [%s]", class, name, id);

	printf("  %s %s  %s%-18s%s %s\n", branch(last), output_text(device->address),
	       colour_on(driver_colour(device)), output_text(device->driver ? device->driver : "-"),
	       colour_off(), output_text(text));
}

static void print_regions(const struct group *group)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < group->regions->len; i++) {
		const struct region *region = &g_array_index(group->regions, struct region, i);
		g_autofree char *range = region_text(region);

		g_string_append_printf(text, "%s%s %s", i ? ", " : "", range, region->type);
	}
	if (!group->regions_known)
		g_string_assign(text, "not readable");
	printf("  %s ", branch(true));
	output_wrapped("reserved: ", 5, text->len ? text->str : "none");
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
		printf("  %s! the firmware demands 1:1 mappings: refused%s", colour_on(COLOUR_RED), colour_off());
	else if (group_is_demanded(group))
		printf("  %s! the firmware demands 1:1 mappings%s", colour_on(COLOUR_YELLOW), colour_off());
	else if (group_is_relaxed(group))
		printf("  %s~ 1:1 mappings, relaxed%s", colour_on(COLOUR_GREEN), colour_off());
	putchar('\n');
	for (guint i = 0; i < group->members->len; i++) {
		const struct pci_device *device = pci_find(host->devices, group->members->pdata[i]);

		if (device)
			print_device(device, false);
		else
			printf("  %s %s  (no PCI device)\n", branch(false), output_text(group->members->pdata[i]));
	}
	print_regions(group);
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

static int run(G_GNUC_UNUSED int count, G_GNUC_UNUSED char **arguments)
{
	struct host *host = host_read();
	int code = EXIT_FINE;

	if (json_wanted) {
		struct json_object *answer = json_answer(), *list = json_object_new_array();

		for (guint i = 0; i < host->groups->len; i++)
			json_object_array_add(list, json_group(host, host->groups->pdata[i]));
		json_object_object_add(answer, "groups", list);
		json_print(answer);
	} else if (!host->groups->len) {
		g_autofree char *why = machine_no_groups();

		complain("there are no IOMMU groups: %s; vfio-passfix doctor says more", why);
		code = EXIT_FAILED;
	}
	for (guint i = 0; !json_wanted && i < host->groups->len; i++)
		print_group(host, host->groups->pdata[i]);
	host_free(host);
	return code;
}

const struct command command_groups = {
	.name = "groups",
	.arguments = "",
	.summary = "show the IOMMU groups and what is in them",
	.description =
		"Shows each IOMMU group with the type of its default domain, its devices with their drivers, and the "
		"memory regions that are reserved in it. A group is given to a guest as a whole, but for bridges.\n\n"
		"\"!\" marks a group that the firmware demands 1:1 mappings for; kernels from " FIX_SINCE " on refuse to give "
		"its devices away, and with Intel's IOMMU all from " FIX_INTEL_SINCE " on. \"~\" marks one whose demand is relaxed.",
	.options = options,
	.run = run,
};
