// SPDX-License-Identifier: GPL-2.0-only
#include "xml/hostdev.h"

#include "xml/element.h"

static bool has_function(const struct card *card, uint8_t number)
{
	for (guint i = 0; i < card->functions->len; i++)
		if (((const struct pci_device *)card->functions->pdata[i])->function == number)
			return true;
	return false;
}

static void add_address(xmlNode *parent, const char *type, unsigned int domain, unsigned int bus,
			unsigned int slot, unsigned int function, bool multifunction)
{
	g_autofree char *domain_text = g_strdup_printf("0x%04x", domain);
	g_autofree char *bus_text = g_strdup_printf("0x%02x", bus);
	g_autofree char *slot_text = g_strdup_printf("0x%02x", slot);
	g_autofree char *function_text = g_strdup_printf("0x%x", function);

	element_add(parent, "address", "type", type, "domain", domain_text, "bus", bus_text, "slot",
		    slot_text, "function", function_text, "multifunction",
		    multifunction ? "on" : NULL, NULL);
}

void hostdev_xml_add(xmlNode *devices, const struct card *card, const char *rom,
		     const struct pci_device *rom_of, bool iommufd)
{
	/* A guest sees a slot without a function 0 as empty. */
	bool shift = !has_function(card, 0);

	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];
		unsigned int function = shift && !i ? 0 : device->function;
		xmlNode *hostdev = element_add(devices, "hostdev", "mode", "subsystem", "type",
					       "pci", "managed", "yes", NULL);

		if (iommufd)
			element_add(hostdev, "driver", "name", "vfio", "iommufd", "yes", NULL);
		add_address(element_add(hostdev, "source", NULL), NULL, device->segment,
			    device->bus, device->slot, device->function, false);
		if (rom && device == rom_of)
			element_add(hostdev, "rom", "bar", "on", "file", rom, NULL);
		add_address(hostdev, "pci", 0, HOSTDEV_BUS, 0, function,
			    !function && card->functions->len > 1);
	}
}
