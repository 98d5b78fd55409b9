// SPDX-License-Identifier: GPL-2.0-only
#include "host/users.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host/console.h"
#include "host/nodes.h"
#include "host/record.h"
#include "host/root.h"

/* How many programs or nodes of a function are named; the others are counted. */
#define NAMED 4

/* A node that a program has open. */
struct opened {
	const struct node *node;
	char *program;		/* "Xorg (1234, root)" */
	char *pid;
};

static void free_opened(gpointer data)
{
	struct opened *opened = data;

	g_free(opened->program);
	g_free(opened->pid);
	g_free(opened);
}

/* The name of a program may contain anything, such as terminal escape sequences. */
static char *plain(char *text)
{
	for (char *c = text; *c; c++)
		if (!g_ascii_isprint(*c))
			*c = '?';
	return text;
}

/*
 * The name of a process's user. Only /etc/passwd is read: a network directory may be slow or
 * may not exist.
 */
static char *user_of(const char *pid)
{
	g_autofree char *status = root_read("/proc/%s/status", pid);
	const char *line = status ? strstr(status, "\nUid:") : NULL;
	g_autofree char *users = root_read("/etc/passwd");
	g_auto(GStrv) lines = g_strsplit(users ? users : "", "\n", -1);
	unsigned int number;

	if (!line || sscanf(line, "\nUid: %u", &number) != 1)
		return g_strdup("unknown user");
	for (char **user = lines; *user; user++) {
		g_auto(GStrv) words = g_strsplit(*user, ":", 4);

		if (g_strv_length(words) == 4 && g_ascii_isdigit(*words[2]) &&
		    g_ascii_strtoull(words[2], NULL, 10) == number)
			return plain(g_strdup(words[0]));
	}
	return g_strdup_printf("user id %u", number);
}

static char *program_of(const char *pid)
{
	g_autofree char *name = root_read("/proc/%s/comm", pid);
	g_autofree char *user = user_of(pid);

	return g_strdup_printf("%s (%s, %s)", name ? plain(name) : "a program", pid, user);
}

/*
 * The node that a process has open as descriptor @number, or NULL. On a running host the device
 * number decides, because a node may have another name in a container. A tree under --root has
 * the texts of the links but no nodes; its /proc is the record of another host.
 *
 * The text is examined first, because that is cheapest, and because stat() of a file on a network
 * file system may block forever.
 */
static const struct node *node_behind(const GPtrArray *nodes, int folder, const char *number)
{
	char text[PATH_MAX];
	ssize_t length = readlinkat(folder, number, text, sizeof(text) - 1);
	struct statx status = { 0 };

	if (length < 0)
		return NULL;
	text[length] = '\0';
	if (!strstr(text, "/dev/") ||
	    (root_is_host() && statx(folder, number, AT_STATX_DONT_SYNC, STATX_TYPE, &status)))
		return NULL;
	for (guint i = 0; i < nodes->len; i++) {
		const struct node *node = nodes->pdata[i];

		if (!root_is_host() ? !strcmp(text, node->path) :
				      node->number == makedev(status.stx_rdev_major, status.stx_rdev_minor) &&
					      (node->is_block ? S_ISBLK(status.stx_mode) : S_ISCHR(status.stx_mode)))
			return node;
	}
	return NULL;
}

/* Only nodes of a card are recorded: the other files that a program has open are private. */
static void record_opened(const char *pid, const char *number, const struct node *node)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/fd/%s", pid, number);

	record_link(path, node->path);
}

/* Return: whether this user can see what it has open. */
static bool look_at_process(GPtrArray *all, const GPtrArray *nodes, const char *pid)
{
	int folder = root_open(O_RDONLY | O_DIRECTORY, "/proc/%s/fd", pid);
	DIR *dir = folder < 0 ? NULL : fdopendir(folder);
	g_autofree char *program = NULL;
	const struct dirent *entry;

	/* A process that has ended meanwhile has nothing open. */
	if (!dir)
		return errno != EACCES && errno != EPERM;
	while ((entry = readdir(dir))) {
		const struct node *node = node_behind(nodes, dirfd(dir), entry->d_name);
		struct opened *opened;

		if (!node)
			continue;
		record_opened(pid, entry->d_name, node);
		if (!program)
			program = program_of(pid);
		opened = g_new0(struct opened, 1);
		opened->node = node;
		opened->program = g_strdup(program);
		opened->pid = g_strdup(pid);
		g_ptr_array_add(all, opened);
	}
	closedir(dir);
	return true;
}

/* By pid: services come before the programs of a session, which may be many. */
static int by_number(gconstpointer a, gconstpointer b)
{
	guint64 one = g_ascii_strtoull(*(char *const *)a, NULL, 10);
	guint64 other = g_ascii_strtoull(*(char *const *)b, NULL, 10);

	return (one > other) - (one < other);
}

