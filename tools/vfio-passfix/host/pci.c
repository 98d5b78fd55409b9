// SPDX-License-Identifier: GPL-2.0-only
#include "host/pci.h"

#include <fcntl.h>
#include <pci/pci.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/root.h"

#define DEVICES "/sys/bus/pci/devices"

/* The flags in a line of sysfs's "resource" that matter here (include/linux/ioport.h). */
#define RESOURCE_MEM 0x00000200u
#define RESOURCE_PREFETCH 0x00002000u
#define RESOURCE_MEM_64 0x00100000u

static uint64_t read_number(const char *address, const char *attribute, uint64_t otherwise)
{
	g_autofree char *text = root_read(DEVICES "/%s/%s", address, attribute);

	return text && *text ? g_ascii_strtoull(text, NULL, 0) : otherwise;
}

static void read_bars(struct pci_device *device)
{
	g_autofree char *text = root_read(DEVICES "/%s/resource", device->address);
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", PCI_BARS + 1);

	for (int i = 0; i < PCI_BARS && lines[i]; i++) {
		struct pci_bar *bar = &device->bars[i];
		unsigned long long start, end, flags;
		g_autofree char *sizes = NULL;

		if (sscanf(lines[i], "%llx %llx %llx", &start, &end, &flags) != 3 || !flags)
			continue;
		bar->start = start;
		bar->size = end - start + 1;
		bar->memory = flags & RESOURCE_MEM;
		bar->wide = flags & RESOURCE_MEM_64;
		bar->prefetchable = flags & RESOURCE_PREFETCH;
		sizes = root_read(DEVICES "/%s/resource%d_resize", device->address, i);
		if (sizes)
			bar->sizes = g_ascii_strtoull(sizes, NULL, 16);
	}
}

/*
 * sysfs nests a device in its bridge. A device that is nested in any other way, which is possible
 * under --root, has no parent, so that going up from bridge to bridge always ends.
 */
static char *parent_of(const char *address)
{
	g_autofree char *real = root_link_path(DEVICES "/%s", address);
	g_autofree char *above = real ? g_path_get_dirname(real) : NULL;
	g_autofree char *name = above ? g_path_get_basename(above) : NULL;
	g_autofree char *parent = name ? pci_address(name) : NULL;
	g_autofree char *nested = parent ? root_link_path(DEVICES "/%s", parent) : NULL;

	return nested && !strcmp(nested, above) ? g_steal_pointer(&parent) : NULL;
}

/* A root bus that is not the machine's is nested in a function: .../0000:00:0e.0/pci10000:e0/... */
static char *controller_of(const char *address)
{
	g_autofree char *real = root_link_path(DEVICES "/%s", address);
	g_auto(GStrv) parts = g_strsplit(real ? real : "", "/", -1);
	char *controller = NULL;

	for (guint i = 1; *parts && parts[i]; i++) {
		g_autofree char *above = g_str_has_prefix(parts[i], "pci") ? pci_address(parts[i - 1]) : NULL;

		if (above) {
			g_free(controller);
			controller = g_steal_pointer(&above);
		}
	}
	return controller;
}

static struct pci_device *read_device(const char *address)
{
	g_autofree char *same = pci_address(address);
	struct pci_device *device;
	unsigned int segment, bus, slot, function;
	g_autofree char *override = NULL;
	g_autofree char *group = NULL;

	/* The kernel uses no other form of address, and the address goes into files that root runs. */
	if (g_strcmp0(address, same) || sscanf(address, "%x:%x:%x.%x", &segment, &bus, &slot, &function) != 4)
		return NULL;
	device = g_new0(struct pci_device, 1);
	device->address = g_strdup(address);
	device->segment = segment;
	device->bus = (uint8_t)bus;
	device->slot = (uint8_t)slot;
	device->function = (uint8_t)function;
	device->vendor = (uint16_t)read_number(address, "vendor", 0);
	device->device = (uint16_t)read_number(address, "device", 0);
	device->class = (uint32_t)read_number(address, "class", 0);
	device->driver = root_link(DEVICES "/%s/driver", address);
	override = root_read(DEVICES "/%s/driver_override", address);
	if (override && *override && strcmp(override, "(null)"))
		device->driver_override = g_steal_pointer(&override);
	device->parent = parent_of(address);
	device->controller = controller_of(address);
	group = root_link(DEVICES "/%s/iommu_group", address);
	device->group = group ? atoi(group) : -1;
	device->boot_vga = -1;
	if (pci_is_display(device))
		device->boot_vga = (int)read_number(address, "boot_vga", (uint64_t)-1);
	device->secondary = -1;
	if (pci_is_bridge(device))
		device->secondary = (int)read_number(address, "secondary_bus_number", (uint64_t)-1);
	device->is_virtual = root_exists(DEVICES "/%s/physfn", address);
	device->has_rom = root_exists(DEVICES "/%s/rom", address);
	read_bars(device);
	return device;
}

