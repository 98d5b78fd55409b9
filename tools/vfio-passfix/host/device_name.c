// SPDX-License-Identifier: GPL-2.0-only
#include "host/device_name.h"

#include <stdio.h>
#include <string.h>

#include "host/pci.h"

static bool is_id(const char *text)
{
	unsigned int vendor, device;
	int end = 0;

	return sscanf(text, "%4x:%4x%n", &vendor, &device, &end) == 2 && !text[end] && strlen(text) == 9;
}

static bool parse_group(const char *text, struct device_name *name)
{
	int end = 0;

	return sscanf(text, "group%d%n", &name->group, &end) == 1 && !text[end] && g_ascii_isdigit(text[5]);
}

static bool parse_range(const char *text, struct device_name *name)
{
	const char *dash = strrchr(text, '-');
	g_autofree char *first = dash ? g_strndup(text, (gsize)(dash - text)) : NULL;

	if (!dash || dash[1] < '0' || dash[1] > '7' || dash[2])
		return false;
	name->address = pci_address(first);
	name->last = dash[1] - '0';
	return name->address && dash[-1] <= dash[1];
}

static bool parse_slot(const char *text, struct device_name *name)
{
	g_autofree char *first = g_strconcat(text, ".0", NULL);

	name->address = strchr(text, '.') ? NULL : pci_address(first);
	return name->address;
}

static bool parse_address(const char *text, struct device_name *name)
{
	g_auto(GStrv) parts = g_strsplit(text, "_", -1);
	g_autofree char *of_libvirt = NULL;

	if (g_strv_length(parts) == 5 && !strcmp(parts[0], "pci"))
		of_libvirt = g_strdup_printf("%s:%s:%s.%s", parts[1], parts[2], parts[3], parts[4]);
	name->address = pci_address(of_libvirt ? of_libvirt : text);
	return name->address;
}

bool device_name_parse(const char *text, struct device_name *name)
{
	/* Two hexadecimal numbers are an id if both have four digits; otherwise they are bus and slot. */
	static bool (*const parsers[])(const char *text, struct device_name *name) = {
		[NAME_GROUP] = parse_group,
		[NAME_RANGE] = parse_range,
		[NAME_SLOT] = parse_slot,
		[NAME_ADDRESS] = parse_address,
	};

	memset(name, 0, sizeof(*name));
	if (!strcmp(text, "gpu") || is_id(text)) {
		name->kind = strcmp(text, "gpu") ? NAME_ID : NAME_GPU;
		return true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(parsers); i++) {
		name->kind = (enum device_name_kind)i;
		if (parsers[i] && parsers[i](text, name))
			return true;
		g_clear_pointer(&name->address, g_free);
	}
	return false;
}
