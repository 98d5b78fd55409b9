// SPDX-License-Identifier: GPL-2.0-only
#include "host/libvirt.h"

#include <errno.h>
#include <fcntl.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/root.h"

#define DOMAINS "/etc/libvirt/qemu"
#define MOST_HOSTDEVS 64

static const char *const unit_folders[] = { "/etc/systemd/system", "/usr/lib/systemd/system",
					    "/lib/systemd/system" };

static bool is_installed(const char *unit)
{
	for (size_t i = 0; i < G_N_ELEMENTS(unit_folders); i++)
		if (root_exists("%s/%s", unit_folders[i], unit))
			return true;
	return false;
}

static bool is_wanted(const char *by, const char *unit)
{
	g_autofree char *link = root_link("/etc/systemd/system/%s.wants/%s", by, unit);

	return link;
}

const char *libvirt_unit(void)
{
	static const struct {
		const char *unit, *socket;
	} daemons[] = {
		{ "virtqemud.service", "virtqemud.socket" },
		{ "libvirtd.service", "libvirtd.socket" },
	};
	const char *first = NULL;

	/* If both are installed, the enabled one is used. */
	for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++) {
		if (!is_installed(daemons[i].unit))
			continue;
		if (is_wanted("multi-user.target", daemons[i].unit) ||
		    is_wanted("sockets.target", daemons[i].socket))
			return daemons[i].unit;
		first = first ? first : daemons[i].unit;
	}
	return first;
}

static unsigned int version_in(const char *folder)
{
	g_autoptr(GPtrArray) names = root_list_like("libvirt.so.0.*", "%s", folder);

	/* libvirt.so.0.12008.0: the middle number is major * 1000 + minor. */
	for (guint i = 0; i < names->len; i++) {
		unsigned int number, patch;

		if (sscanf(names->pdata[i], "libvirt.so.0.%u.%u", &number, &patch) == 2)
			return number * 1000 + patch;
	}
	return 0;
}

unsigned int libvirt_version(void)
{
	static const char *const folders[] = { "/usr/lib64", "/usr/lib", "/usr/lib/x86_64-linux-gnu",
					       "/usr/lib/aarch64-linux-gnu" };
	unsigned int version = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(folders) && !version; i++)
		version = version_in(folders[i]);
	return version;
}

static void take_limit(const char *text, char **limit)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		g_strstrip(*line);
		if (!g_str_has_prefix(*line, "LimitMEMLOCK="))
			continue;
		g_free(*limit);
		*limit = g_strdup(*line + strlen("LimitMEMLOCK="));
	}
}

char *libvirt_memlock(void)
{
	const char *unit = libvirt_unit();
	char *limit = NULL;

	if (!unit)
		return NULL;
	for (size_t i = G_N_ELEMENTS(unit_folders); i-- > 0;) {
		g_autofree char *text = root_read("%s/%s", unit_folders[i], unit);

		if (text)
			take_limit(text, &limit);
	}
	for (size_t i = G_N_ELEMENTS(unit_folders); i-- > 0;) {
		g_autoptr(GPtrArray) names = root_list("%s/%s.d", unit_folders[i], unit);

		for (guint j = 0; j < names->len; j++) {
			g_autofree char *text = NULL;

			if (!g_str_has_suffix(names->pdata[j], ".conf"))
				continue;
			text = root_read("%s/%s.d/%s", unit_folders[i], unit, (char *)names->pdata[j]);
			if (text)
				take_limit(text, &limit);
		}
	}
	return limit;
}

const char *libvirt_qemu(void)
{
	static const char *const places[] = { "/usr/bin/qemu-system-x86_64", "/usr/libexec/qemu-kvm",
					      "/usr/bin/qemu-system-aarch64", "/usr/bin/qemu-kvm",
					      "/usr/bin/kvm",
					      /* NixOS's, and those that its libvirt starts */
					      "/run/current-system/sw/bin/qemu-system-x86_64",
					      "/run/current-system/sw/bin/qemu-system-aarch64",
					      "/run/libvirt/nix-emulators/qemu-system-x86_64",
					      "/run/libvirt/nix-emulators/qemu-system-aarch64" };

	for (size_t i = 0; i < G_N_ELEMENTS(places); i++)
		if (root_exists("%s", places[i]))
			return places[i];
	return NULL;
}

static void free_hostdev(gpointer data)
{
	struct libvirt_hostdev *hostdev = data;

	g_free(hostdev->domain);
	g_free(hostdev->rom);
	g_free(hostdev);
}