static void free_device(gpointer data)
{
	struct pci_device *device = data;

	g_free(device->address);
	g_free(device->driver);
	g_free(device->driver_override);
	g_free(device->parent);
	g_free(device->controller);
	g_free(device);
}

/* The tree may not show to which controller a domain above ffff belongs; then VMD's driver shows it. */
static void find_controllers(GPtrArray *devices)
{
	const char *vmd = NULL;

	for (guint i = 0; i < devices->len && !vmd; i++) {
		const struct pci_device *device = devices->pdata[i];

		vmd = g_strcmp0(device->driver, "vmd") ? NULL : device->address;
	}
	for (guint i = 0; vmd && i < devices->len; i++) {
		struct pci_device *device = devices->pdata[i];

		if (device->segment > 0xffff && !device->controller)
			device->controller = g_strdup(vmd);
	}
}

GPtrArray *pci_devices(void)
{
	GPtrArray *devices = g_ptr_array_new_with_free_func(free_device);
	g_autoptr(GPtrArray) names = root_list(DEVICES);

	for (guint i = 0; i < names->len; i++) {
		struct pci_device *device = read_device(names->pdata[i]);

		if (device)
			g_ptr_array_add(devices, device);
	}
	find_controllers(devices);
	return devices;
}

struct pci_device *pci_find(const GPtrArray *devices, const char *address)
{
	for (guint i = 0; i < devices->len; i++) {
		struct pci_device *device = devices->pdata[i];

		if (!g_ascii_strcasecmp(device->address, address))
			return device;
	}
	return NULL;
}

char *pci_address(const char *text)
{
	unsigned int segment = 0, bus, slot, function;
	int end = 0;

	if (strspn(text, "0123456789abcdefABCDEF:.") != strlen(text))
		return NULL;
	/* A root bus of a controller (Intel's VMD) has a segment of five digits. */
	if (sscanf(text, "%8x:%2x:%2x.%1x%n", &segment, &bus, &slot, &function, &end) != 4 || text[end]) {
		segment = 0;
		end = 0;
		if (sscanf(text, "%2x:%2x.%1x%n", &bus, &slot, &function, &end) != 3 || text[end])
			return NULL;
	}
	if (slot > 0x1f || function > 7)
		return NULL;
	return g_strdup_printf("%04x:%02x:%02x.%x", segment, bus, slot, function);
}

static void quiet(G_GNUC_UNUSED char *format, ...)
{
}

/* libpci would inflate such a file, to any size. */
static bool is_compressed(const char *path)
{
	int fd = root_open(O_RDONLY | O_NONBLOCK, "%s", path);
	unsigned char magic[2] = { 0 };
	bool compressed = fd >= 0 && read(fd, magic, sizeof(magic)) == sizeof(magic) && magic[0] == 0x1f &&
			  magic[1] == 0x8b;

	if (fd >= 0)
		close(fd);
	return compressed;
}

/* libpci's table of names; read when the first name is needed. */
static struct pci_access *names(void)
{
	static struct pci_access *access;
	static char *pci_ids;
	static const char *const places[] = { "/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids",
					      "/var/lib/pciutils/pci.ids" };

	if (access)
		return access;
	access = pci_alloc();
	access->warning = quiet;
	access->debug = quiet;
	for (size_t i = 0; !root_is_host() && !pci_ids && i < G_N_ELEMENTS(places); i++)
		if (!is_compressed(places[i]))
			pci_ids = root_lend("%s", places[i]);
	if (!root_is_host())
		pci_set_name_list_path(access, pci_ids ? pci_ids : g_strdup("/dev/null"), 0);
	return access;
}

static char *lookup(int flags, int a, int b)
{
	char name[256];

	/* Without hwdb, whose answers differ between hosts that have the same table. */
	return g_strdup(pci_lookup_name(names(), name, sizeof(name), flags | PCI_LOOKUP_NO_HWDB, a, b));
}

char *pci_name(const struct pci_device *device)
{
	return lookup(PCI_LOOKUP_DEVICE, device->vendor, device->device);
}

