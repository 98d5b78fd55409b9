// SPDX-License-Identifier: GPL-2.0-only
#include "host/scope.h"

#include <stdio.h>

bool scope_is_all(const char *devices)
{
	return !*devices;
}

/* An entry is vvvv:dddd, vvvv:* or dddd:bb:dd.f. */
static bool entry_matches(const char *entry, const struct pci_device *device)
{
	unsigned int vendor, id;
	int end = 0;

	if (!g_ascii_strcasecmp(entry, device->address))
		return true;
	if (sscanf(entry, "%4x:*%n", &vendor, &end) == 1 && end && !entry[end])
		return vendor == device->vendor;
	end = 0;
	return sscanf(entry, "%4x:%4x%n", &vendor, &id, &end) == 2 && !entry[end] &&
	       vendor == device->vendor && id == device->device;
}

static bool matches(char **entries, const struct pci_device *device)
{
	for (; *entries; entries++)
		if (entry_matches(g_strstrip(*entries), device))
			return true;
	return false;
}

bool scope_covers(const char *devices, const struct host *host, const struct group *group)
{
	g_auto(GStrv) entries = g_strsplit(devices, ",", -1);

	for (guint i = 0; i < group->members->len; i++) {
		const struct pci_device *device = pci_find(host->devices, group->members->pdata[i]);

		if (device && matches(entries, device))
			return true;
	}
	return scope_is_all(devices);
}

/* An id still matches after the card moves to another bus, but must not match devices of other groups. */
static char *entry_for(const struct host *host, GPtrArray *groups, const struct pci_device *device)
{
	for (guint i = 0; i < host->devices->len; i++) {
		const struct pci_device *other = host->devices->pdata[i];

		if (pci_same_id(device, other) &&
		    !g_ptr_array_find(groups, host_group_of(host, other), NULL))
			return g_strdup(device->address);
	}
	return pci_id(device);
}

char *scope_entry(const struct host *host, const struct card *card, const struct group *group)
{
	g_autoptr(GPtrArray) groups = card_groups(host, card);

	for (guint i = 0; i < card->functions->len; i++)
		if (host_group_of(host, card->functions->pdata[i]) == group)
			return entry_for(host, groups, card->functions->pdata[i]);
	return NULL;
}

char *scope_for(const struct host *host, const struct card *card)
{
	g_autoptr(GPtrArray) groups = card_groups(host, card);
	GString *devices = g_string_new(NULL);

	for (guint i = 0; i < groups->len; i++) {
		const struct group *group = groups->pdata[i];
		g_autofree char *entry = NULL;

		/* The entry for an earlier group may match this one, too. */
		if (devices->len && scope_covers(devices->str, host, group))
			continue;
		entry = scope_entry(host, card, group);
		g_string_append_printf(devices, "%s%s", devices->len ? "," : "", entry);
	}
	return g_string_free(devices, FALSE);
}
