// SPDX-License-Identifier: GPL-2.0-only
#include "host/card.h"

#include <stdio.h>
#include <string.h>

#include "text/error.h"

#define VENDOR_AMD_PROCESSOR 0x1022

bool card_is_integrated(const struct host *host, const struct pci_device *device)
{
	if (!device->parent)
		return true;
	for (guint i = 0; i < host->devices->len; i++) {
		const struct pci_device *other = host->devices->pdata[i];

		if (pci_same_slot(device, other) && other->vendor == VENDOR_AMD_PROCESSOR)
			return true;
	}
	return false;
}

static bool is_spare_gpu(const struct host *host, const struct pci_device *device)
{
	return pci_is_display(device) && device->boot_vga != 1 && !card_is_integrated(host, device);
}

static bool has_id(const struct pci_device *device, const char *id)
{
	g_autofree char *own = pci_id(device);

	return !g_ascii_strcasecmp(own, id);
}

static GPtrArray *candidates(const struct host *host, const char *name, const char *address)
{
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; i < host->devices->len; i++) {
		struct pci_device *device = host->devices->pdata[i];

		if (address ? !strcmp(device->address, address) :
		    !strcmp(name, "gpu") ? is_spare_gpu(host, device) :
					   has_id(device, name))
			g_ptr_array_add(found, device);
	}
	return found;
}

static void add_line(GString *text, const struct pci_device *device)
{
	g_autofree char *id = pci_id(device);
	g_autofree char *name = pci_name(device);

	g_string_append_printf(text, "\n  %s  %s [%s]%s", device->address, name, id,
			       device->boot_vga == 1 ? ", the boot display" : "");
}

static void explain_none(const struct host *host, const char *name, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (strcmp(name, "gpu")) {
		g_set_error(error, NAMED_ERROR, ERROR_UNKNOWN_DEVICE,
			    "no device %s on this host; lspci -nn lists what there is", name);
		return;
	}
	for (guint i = 0; i < host->devices->len; i++)
		if (pci_is_display(host->devices->pdata[i]))
			add_line(text, host->devices->pdata[i]);
	g_set_error(error, NAMED_ERROR, ERROR_UNKNOWN_DEVICE,
		    "no discrete GPU besides the boot display on this host; %s%s",
		    text->len ? "name one by its address if it is to be given away all the same. There are:" :
				"lspci -nn lists the devices",
		    text->str);
}

static bool is_id(const char *text)
{
	unsigned int vendor, device;
	int end = 0;

	return sscanf(text, "%4x:%4x%n", &vendor, &device, &end) == 2 && !text[end] && strlen(text) == 9;
}

static bool belongs_to(const struct host *host, const struct pci_device *main, const struct pci_device *other)
{
	if (main == other)
		return true;
	if (!pci_same_slot(main, other) || main->is_virtual || other->is_virtual || pci_is_bridge(other))
		return false;
	return (main->group >= 0 && main->group == other->group) ||
	       !(pci_is_network(main) || pci_is_network(other) || card_is_integrated(host, main));
}

struct card *card_find(const struct host *host, const char *name, bool only, GError **error)
{
	g_autofree char *address = pci_address(name);
	g_autoptr(GPtrArray) found = NULL;
	struct card *card;

	if (!address && strcmp(name, "gpu") && !is_id(name)) {
		g_set_error(error, NAMED_ERROR, ERROR_INVALID_DEVICE,
			    "\"%s\" is no device: give an address (03:00.0), an id (1002:744c) or \"gpu\"", name);
		return NULL;
	}
	found = candidates(host, name, address);
	if (!found->len) {
		explain_none(host, name, error);
		return NULL;
	}
	if (found->len > 1) {
		g_autoptr(GString) text = g_string_new(NULL);

		for (guint i = 0; i < found->len; i++)
			add_line(text, found->pdata[i]);
		g_set_error(error, NAMED_ERROR, ERROR_AMBIGUOUS_DEVICE,
			    "\"%s\" may be any of %u devices; name one by its address:%s", name, found->len,
			    text->str);
		return NULL;
	}

	if (pci_is_bridge(found->pdata[0])) {
		g_set_error(error, NAMED_ERROR, ERROR_BRIDGE,
			    "%s is a bridge, and bridges cannot be given to a guest; name a device behind it", name);
		return NULL;
	}
	card = g_new0(struct card, 1);
	card->main = found->pdata[0];
	card->functions = g_ptr_array_new();
	for (guint i = 0; i < host->devices->len; i++)
		if (only ? card->main == host->devices->pdata[i] :
			   belongs_to(host, card->main, host->devices->pdata[i]))
			g_ptr_array_add(card->functions, host->devices->pdata[i]);
	return card;
}

void card_free(struct card *card)
{
	if (!card)
		return;
	g_ptr_array_unref(card->functions);
	g_free(card);
}

const char *card_controller(const struct card *card)
{
	return card->main->controller;
}

bool card_controls(const struct card *card, const struct pci_device *device)
{
	for (guint i = 0; device->controller && i < card->functions->len; i++)
		if (!strcmp(((const struct pci_device *)card->functions->pdata[i])->address, device->controller))
			return true;
	return false;
}

bool card_has_vga(const struct card *card)
{
	for (guint i = 0; i < card->functions->len; i++)
		if (((const struct pci_device *)card->functions->pdata[i])->class >> 8 == PCI_CLASS_VGA)
			return true;
	return false;
}

bool card_is_only_screen(const struct host *host, const struct card *card)
{
	for (guint i = 0; i < host->devices->len; i++) {
		const struct pci_device *device = host->devices->pdata[i];

		/* A 3D controller has no outputs. */
		if (pci_is_display(device) && device->class >> 8 != PCI_CLASS_3D && !card_has(card, device))
			return false;
	}
	return card_has_vga(card);
}

GPtrArray *card_groups(const struct host *host, const struct card *card)
{
	GPtrArray *groups = g_ptr_array_new();

	for (guint i = 0; i < card->functions->len; i++) {
		struct group *group = host_group_of(host, card->functions->pdata[i]);

		if (group && !g_ptr_array_find(groups, group, NULL))
			g_ptr_array_add(groups, group);
	}
	return groups;
}

char *card_why_too(const struct card *card, const struct pci_device *device)
{
	if (device == card->main || device->group < 0 || device->group != card->main->group)
		return g_strdup("");
	return g_strdup_printf("; it is in IOMMU group %d with %s, and both go to a guest or neither", device->group,
			       card->main->address);
}

bool card_has(const struct card *card, const struct pci_device *device)
{
	return g_ptr_array_find(card->functions, device, NULL);
}

char *card_address(const struct card *card)
{
	const struct pci_device *last = card->functions->pdata[card->functions->len - 1];
	const struct pci_device *first = card->functions->pdata[0];

	if (first == last)
		return g_strdup(first->address);
	return g_strdup_printf("%s-%x", first->address, last->function);
}