static char *xpath_text(xmlXPathContext *context, const char *expression)
{
	xmlXPathObject *object = xmlXPathEvalExpression(BAD_CAST expression, context);
	xmlChar *text = object ? xmlXPathCastToString(object) : NULL;
	char *copy = text && *text ? g_strdup((char *)text) : NULL;

	xmlFree(text);
	xmlXPathFreeObject(object);
	return copy;
}

static int xpath_number(xmlXPathContext *context, const char *expression)
{
	g_autofree char *text = xpath_text(context, expression);

	return text ? (int)g_ascii_strtoull(text, NULL, 10) : 0;
}

static guint64 attribute(xmlNode *node, const char *name)
{
	xmlChar *text = xmlGetProp(node, BAD_CAST name);
	guint64 value = text ? g_ascii_strtoull((char *)text, NULL, 0) : 0;

	xmlFree(text);
	return value;
}

static bool is_address_of(xmlNode *address, const struct pci_device *device)
{
	return attribute(address, "domain") == device->segment && attribute(address, "bus") == device->bus &&
	       attribute(address, "slot") == device->slot && attribute(address, "function") == device->function;
}

static void take_hostdevs(xmlDoc *document, const struct pci_device *device, GPtrArray *found)
{
	xmlXPathContext *context = xmlXPathNewContext(document);
	xmlXPathObject *addresses =
		xmlXPathEvalExpression(BAD_CAST "/domain/devices/hostdev[@type='pci']/source/address", context);
	int count = addresses && addresses->nodesetval ? addresses->nodesetval->nodeNr : 0;

	for (int i = 0; i < count && found->len < MOST_HOSTDEVS; i++) {
		xmlNode *address = addresses->nodesetval->nodeTab[i];
		struct libvirt_hostdev *hostdev;

		if (!is_address_of(address, device))
			continue;
		hostdev = g_new0(struct libvirt_hostdev, 1);
		xmlXPathSetContextNode(xmlDocGetRootElement(document), context);
		hostdev->domain = xpath_text(context, "string(/domain/name)");
		if (!hostdev->domain)
			hostdev->domain = g_strdup("a domain without a name");
		hostdev->address_bits = xpath_number(context, "string(/domain/cpu/maxphysaddr/@limit)");
		if (!hostdev->address_bits)
			hostdev->address_bits = xpath_number(context, "string(/domain/cpu/maxphysaddr/@bits)");
		xmlXPathSetContextNode(address, context);
		hostdev->rom = xpath_text(context, "string(../../rom/@file)");
		g_ptr_array_add(found, hostdev);
	}
	xmlXPathFreeObject(addresses);
	xmlXPathFreeContext(context);
}

GPtrArray *libvirt_hostdevs(const struct pci_device *device, bool *readable)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(free_hostdev);
	g_autoptr(GPtrArray) names = root_list(DOMAINS);
	int dir = root_open(O_RDONLY | O_DIRECTORY, DOMAINS);

	*readable = dir >= 0 || errno != EACCES;
	if (dir >= 0)
		close(dir);
	for (guint i = 0; i < names->len; i++) {
		g_autoptr(GBytes) bytes = NULL;
		xmlDoc *document;
		gsize size;
		const char *data;

		if (!g_str_has_suffix(names->pdata[i], ".xml"))
			continue;
		bytes = root_read_bytes(DOMAINS "/%s", (char *)names->pdata[i]);
		if (!bytes) {
			*readable = *readable && errno != EACCES;
			continue;
		}
		data = g_bytes_get_data(bytes, &size);
		document = xmlReadMemory(data, (int)size, NULL, NULL,
					 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
		if (!document)
			continue;
		/* libvirt writes no DTD; the entities of a hostile one could fill the memory. */
		if (document->intSubset || found->len >= MOST_HOSTDEVS) {
			xmlFreeDoc(document);
			continue;
		}
		take_hostdevs(document, device, found);
		xmlFreeDoc(document);
	}
	return found;
}

bool libvirt_limits_addresses(const struct card *card, int bits)
{
	bool readable, some = false;

	for (guint i = 0; i < card->functions->len; i++) {
		g_autoptr(GPtrArray) hostdevs = libvirt_hostdevs(card->functions->pdata[i], &readable);

		for (guint j = 0; j < hostdevs->len; j++) {
			const struct libvirt_hostdev *hostdev = hostdevs->pdata[j];

			if (!hostdev->address_bits || hostdev->address_bits > bits)
				return false;
			some = true;
		}
	}
	return some;
}
