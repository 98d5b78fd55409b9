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

static struct pci_device *at(const struct host *host, uint16_t segment, int bus, uint8_t slot,
			     uint8_t function)
{
	for (guint i = 0; i < host->devices->len; i++) {
		struct pci_device *device = host->devices->pdata[i];

		if (device->segment == segment && device->bus == bus && device->slot == slot &&
		    device->function == function)
			return device;
	}
	return NULL;
}

/* The device at the end of the demand's path, or NULL. */
static struct pci_device *path_end(const struct host *host, const struct acpi_demand *demand)
{
	struct pci_device *device = NULL;
	int bus = demand->bus;

	for (int i = 0; i < demand->hops && bus >= 0; i++) {
		device = at(host, demand->segment, bus, demand->path[i].device, demand->path[i].function);
		if (!device)
			return NULL;
		bus = device->secondary;
	}
	return device;
}

static bool is_below(const struct host *host, const struct pci_device *device,
		     const struct pci_device *bridge)
{
	while (device && device != bridge)
		device = device->parent ? pci_find(host->devices, device->parent) : NULL;
	return device;
}

bool firmware_demand_covers(const struct host *host, const struct acpi_demand *demand,
			    const struct pci_device *device)
{
	const struct pci_device *end;

	if (demand->segment != device->segment)
		return false;
	switch (demand->target) {
	case ACPI_TARGET_ALL:
		return true;
	case ACPI_TARGET_RANGE:
		return demand->first <= pci_device_id(device) && pci_device_id(device) <= demand->last;
	case ACPI_TARGET_PATH:
		return path_end(host, demand) == device;
	case ACPI_TARGET_SUBTREE:
		end = path_end(host, demand);
		return end && is_below(host, device, end);
	case ACPI_TARGET_NO_PCI:
		return false;
	}
	return false;
}

/* Hosts with AMD's and Intel's IOMMUs have one segment, most of them; with Arm's several. */
static char *device_id_text(const struct firmware *firmware, const struct acpi_demand *demand, uint16_t id)
{
	bool segment = demand->segment || firmware->table.kind == ACPI_TABLE_IORT;
	g_autofree char *text = segment ? g_strdup_printf("%04x:", demand->segment) : g_strdup("");

	return g_strdup_printf("%s%02x:%02x.%x", text, id >> 8, id >> 3 & 0x1f, id & 7);
}

/* "device 03:00.0", "devices 00:00.0-0f:1f.7" */
static char *range_text(const struct firmware *firmware, const struct acpi_demand *demand)
{
	g_autofree char *first = device_id_text(firmware, demand, demand->first);
	g_autofree char *last = device_id_text(firmware, demand, demand->last);

	if (demand->first == demand->last)
		return g_strdup_printf("device %s", first);
	return g_strdup_printf("devices %s-%s", first, last);
}

static char *path_text(const struct acpi_demand *demand)
{
	GString *path = g_string_new(NULL);

	g_string_printf(path, "%s %02x:", demand->target == ACPI_TARGET_PATH ? "device" : "all behind",
			demand->bus);
	for (int i = 0; i < demand->hops; i++)
		g_string_append_printf(path, "%s%02x.%x", i ? "/" : "", demand->path[i].device,
				       demand->path[i].function);
	return g_string_free(path, FALSE);
}

static char *target_text(const struct firmware *firmware, const struct acpi_demand *demand)
{
	switch (demand->target) {
	case ACPI_TARGET_ALL:
		return g_strdup("all devices");
	case ACPI_TARGET_RANGE:
		return range_text(firmware, demand);
	case ACPI_TARGET_PATH:
	case ACPI_TARGET_SUBTREE:
		return path_text(demand);
	case ACPI_TARGET_NO_PCI:
		break;
	}
	return g_strdup("no PCI device");
}

char *firmware_demand_text(const struct firmware *firmware, const struct acpi_demand *demand)
{
	g_autofree char *target = target_text(firmware, demand);

	switch (firmware->table.kind) {
	case ACPI_TABLE_IVRS:
		return g_strdup_printf("IVMD type 0x%02x at offset 0x%zx, %s", demand->block,
				       demand->offset, target);
	case ACPI_TABLE_DMAR:
		return g_strdup_printf("RMRR at offset 0x%zx, %s", demand->offset, target);
	case ACPI_TABLE_IORT:
		break;
	}
	return g_strdup_printf("RMR at offset 0x%zx, %s", demand->offset, target);
}
