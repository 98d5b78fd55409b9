// SPDX-License-Identifier: GPL-2.0-only
#include "report/vendor.h"

#include <string.h>

#include "host/fix.h"
#include "host/kernel.h"
#include "host/root.h"

/* For each kind of table: what it has, and what it should have. */
static const struct advice {
	const char *table, *flags;
	const char *text;
} advices[] = {
	{ "IVRS", "flags: 1 unity map, 2 read, 4 write, 8 exclusion range",
	  "- Name only the devices that the firmware really uses these pages through, by\n"
	  "  one block of type 0x21 for each. A range (type 0x22) over whole buses, or\n"
	  "  all devices (type 0x20), keeps every card in a slot out of virtual\n"
	  "  machines.\n"
	  "- If the pages serve DMA protection before the system starts (\"Kernel DMA\n"
	  "  Protection\", \"Pre-boot DMA Protection\"), end their use at\n"
	  "  ExitBootServices() and leave their blocks out of the table that the system\n"
	  "  gets.\n"
	  "- Until then: offer a setup option that turns this protection off, and take\n"
	  "  the blocks out of the table when it is off.\n" },
	{ "DMAR", NULL,
	  "- Name in an RMRR's device scope only devices that the firmware still does DMA\n"
	  "  through once the system runs, such as USB controllers with legacy keyboards\n"
	  "  and integrated graphics. Linux assigns only these two kinds to a virtual\n"
	  "  machine if an RMRR names them.\n"
	  "- Leave network cards, storage controllers and graphics cards in slots out.\n"
	  "- If a management controller shares memory with a card, offer a setup option\n"
	  "  that turns this off, and take the RMRR out of the table when it is off.\n" },
	{ "IORT", "flags: 1 may be remapped, 2 privileged",
	  "- Map to an RMR only the ids of devices that the firmware still does DMA through\n"
	  "  once the system runs.\n"
	  "- If the memory is a picture that the firmware shows, or a controller's until its\n"
	  "  driver starts, end its use at ExitBootServices() and leave the RMR out of the\n"
	  "  table that the system gets.\n"
	  "- If a management processor shares memory with a device, offer a setup option\n"
	  "  that turns this off, and take the RMR out of the table when it is off.\n" },
};

static const struct advice *advice_for(const struct firmware *firmware)
{
	const struct advice *advice = advices;

	while (strcmp(firmware->name, advice->table))
		advice++;
	return advice;
}

static void add_file(GString *out, const char *title, const char *first, const char *second)
{
	g_autofree char *one = root_read("/sys/class/dmi/id/%s", first);
	g_autofree char *other = second ? root_read("/sys/class/dmi/id/%s", second) : NULL;

	if ((one && *one) || (other && *other))
		g_string_append_printf(out, "%-10s %s%s%s\n", title, one ? one : "", one && *one && other && *other ? " " : "",
				       other ? other : "");
}

static void add_board(GString *out, const struct firmware *firmware)
{
	add_file(out, "Board:", "board_vendor", "board_name");
	add_file(out, "Product:", "sys_vendor", "product_name");
	add_file(out, "Firmware:", "bios_version", "bios_date");
	g_string_append_printf(out, "%-10s %s, %zu IOMMU%s", "Table:", firmware->name, firmware->table.units,
			       firmware->table.units == 1 ? "" : "s");
	if (firmware->table.kind != ACPI_TABLE_IORT)
		g_string_append_printf(out, "; DMA protection: %s", firmware->table.dma_protection ? "on" : "off");
	g_string_append_c(out, '\n');
}

static bool covers(const struct host *host, const struct acpi_demand *demands, size_t count,
		   const struct pci_device *device)
{
	for (size_t i = 0; i < count; i++)
		if (firmware_demand_covers(host, &demands[i], device))
			return true;
	return false;
}

static guint covered_by(const struct host *host, const struct acpi_demand *demands, size_t count)
{
	guint covered = 0;

	for (guint i = 0; i < host->devices->len; i++)
		covered += covers(host, demands, count, host->devices->pdata[i]);
	return covered;
}