char *pci_class_name(const struct pci_device *device)
{
	return lookup(PCI_LOOKUP_CLASS, (int)(device->class >> 8), 0);
}

/* "\t744c  Navi 31"; NULL if the table has no name. */
static char *table_line(const char *indent, int width, int number, int flags, int a, int b)
{
	g_autofree char *name = lookup(flags | PCI_LOOKUP_NO_NUMBERS, a, b);
	g_autofree char *figure = g_strdup_printf("%0*x", width, (unsigned int)number);

	return name && *name ? g_strconcat(indent, figure, "  ", name, "\n", NULL) : NULL;
}

/* The line of a base class, which libpci shows for a subclass without a name: "Display controller [03fe]". */
static char *base_class_line(int base)
{
	g_autofree char *name = lookup(PCI_LOOKUP_CLASS, base << 8 | 0xfe, 0);
	char *end = name ? strstr(name, " [") : NULL;

	if (!end || g_str_has_prefix(name, "Class "))
		return NULL;
	*end = '\0';
	return g_strdup_printf("C %02x  %s\n", base, name);
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds @first and, below it, @second; takes ownership of both, and either may be NULL. */
static void add_lines(GPtrArray *lines, char *first, char *second)
{
	char *text = first ? g_strconcat(first, second, NULL) : NULL;

	if (text && !g_ptr_array_find_with_equal_func(lines, text, g_str_equal, NULL))
		g_ptr_array_add(lines, g_steal_pointer(&text));
	g_free(text);
	g_free(first);
	g_free(second);
}

char *pci_names_table(const GPtrArray *devices)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GString *table = g_string_new(NULL);

	for (guint i = 0; i < devices->len; i++) {
		const struct pci_device *device = devices->pdata[i];
		int class = (int)(device->class >> 8);

		add_lines(lines, table_line("", 4, device->vendor, PCI_LOOKUP_VENDOR, device->vendor, 0),
			  table_line("\t", 4, device->device, PCI_LOOKUP_DEVICE, device->vendor, device->device));
		add_lines(lines, base_class_line(class >> 8),
			  table_line("\t", 2, class & 0xff, PCI_LOOKUP_CLASS, class, 0));
	}
	g_ptr_array_sort(lines, by_text);
	/* The line of a vendor or a class appears once, before all lines below it. */
	for (guint i = 0; i < lines->len; i++) {
		const char *line = lines->pdata[i], *below = strchr(line, '\n') + 1;
		const char *before = i ? lines->pdata[i - 1] : "";

		g_string_append(table, strncmp(line, before, (size_t)(below - line)) ? line : below);
	}
	return g_string_free(table, FALSE);
}

char *pci_id(const struct pci_device *device)
{
	return g_strdup_printf("%04x:%04x", device->vendor, device->device);
}

bool pci_same_id(const struct pci_device *a, const struct pci_device *b)
{
	return a->vendor == b->vendor && a->device == b->device;
}

bool pci_is_bridge(const struct pci_device *device)
{
	return device->class >> 8 == PCI_CLASS_BRIDGE_PCI;
}

bool pci_is_graphics(const struct pci_device *device)
{
	return device->class >> 16 == PCI_BASE_CLASS_DISPLAY;
}

bool pci_is_display(const struct pci_device *device)
{
	return pci_is_graphics(device) && device->class >> 8 != PCI_CLASS_DISPLAY_3D;
}

/* PCI class code 12h, which the header of pciutils lacks. */
#define CLASS_PROCESSING_ACCELERATOR 0x1200

bool pci_is_gpu(const struct pci_device *device)
{
	return pci_is_graphics(device) || device->class >> 8 == CLASS_PROCESSING_ACCELERATOR;
}

bool pci_is_network(const struct pci_device *device)
{
	return device->class >> 16 == PCI_BASE_CLASS_NETWORK;
}

bool pci_driver_is_vfio(const char *driver)
{
	return strstr(driver, "vfio");
}

bool pci_is_reserved(const struct pci_device *device)
{
	return device->driver && (pci_driver_is_vfio(device->driver) || !strcmp(device->driver, "pci-stub"));
}

bool pci_same_slot(const struct pci_device *a, const struct pci_device *b)
{
	return a->segment == b->segment && a->bus == b->bus && a->slot == b->slot;
}

uint16_t pci_device_id(const struct pci_device *device)
{
	return (uint16_t)(device->bus << 8 | device->slot << 3 | device->function);
}
