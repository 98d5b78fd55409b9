// SPDX-License-Identifier: GPL-2.0-only
#include "host/nodes.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host/root.h"

#define NVIDIA "/proc/driver/nvidia/gpus"

static void free_node(gpointer data)
{
	struct node *node = data;

	g_free(node->path);
	g_free(node);
}

static void add_node(GPtrArray *nodes, const struct pci_device *device, const char *name, dev_t number,
		     bool is_block)
{
	struct node *node = g_new0(struct node, 1);

	node->device = device;
	node->path = g_strconcat("/dev/", name, NULL);
	node->number = number;
	node->is_block = is_block;
	g_ptr_array_add(nodes, node);
}

/*
 * The function above a path of sysfs, or NULL. Everything below a function that is no bridge is
 * lost with it, also the other functions that are below Intel's VMD.
 */
static const struct pci_device *function_above(const GPtrArray *functions, const char *path)
{
	for (guint i = 0; i < functions->len; i++) {
		const struct pci_device *device = functions->pdata[i];
		g_autofree char *part = g_strconcat("/", device->address, "/", NULL);

		if (strstr(path, part))
			return device;
	}
	return NULL;
}

/* /sys/dev has a link for every device number, whatever the driver and class. */
static void add_from_sysfs(GPtrArray *nodes, const GPtrArray *functions, const char *kind)
{
	g_autoptr(GPtrArray) numbers = root_list("/sys/dev/%s", kind);

	for (guint i = 0; i < numbers->len; i++) {
		const char *number = numbers->pdata[i];
		g_autofree char *path = root_link_text("/sys/dev/%s/%s", kind, number);
		const struct pci_device *device = path ? function_above(functions, path) : NULL;
		g_autofree char *event = device ? root_read("/sys/dev/%s/%s/uevent", kind, number) : NULL;
		char *name = event ? strstr(event, "DEVNAME=") : NULL;
		unsigned int major, minor;

		if (!name || sscanf(number, "%u:%u", &major, &minor) != 2)
			continue;
		name += strlen("DEVNAME=");
		name[strcspn(name, "\n")] = '\0';
		add_node(nodes, device, name, makedev(major, minor), !strcmp(kind, "block"));
	}
}

/* The number of a node that is not in sysfs. The node is not opened. */
static dev_t number_of(const char *name)
{
	int fd = root_open(O_PATH, "/dev/%s", name);
	struct stat status;
	dev_t number = 0;

	if (fd >= 0 && !fstat(fd, &status) && S_ISCHR(status.st_mode))
		number = status.st_rdev;
	if (fd >= 0)
		close(fd);
	return number;
}

/*
 * NVIDIA's driver registers its nodes without a device in sysfs. The nodes that all of its cards
 * share count only if there is one card. If there are several, it is unknown which card a program
 * uses that has only shared nodes open; one that draws or computes also opens its card's own node.
 */
static void add_nvidia(GPtrArray *nodes, const struct pci_device *device)
{
	static const char *const shared[] = { "nvidiactl", "nvidia-modeset", "nvidia-uvm", "nvidia-uvm-tools" };
	g_autofree char *text = root_read(NVIDIA "/%s/information", device->address);
	const char *line = text ? strstr(text, "Device Minor:") : NULL;
	g_autoptr(GPtrArray) cards = NULL;
	g_autofree char *own = NULL;
	unsigned int minor;

	if (!line || sscanf(line, "Device Minor: %u", &minor) != 1)
		return;
	own = g_strdup_printf("nvidia%u", minor);
	add_node(nodes, device, own, number_of(own), false);
	cards = root_list(NVIDIA);
	for (size_t i = 0; cards->len == 1 && i < G_N_ELEMENTS(shared); i++)
		add_node(nodes, device, shared[i], number_of(shared[i]), false);
}

GPtrArray *nodes_of(const GPtrArray *functions)
{
	GPtrArray *nodes = g_ptr_array_new_with_free_func(free_node);

	if (!functions->len)
		return nodes;
	add_from_sysfs(nodes, functions, "char");
	add_from_sysfs(nodes, functions, "block");
	for (guint i = 0; i < functions->len; i++)
		add_nvidia(nodes, functions->pdata[i]);
	return nodes;
}