static void add_blocks(GString *out, const struct host *host, const struct firmware *firmware)
{
	const struct advice *advice = advice_for(firmware);
	guint number = 0;
	size_t count;

	g_string_append_printf(out, "\nBlocks of the table that mandate 1:1 mappings\n\n");
	for (size_t i = 0; i < firmware->table.count; i += count) {
		const struct acpi_demand *demand = &firmware->table.demands[i];
		g_autofree char *text = NULL, *memory = firmware_memory_text(demand);

		count = firmware_block_size(&firmware->table, i);
		text = firmware_block_text(&firmware->table, demand, count);
		g_string_append_printf(out, "%3u. %s\n     memory %s%s", ++number, text, demand->length ? "" : "of ", memory);
		if (demand->length)
			g_string_append_printf(out, ", %" G_GUINT64_FORMAT " KiB", demand->length >> 10);
		if (advice->flags)
			g_string_append_printf(out, ", flags 0x%02x", demand->flags);
		g_string_append_printf(out, "\n     covers %u of the %u PCI functions of this computer\n",
				       covered_by(host, demand, count), host->devices->len);
		for (size_t j = 0; j < count; j++)
			if (demand[j].ignored)
				g_string_append_printf(out, "     %s for no device, because it %s\n",
						       count > 1 ? "one of its entries is" : "is", demand[j].ignored);
	}
	if (advice->flags)
		g_string_append_printf(out, "\n(%s)\n", advice->flags);
}

/* "1, 2, 3": the blocks that cover a device; NULL: none. */
static char *blocks_of(const struct host *host, const struct firmware *firmware, const struct pci_device *device)
{
	GString *text = g_string_new(NULL);
	guint number = 0;
	size_t count;

	for (size_t i = 0; i < firmware->table.count; i += count) {
		count = firmware_block_size(&firmware->table, i);
		number++;
		if (covers(host, &firmware->table.demands[i], count, device))
			g_string_append_printf(text, "%s%u", text->len ? ", " : "", number);
	}
	return g_string_free(text, !text->len);
}

static void add_devices(GString *out, const struct host *host, const struct firmware *firmware)
{
	guint bridges = 0;

	g_string_append(out, "\nDevices covered by them (block, address, id, name; \"!\": Linux refuses it)\n\n");
	for (guint i = 0; i < host->devices->len; i++) {
		const struct pci_device *device = host->devices->pdata[i];
		g_autofree char *blocks = blocks_of(host, firmware, device);
		g_autofree char *id = pci_id(device), *name = pci_name(device), *class = pci_class_name(device);
		const struct group *group = host_group_of(host, device);

		if (blocks && device->class >> 16 == 0x06)
			bridges++;
		else if (blocks)
			g_string_append_printf(out, "  %-8s %s  %s  %s: %s%s\n", blocks, device->address, id, class, name,
					       group && fix_refusal() != REFUSAL_NONE && fix_is_demanded(host, group) ? "  !" : "");
	}
	if (bridges)
		g_string_append_printf(out, "  and %u bridge%s\n", bridges, bridges == 1 ? "" : "s");
}

/* The kernel's words, of the core and of Intel's driver before that. */
#define REFUSED_BY_CORE \
	"    Firmware has requested this device have a 1:1 IOMMU mapping, rejecting\n" \
	"    configuring the device without a 1:1 mapping."
#define REFUSED_BY_INTEL \
	"    Device is ineligible for IOMMU domain attach due to platform RMRR\n" \
	"    requirement.  Contact your platform vendor."

static void add_consequence(GString *out, const struct firmware *firmware)
{
	bool intel = firmware->table.kind == ACPI_TABLE_DMAR;
	bool old = fix_refusal() != REFUSAL_CORE;

	g_string_append_printf(out,
			       "\nConsequence\n\n"
			       "Linux keeps the 1:1 mappings of such a block while the device is in use. A\n"
			       "virtual machine has its own address space, which cannot contain them. Linux\n"
			       "%s and later therefore refuses to assign the device:\n\n%s\n\n"
			       "This computer runs Linux %s, which %s.\n"
			       "\nRequested change\n\n%s",
			       intel ? FIX_INTEL_SINCE : FIX_SINCE,
			       intel && old ? REFUSED_BY_INTEL : REFUSED_BY_CORE, kernel_release(),
			       fix_knows_relax_rmrr() && fix_has_relax_rmrr() ? "does not, by its parameter relax_rmrr" :
			       intel || !old				      ? "refuses them" :
										"does not refuse them yet",
			       advice_for(firmware)->text);
}

char *vendor_text(const struct host *host, const struct firmware *firmware)
{
	GString *out = g_string_new("Firmware-mandated 1:1 IOMMU mappings prevent device assignment\n\n");

	add_board(out, firmware);
	add_blocks(out, host, firmware);
	add_devices(out, host, firmware);
	add_consequence(out, firmware);
	return g_string_free(out, FALSE);
}
