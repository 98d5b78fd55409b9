// SPDX-License-Identifier: GPL-2.0-only
#include "host/boot_screen.h"

#include <stdio.h>
#include <string.h>

#include "host/root.h"

/* The names of the memory in sysfb, of the drivers that draw there, and of sysfb's devices. */
static const char *const screens[] = { "BOOTFB",    "efifb",  "vesafb",		     "simplefb",	"simpledrm",
				       "efidrm",    "vesadrm", "simple-framebuffer", "efi-framebuffer", "vesa-framebuffer",
				       "sysfb",	    "ofdrm",  "offb" };

static bool is_screen(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(screens); i++)
		if (g_str_has_prefix(name, screens[i]))
			return true;
	return false;
}

bool boot_screen_is_device(const char *name)
{
	return is_screen(name);
}

static bool is_address_of(const struct card *card, const char *name)
{
	for (guint i = 0; i < card->functions->len; i++)
		if (!strcmp(((const struct pci_device *)card->functions->pdata[i])->address, name))
			return true;
	return false;
}

static bool is_in_bar_of(const struct card *card, uint64_t start, uint64_t end)
{
	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];

		for (int j = 0; j < PCI_BARS; j++) {
			const struct pci_bar *bar = &device->bars[j];

			if (bar->memory && bar->start && start >= bar->start && end - bar->start < bar->size)
				return true;
		}
	}
	return false;
}

/* "  d0000000-d02fffff : BOOTFB": a line lies within the line above it that is indented less. */
static char *in_iomem(const struct card *card)
{
	g_autofree char *text = root_read("/proc/iomem");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);
	int depth_of_card = -1;

	for (char **line = lines; *line; line++) {
		int depth = (int)strspn(*line, " ");
		const char *name = strstr(*line, " : ");
		unsigned long long start, end;

		if (!name || sscanf(*line, "%llx-%llx", &start, &end) != 2)
			continue;
		name += strlen(" : ");
		if (depth <= depth_of_card)
			depth_of_card = -1;
		if (is_screen(name) && (depth_of_card >= 0 || is_in_bar_of(card, start, end)))
			return g_strdup(name);
		if (depth_of_card < 0 && is_address_of(card, name))
			depth_of_card = depth;
	}
	return NULL;
}

/* In newer kernels the screen is below its card in sysfs; in older ones it belongs to the boot display. */
static char *in_sysfs(const struct card *card)
{
	for (guint i = 0; i < card->functions->len; i++) {
		const struct pci_device *device = card->functions->pdata[i];
		g_autoptr(GPtrArray) names = root_list("/sys/bus/pci/devices/%s", device->address);
		g_autoptr(GPtrArray) orphans = root_list("/sys/devices/platform");

		for (guint j = 0; j < names->len; j++)
			if (is_screen(names->pdata[j]))
				return g_strdup(names->pdata[j]);
		for (guint j = 0; device->boot_vga == 1 && j < orphans->len; j++)
			if (is_screen(orphans->pdata[j]))
				return g_strdup(orphans->pdata[j]);
	}
	return NULL;
}

char *boot_screen_on(const struct card *card)
{
	char *name = in_iomem(card);

	return name ? name : in_sysfs(card);
}
