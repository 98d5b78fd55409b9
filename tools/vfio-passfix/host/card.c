// SPDX-License-Identifier: GPL-2.0-only
#include "host/card.h"

#include <string.h>

#include "host/device_name.h"
#include "host/machine.h"
#include "text/error.h"
#include "text/nearest.h"

#define VENDOR_AMD_PROCESSOR 0x1022

/* Displays of management controllers and of hypervisors, which sit where a discrete GPU may. */
static const struct {
	uint16_t vendor, first, last;
} onboard[] = {
	{ 0x1a03, 0x0000, 0xffff },	/* ASPEED */
	{ 0x102b, 0x0522, 0x0524 },	/* Matrox G200e */
	{ 0x102b, 0x0530, 0x053f },
	{ 0x19e5, 0x1711, 0x1711 },	/* Huawei iBMC */
	{ 0x1002, 0x515e, 0x515e },	/* ATI ES1000 */
	{ 0x1234, 0x1111, 0x1111 },	/* QEMU's VGA */
	{ 0x1013, 0x00b8, 0x00b8 },	/* Cirrus */
	{ 0x1b36, 0x0100, 0x0100 },	/* QXL */
	{ 0x1af4, 0x0000, 0xffff },	/* virtio */
	{ 0x15ad, 0x0000, 0xffff },	/* VMware, VirtualBox */
	{ 0x80ee, 0x0000, 0xffff },	/* VirtualBox */
	{ 0x1414, 0x5353, 0x5353 },	/* Hyper-V */
	{ 0x1d0f, 0x1111, 0x1111 },	/* Amazon EC2 */
};

static bool is_onboard(const struct pci_device *device)
{
	for (size_t i = 0; i < G_N_ELEMENTS(onboard); i++)
		if (device->vendor == onboard[i].vendor && device->device >= onboard[i].first &&
		    device->device <= onboard[i].last)
			return true;
	return false;
}

bool card_is_integrated(const struct host *host, const struct pci_device *device)
{
	bool on_root_bus = !device->parent;

	for (guint i = 0; i < host->devices->len; i++) {
		const struct pci_device *other = host->devices->pdata[i];

		if (!pci_same_slot(device, other))
			continue;
		if (other->vendor == VENDOR_AMD_PROCESSOR)
			return true;
		/* A virtual machine may have on its root bus what it was given. */
		if (on_root_bus && pci_is_gpu(other) && !is_onboard(other) && machine() == MACHINE_VIRTUAL)
			on_root_bus = false;
	}
	return on_root_bus;
}

static bool is_spare_gpu(const struct host *host, const struct pci_device *device)
{
	return pci_is_gpu(device) && !is_onboard(device) && !card_shows_host(host, device) &&
	       !card_is_integrated(host, device);
}

/* A small accelerator beside a graphics card is not meant by "gpu". */
static void prefer_graphics(GPtrArray *found)
{
	bool graphics = false;

	for (guint i = 0; i < found->len; i++)
		graphics = graphics || pci_is_graphics(found->pdata[i]);
	for (guint i = found->len; graphics && i > 0; i--)
		if (!pci_is_graphics(found->pdata[i - 1]))
			g_ptr_array_remove_index(found, i - 1);
}

static bool has_id(const struct pci_device *device, const char *id)
{
	g_autofree char *own = pci_id(device);

	return !g_ascii_strcasecmp(own, id);
}

/* Whether the address means this device. A slot means its first function: @first is false once that is found. */
static bool has_address(const struct pci_device *device, const struct device_name *name, bool first)
{
	size_t length = strlen(name->address);

	return name->kind == NAME_SLOT ? first && !strncmp(device->address, name->address, length - 1) :
					 !strcmp(device->address, name->address);
}

/* The functions that the name may mean; for a group, one of each card. */
static GPtrArray *candidates(const struct host *host, const char *text, const struct device_name *name)
{
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; i < host->devices->len; i++) {
		struct pci_device *device = host->devices->pdata[i];
		const struct pci_device *before = found->len ? found->pdata[found->len - 1] : NULL;

		if (name->kind == NAME_GPU ? is_spare_gpu(host, device) :
		    name->kind == NAME_ID ? has_id(device, text) :
		    name->kind == NAME_GROUP ? device->group == name->group && !pci_is_bridge(device) &&
						       !(before && pci_same_slot(before, device)) :
					       has_address(device, name, !found->len))
			g_ptr_array_add(found, device);
	}
	if (name->kind == NAME_GPU)
		prefer_graphics(found);
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

	if (machine() == MACHINE_NO_SYSFS) {
		g_autofree char *why = machine_no_groups();

		g_set_error(error, NAMED_ERROR, ERROR_UNKNOWN_DEVICE, "cannot look for %s: %s. To see them, %s", name, why,
			    machine_no_groups_advice());
		return;
	}
	if (g_str_has_prefix(name, "group")) {
		g_set_error(error, NAMED_ERROR, ERROR_UNKNOWN_DEVICE,
			    "no device of IOMMU group %s can be assigned to a guest; vfio-passfix groups lists the groups",
			    name + strlen("group"));
		return;
	}
	if (strcmp(name, "gpu")) {
		g_set_error(error, NAMED_ERROR, ERROR_UNKNOWN_DEVICE,
			    "there is no device %s on this host; lspci -nn lists the devices", name);
		return;
	}
	for (guint i = 0; i < host->devices->len; i++)
		if (pci_is_gpu(host->devices->pdata[i]))
			add_line(text, host->devices->pdata[i]);
	g_set_error(error, NAMED_ERROR, ERROR_UNKNOWN_DEVICE,
		    "no discrete GPU besides the boot display on this host; %s%s",
		    text->len ? "to assign one anyway, name it by its address:" :
				"lspci -nn lists the devices",
		    text->str);
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

