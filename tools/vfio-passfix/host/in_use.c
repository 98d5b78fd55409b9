// SPDX-License-Identifier: GPL-2.0-only
#include "host/in_use.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/record.h"
#include "host/root.h"

#define BLOCK "/sys/class/block"
/* More than any device has; limits the cost of a forged sysfs. */
#define MOST_BLOCKS 4096

/* A disk, a partition, or what is built on them: a volume, a RAID, an open encrypted device. */
struct block {
	char *name;		/* "nvme0n1p2", "dm-0" */
	char *number;		/* "259:2" */
	char *mapper;		/* "vg-root" of /dev/mapper/vg-root; NULL: none */
	char *below;		/* the name of the device's own block that it is on; its own name if it is one */
};

static void free_block(gpointer data)
{
	struct block *block = data;

	g_free(block->name);
	g_free(block->number);
	g_free(block->mapper);
	g_free(block->below);
	g_free(block);
}

/* Adds a block with its partitions and all that is built on it. */
static void add_block(GPtrArray *blocks, const char *name, const char *below)
{
	g_autoptr(GPtrArray) holders = NULL, parts = NULL;
	struct block *block;

	if (blocks->len >= MOST_BLOCKS)
		return;
	for (guint i = 0; i < blocks->len; i++)
		if (!strcmp(((struct block *)blocks->pdata[i])->name, name))
			return;
	block = g_new0(struct block, 1);
	block->name = g_strdup(name);
	block->number = root_read(BLOCK "/%s/dev", name);
	block->mapper = root_read(BLOCK "/%s/dm/name", name);
	block->below = g_strdup(below);
	g_ptr_array_add(blocks, block);

	holders = root_list(BLOCK "/%s/holders", name);
	for (guint i = 0; i < holders->len; i++)
		add_block(blocks, holders->pdata[i], below);
	parts = root_list(BLOCK "/%s", name);
	for (guint i = 0; i < parts->len; i++)
		if (root_exists(BLOCK "/%s/%s/partition", name, (char *)parts->pdata[i]))
			add_block(blocks, parts->pdata[i], strcmp(name, below) ? below : parts->pdata[i]);
}

/* Whether the sysfs link @path leads to something below @device. */
static bool is_inside(const struct pci_device *device, const char *path)
{
	g_autofree char *outer = root_link_path("/sys/bus/pci/devices/%s", device->address);
	g_autofree char *inner = root_link_path("%s", path);
	size_t length = outer ? strlen(outer) : 0;

	return outer && inner && !strncmp(inner, outer, length) && inner[length] == '/';
}

static bool class_inside(const struct pci_device *device, const char *class, const char *name)
{
	g_autofree char *path = g_strdup_printf("/sys/class/%s/%s", class, name);

	return is_inside(device, path);
}

static GPtrArray *blocks_of(const struct pci_device *device)
{
	g_autoptr(GPtrArray) names = root_list(BLOCK);
	GPtrArray *blocks = g_ptr_array_new_with_free_func(free_block);

	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		unsigned int subsystem, controller, space;
		int end = 0;

		if (!class_inside(device, "block", name))
			continue;
		add_block(blocks, name, name);
		/* One of several paths to an NVMe disk; the disk itself is elsewhere in sysfs. */
		if (sscanf(name, "nvme%uc%un%u%n", &subsystem, &controller, &space, &end) == 3 && !name[end]) {
			g_autofree char *head = g_strdup_printf("nvme%un%u", subsystem, space);

			add_block(blocks, head, head);
		}
	}
	return blocks;
}

/* Whether @path, from the mount or swap table, is the device node of @block. */
static bool is_node(const struct block *block, const char *path)
{
	if (g_str_has_prefix(path, "/dev/mapper/"))
		return block->mapper && !strcmp(path + strlen("/dev/mapper/"), block->mapper);
	return g_str_has_prefix(path, "/dev/") && !strcmp(path + strlen("/dev/"), block->name);
}

/* "/dev/nvme0n1p2", "/dev/mapper/vg-root (on /dev/nvme0n1p3)" */
static char *node(const struct block *block)
{
	const char *folder = block->mapper ? "/dev/mapper/" : "/dev/";
	const char *name = block->mapper ? block->mapper : block->name;

	if (!strcmp(block->name, block->below))
		return g_strconcat(folder, name, NULL);
	return g_strconcat(folder, name, " (on /dev/", block->below, ")", NULL);
}