/* Not root, who sees every process. */
static bool is_user(void)
{
	bool user = root_is_host() ? geteuid() : root_answer("user", "") != NULL;

	if (root_is_host() && user)
		record_answer("user", "", "not root");
	return user;
}

/* Looks once for all functions, because a host may have thousands of processes. */
static GPtrArray *look_at_processes(const GPtrArray *nodes, bool *hidden)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(free_opened);
	g_autoptr(GPtrArray) pids = NULL;

	if (!nodes->len)
		return all;
	/* With hidepid=, the processes of other users are not even listed. */
	*hidden = is_user();
	pids = root_list_like("[0-9]*", "/proc");
	g_ptr_array_sort(pids, by_number);
	for (guint i = 0; i < pids->len; i++)
		if (g_ascii_isdigit(*(char *)pids->pdata[i]) && !look_at_process(all, nodes, pids->pdata[i]))
			*hidden = true;
	return all;
}

static void add_once(GPtrArray *list, char *text)
{
	if (!g_ptr_array_find_with_equal_func(list, text, g_str_equal, NULL))
		g_ptr_array_add(list, text);
}

/* "Xorg (1234, root), gnome-shell (2345, alice) and 3 more" */
static char *enumerated(const GPtrArray *list)
{
	GString *text = g_string_new(list->pdata[0]);

	for (guint i = 1; i < list->len && i < NAMED; i++)
		g_string_append_printf(text, ", %s", (char *)list->pdata[i]);
	if (list->len > NAMED)
		g_string_append_printf(text, " and %u more", list->len - NAMED);
	return g_string_free(text, FALSE);
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *programs_with(const GPtrArray *all, const struct pci_device *device)
{
	g_autoptr(GPtrArray) programs = g_ptr_array_new(), paths = g_ptr_array_new();
	g_autofree char *who = NULL, *what = NULL;

	for (guint i = 0; i < all->len; i++) {
		const struct opened *opened = all->pdata[i];

		if (opened->node->device != device)
			continue;
		add_once(programs, opened->program);
		add_once(paths, opened->node->path);
	}
	if (!programs->len)
		return NULL;
	g_ptr_array_sort(paths, by_text);
	who = enumerated(programs);
	what = enumerated(paths);
	return programs->len == 1 ? g_strdup_printf("%s has %s open", who, what) :
				    g_strdup_printf("%s have %s open", who, what);
}

static void add_line(GPtrArray *lines, const struct pci_device *device, const char *words)
{
	if (words)
		g_ptr_array_add(lines, g_strdup_printf("%s: %s", device->address, words));
}

/* Those that a host driver has: what vfio has is a guest's. */
static GPtrArray *functions_of_host(const struct card *card)
{
	GPtrArray *functions = g_ptr_array_new();

	for (guint i = 0; i < card->functions->len; i++) {
		struct pci_device *device = card->functions->pdata[i];

		if (device->driver && !pci_driver_is_vfio(device->driver))
			g_ptr_array_add(functions, device);
	}
	return functions;
}

static GPtrArray *lines_of(const struct card *card, bool *hidden, bool consoles)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) functions = functions_of_host(card), nodes = nodes_of(functions), all = NULL;
	bool unseen = false;

	all = look_at_processes(nodes, &unseen);
	for (guint i = 0; i < functions->len; i++) {
		g_autofree char *programs = programs_with(all, functions->pdata[i]);

		add_line(lines, functions->pdata[i], programs);
		for (guint j = 0; consoles && j < nodes->len; j++) {
			const struct node *node = nodes->pdata[j];
			g_autofree char *console = node->device == functions->pdata[i] ? console_on(node) : NULL;

			add_line(lines, functions->pdata[i], console);
		}
	}
	if (hidden)
		*hidden = unseen;
	return lines;
}

GPtrArray *users_of(const struct card *card, bool *hidden)
{
	return lines_of(card, hidden, true);
}

GPtrArray *users_programs(const struct card *card)
{
	return lines_of(card, NULL, false);
}

char *users_login(const char *pid)
{
	return user_of(pid);
}

char *users_name(const char *pid)
{
	return program_of(pid);
}

GPtrArray *users_pids(const struct card *card)
{
	g_autoptr(GPtrArray) functions = functions_of_host(card), nodes = nodes_of(functions), all = NULL;
	GPtrArray *pids = g_ptr_array_new_with_free_func(g_free);
	bool unseen = false;

	all = look_at_processes(nodes, &unseen);
	for (guint i = 0; i < all->len; i++) {
		const struct opened *opened = all->pdata[i];

		if (!g_ptr_array_find_with_equal_func(pids, opened->pid, g_str_equal, NULL))
			g_ptr_array_add(pids, g_strdup(opened->pid));
	}
	return pids;
}