static struct card *card_of(const struct host *host, struct pci_device *main, const struct device_name *name, bool only)
{
	struct card *card = g_new0(struct card, 1);

	card->main = main;
	card->functions = g_ptr_array_new();
	for (guint i = 0; i < host->devices->len; i++) {
		struct pci_device *device = host->devices->pdata[i];
		bool meant = !only || device == main;
		/* Each network port is a card of its own, but a range may contain several. */
		bool in_range = name->kind == NAME_RANGE && pci_same_slot(main, device) &&
				device->function >= main->function && device->function <= name->last;

		if (!in_range && !belongs_to(host, main, device))
			continue;
		if (name->kind == NAME_RANGE)
			meant = in_range;
		if (only && name->kind == NAME_GROUP)
			meant = device->group == name->group;
		if (meant)
			g_ptr_array_add(card->functions, device);
		card->part = card->part || !meant;
	}
	return card;
}

static bool refuse(const struct host *host, const char *text, const GPtrArray *found, GError **error)
{
	g_autoptr(GString) list = g_string_new(NULL);

	if (!found->len) {
		explain_none(host, text, error);
	} else if (found->len > 1) {
		for (guint i = 0; i < found->len; i++)
			add_line(list, found->pdata[i]);
		g_set_error(error, NAMED_ERROR, ERROR_AMBIGUOUS_DEVICE,
			    "\"%s\" may be any of %u devices; name one by its address:%s", text, found->len,
			    list->str);
	} else if (pci_is_bridge(found->pdata[0])) {
		g_set_error(error, NAMED_ERROR, ERROR_BRIDGE,
			    "%s is a bridge, and bridges cannot be assigned to a guest; name a device behind it", text);
	} else {
		return false;
	}
	return true;
}

/* @several: a group may have more than one card. */
static GPtrArray *find(const struct host *host, const char *text, bool only, bool several, GError **error)
{
	GPtrArray *cards = g_ptr_array_new_with_free_func((GDestroyNotify)card_free);
	g_autoptr(GPtrArray) found = NULL;
	struct device_name name;

	if (!device_name_parse(text, &name)) {
		g_autoptr(GPtrArray) names = g_ptr_array_new();

		g_ptr_array_add(names, (gpointer)"gpu");
		g_set_error(error, NAMED_ERROR, ERROR_INVALID_DEVICE,
			    "\"%s\" is not a device%s: give an address (03:00.0), an id (1002:744c), a group (group15) or \"gpu\"",
			    text, nearest(text, names) ? " (did you mean gpu?)" : "");
		return cards;
	}
	found = candidates(host, text, &name);
	if ((several && name.kind == NAME_GROUP && found->len) || !refuse(host, text, found, error))
		for (guint i = 0; i < found->len; i++)
			g_ptr_array_add(cards, card_of(host, found->pdata[i], &name, only));
	g_free(name.address);
	return cards;
}

struct card *card_find(const struct host *host, const char *name, bool only, GError **error)
{
	g_autoptr(GPtrArray) cards = find(host, name, only, false, error);

	return cards->len ? g_ptr_array_steal_index(cards, 0) : NULL;
}

GPtrArray *cards_find(const struct host *host, const char *name, bool only, GError **error)
{
	return find(host, name, only, true, error);
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

static bool can_show(const struct pci_device *device)
{
	return pci_is_display(device) && !pci_is_reserved(device);
}

bool card_is_only_screen(const struct host *host, const struct card *card)
{
	for (guint i = 0; i < host->devices->len; i++)
		if (can_show(host->devices->pdata[i]) && !card_has(card, host->devices->pdata[i]))
			return false;
	return card_has_vga(card);
}

bool card_shows_host(const struct host *host, const struct pci_device *device)
{
	const struct pci_device *boot = host_boot_display(host);

	if (!boot || !pci_is_reserved(boot) || !can_show(device))
		return device == boot && !pci_is_reserved(boot);
	for (guint i = 0; i < host->devices->len; i++)
		if (can_show(host->devices->pdata[i]) && !pci_same_slot(device, host->devices->pdata[i]))
			return false;
	return true;
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
	return g_strdup_printf("; it is in IOMMU group %d with %s, so only both can be assigned, not one", device->group,
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

	if (first == last && !card->part)
		return g_strdup(first->address);
	return g_strdup_printf("%s-%x", first->address, last->function);
}