static char *say(const struct block *block, const char *what, const char *where)
{
	g_autofree char *name = node(block);

	return g_strdup_printf("%s %s%s", name, what, where);
}

static char *mounted(const GPtrArray *blocks)
{
	g_autofree char *text = root_read("/proc/self/mountinfo");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	for (char **line = lines; *line; line++) {
		g_auto(GStrv) words = g_strsplit(*line, " ", -1);
		g_autofree char *source = NULL, *where = NULL;
		guint count = g_strv_length(words), dash = 6;

		/* A dash ends the optional fields, whose number varies: see proc(5). */
		while (dash < count && strcmp(words[dash], "-"))
			dash++;
		if (dash + 2 >= count)
			continue;
		/* A blank is written as \040. */
		where = g_strcompress(words[4]);
		source = g_strcompress(words[dash + 2]);
		for (guint i = 0; i < blocks->len; i++) {
			const struct block *block = blocks->pdata[i];

			/* Compare the name, too: btrfs has device numbers of its own. */
			if ((block->number && !strcmp(words[2], block->number)) || is_node(block, source))
				return say(block, "is mounted on ", where);
		}
	}
	return NULL;
}

static char *swapped(const GPtrArray *blocks)
{
	g_autofree char *text = root_read("/proc/swaps");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	for (char **line = lines; *line; line++) {
		g_auto(GStrv) words = g_strsplit_set(*line, " \t", 2);
		g_autofree char *path = g_strcompress(*words ? *words : "");

		for (guint i = 0; i < blocks->len; i++)
			if (is_node(blocks->pdata[i], path))
				return say(blocks->pdata[i], "is used as swap", "");
	}
	return NULL;
}

/* A btrfs may have several devices; the mount table names only one. */
static char *in_btrfs(const GPtrArray *blocks)
{
	g_autoptr(GPtrArray) systems = root_list("/sys/fs/btrfs");

	for (guint i = 0; i < systems->len; i++)
		for (guint j = 0; j < blocks->len; j++) {
			const struct block *block = blocks->pdata[j];

			if (root_exists("/sys/fs/btrfs/%s/devices/%s", (char *)systems->pdata[i], block->name))
				return say(block, "is part of a btrfs that is mounted", "");
		}
	return NULL;
}

static bool is_opened(const char *path)
{
	int fd;

	if (!root_is_host())
		return root_answer("opened exclusively", path);
	fd = open(path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		return false;
	}
	if (errno != EBUSY)
		return false;
	record_answer("opened exclusively", path, "yes");
	return true;
}

/* Whatever uses a whole disk opens it exclusively. For ZFS this is the only sign. */
static char *opened(const GPtrArray *blocks)
{
	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = blocks->pdata[i];
		g_autofree char *path = g_strconcat("/dev/", block->name, NULL);

		if (is_opened(path))
			return say(block, "is in use, by ZFS, a RAID or a volume group perhaps", "");
	}
	return NULL;
}

static bool has_default_route(const char *name)
{
	g_autofree char *text = root_read("/proc/net/route");
	g_auto(GStrv) lines = g_strsplit(text ? text : "", "\n", -1);

	/* Interface, destination, gateway and so on; addresses in hexadecimal. */
	for (char **line = lines; *line; line++) {
		g_auto(GStrv) words = g_strsplit(*line, "\t", 3);

		if (g_strv_length(words) == 3 && !strcmp(words[0], name) && !strcmp(words[1], "00000000"))
			return true;
	}
	return false;
}

static char *linked(const struct pci_device *device)
{
	g_autoptr(GPtrArray) names = root_list("/sys/class/net");

	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autofree char *state = root_read("/sys/class/net/%s/operstate", name);

		if (state && !strcmp(state, "up") && class_inside(device, "net", name))
			return g_strdup_printf("the network interface %s is up%s", name,
					       has_default_route(name) ? " and has the default route" : "");
	}
	return NULL;
}

char *in_use_by(const struct pci_device *device)
{
	static char *(*const looks[])(const GPtrArray *blocks) = { mounted, swapped, in_btrfs, opened };
	g_autoptr(GPtrArray) blocks = blocks_of(device);

	for (size_t i = 0; i < G_N_ELEMENTS(looks); i++) {
		char *words = looks[i](blocks);

		if (words)
			return words;
	}
	return linked(device);
}
