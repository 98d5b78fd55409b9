// SPDX-License-Identifier: GPL-2.0-only
#include "host/firmware.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "host/root.h"

static const char *const tables[] = { "IVRS", "DMAR", "IORT" };

void firmware_read(struct firmware *firmware)
{
	memset(firmware, 0, sizeof(*firmware));
	firmware->state = FIRMWARE_NO_TABLE;
	for (size_t i = 0; i < G_N_ELEMENTS(tables) && firmware->state == FIRMWARE_NO_TABLE; i++) {
		g_autoptr(GBytes) bytes = root_read_bytes("/sys/firmware/acpi/tables/%s", tables[i]);
		gsize size = 0;
		const void *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;

		if (!bytes && errno == ENOENT)
			continue;
		firmware->name = tables[i];
		if (!bytes) {
			firmware->state = FIRMWARE_NO_ACCESS;
			g_strlcpy(firmware->error, g_strerror(errno), sizeof(firmware->error));
		} else if (acpi_table_parse(data, size, &firmware->table, firmware->error,
					    sizeof(firmware->error))) {
			firmware->state = FIRMWARE_BROKEN;
		} else {
			firmware->state = FIRMWARE_READ;
		}
	}
}

void firmware_clear(struct firmware *firmware)
{
	if (firmware->state == FIRMWARE_READ)
		acpi_table_free(&firmware->table);
}

static struct pci_device *parent_of(const struct host *host, const struct pci_device *device)
{
	return device->parent ? pci_find(host->devices, device->parent) : NULL;
}

/*
 * Whether a demand's path is that of @device, as Linux compares them: from a root bus through
 * all bridges; or only the device on its own bus, because some firmware omits the bridges.
 * Virtual functions have no path.
 */
static bool path_matches(const struct host *host, const struct acpi_demand *demand,
			 const struct pci_device *device)
{
	const struct pci_device *at = device;

	if (device->is_virtual)
		return false;
	for (int i = demand->hops - 1; i >= 0; i--) {
		const struct pci_device *parent;

		if (demand->path[i].device != at->slot || demand->path[i].function != at->function)
			return false;
		parent = parent_of(host, at);
		if (!i)
			return at->bus == demand->bus && (!parent || demand->hops == 1);
		if (!parent)
			return false;
		at = parent;
	}
	return false;
}

static bool is_below_path(const struct host *host, const struct acpi_demand *demand,
			  const struct pci_device *device)
{
	while (device && !path_matches(host, demand, device))
		device = parent_of(host, device);
	return device;
}

bool firmware_demand_covers(const struct host *host, const struct acpi_demand *demand,
			    const struct pci_device *device)
{
	if (demand->ignored || demand->segment != device->segment)
		return false;
	switch (demand->target) {
	case ACPI_TARGET_ALL:
		return true;
	case ACPI_TARGET_RANGE:
		return demand->first <= pci_device_id(device) && pci_device_id(device) <= demand->last;
	case ACPI_TARGET_PATH:
		return path_matches(host, demand, device);
	case ACPI_TARGET_SUBTREE:
		return is_below_path(host, demand, device);
	case ACPI_TARGET_NO_PCI:
		return false;
	}
	return false;
}

/* All demands of an RMRR have the same memory, so they are one line; those of an RMR node do not. */
size_t firmware_block_size(const struct acpi_table *table, size_t first)
{
	size_t i = first + 1;

	if (table->kind == ACPI_TABLE_DMAR)
		while (i < table->count && table->demands[i].offset == table->demands[first].offset)
			i++;
	return i - first;
}

size_t firmware_block_count(const struct acpi_table *table)
{
	size_t counted = SIZE_MAX, count = 0;

	for (size_t i = 0; i < table->count; i++) {
		if (table->demands[i].ignored || table->demands[i].offset == counted)
			continue;
		counted = table->demands[i].offset;
		count++;
	}
	return count;
}

/* Most hosts with AMD's or Intel's IOMMU have one segment; those with Arm's have several. */
static char *device_id_text(const struct acpi_demand *demand, uint16_t id, bool with_segment)
{
	g_autofree char *text = with_segment || demand->segment ? g_strdup_printf("%04x:", demand->segment) :
								  g_strdup("");

	return g_strdup_printf("%s%02x:%02x.%x", text, id >> 8, id >> 3 & 0x1f, id & 7);
}

/* "device 03:00.0", "devices 00:00.0-0f:1f.7" */
static void add_range(GString *text, const struct acpi_demand *demand, bool with_segment)
{
	g_autofree char *first = device_id_text(demand, demand->first, with_segment);
	g_autofree char *last = device_id_text(demand, demand->last, with_segment);

	if (demand->first == demand->last)
		g_string_append_printf(text, "device %s", first);
	else
		g_string_append_printf(text, "devices %s-%s", first, last);
}

/* "5d:00.0/00.1": a path, and whether devices below it are meant, too. */
static void add_path(GString *text, const struct acpi_demand *demand)
{
	g_string_append_printf(text, "%s%02x:", demand->target == ACPI_TARGET_SUBTREE ? "all behind " : "",
			       demand->bus);
	for (int i = 0; i < demand->hops; i++)
		g_string_append_printf(text, "%s%02x.%x", i ? "/" : "", demand->path[i].device,
				       demand->path[i].function);
}

static void add_paths(GString *text, const struct acpi_demand *demands, size_t count)
{
	if (demands->target == ACPI_TARGET_PATH)
		g_string_append(text, count == 1 ? "device " : "devices ");
	for (size_t i = 0; i < count; i++) {
		g_string_append(text, i ? ", " : "");
		add_path(text, &demands[i]);
	}
}

static const char *const blocks[] = {
	[ACPI_TABLE_IVRS] = "IVMD",
	[ACPI_TABLE_DMAR] = "RMRR",
	[ACPI_TABLE_IORT] = "RMR",
};

const char *firmware_block_name(const struct acpi_table *table)
{
	return blocks[table->kind];
}

char *firmware_block_text(const struct acpi_table *table, const struct acpi_demand *demands, size_t count)
{
	GString *text = g_string_new(firmware_block_name(table));

	if (table->kind == ACPI_TABLE_IVRS)
		g_string_append_printf(text, " type 0x%02x", demands->block);
	g_string_append_printf(text, " at offset 0x%zx, ", demands->offset);
	switch (demands->target) {
	case ACPI_TARGET_ALL:
		g_string_append(text, "all devices");
		break;
	case ACPI_TARGET_RANGE:
		add_range(text, demands, table->kind == ACPI_TABLE_IORT);
		break;
	case ACPI_TARGET_PATH:
	case ACPI_TARGET_SUBTREE:
		add_paths(text, demands, count);
		break;
	case ACPI_TARGET_NO_PCI:
		g_string_append(text, "no PCI device");
		break;
	}
	return g_string_free(text, FALSE);
}

char *firmware_memory_text(const struct acpi_demand *demand)
{
	if (!demand->length)
		return g_strdup_printf("no length, at 0x%" G_GINT64_MODIFIER "x", demand->start);
	return g_strdup_printf("0x%" G_GINT64_MODIFIER "x-0x%" G_GINT64_MODIFIER "x", demand->start,
			       demand->start + demand->length - 1);
}
