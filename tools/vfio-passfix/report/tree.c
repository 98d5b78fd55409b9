// SPDX-License-Identifier: GPL-2.0-only
#include "report/tree.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "host/record.h"
#include "host/root.h"
#include "report/reduce.h"
#include "report/stand_ins.h"

/* More links than these are a loop. */
#define MOST_LINKS 40

static void free_entry(gpointer data)
{
	struct tree_entry *entry = data;

	g_free(entry->path);
	g_free(entry->target);
	if (entry->content)
		g_bytes_unref(entry->content);
	g_free(entry);
}

/* What is at a path without links in its folders; NULL: nothing. Each path is looked at once. */
static struct tree_entry *entry_at(GHashTable *entries, const char *path)
{
	struct tree_entry *entry = g_hash_table_lookup(entries, path);
	struct stat status;

	/* /proc/self is a link to the process that reads it; a record has only this process. */
	bool is_self = !strcmp(path, "/proc/self");

	if (entry || (!is_self && !root_look(&status, "%s", path)))
		return entry;
	entry = g_new0(struct tree_entry, 1);
	entry->path = g_strdup(path);
	if (is_self || S_ISDIR(status.st_mode)) {
		entry->is_folder = true;
		entry->mode = is_self ? 0755 : (status.st_mode & 0777) | 0700;
	} else if (S_ISLNK(status.st_mode)) {
		entry->target = root_link_text("%s", path);
	} else {
		entry->mode = (status.st_mode & 0777) | 0400;
	}
	g_hash_table_insert(entries, entry->path, entry);
	return entry;
}

/*
 * Adds what is at a path, and the folders and links that lead there.
 * Return: what the path leads to; NULL: nothing.
 */
static struct tree_entry *add_path(GHashTable *entries, const char *path, bool as_link, int links)
{
	g_autofree char *plain = g_canonicalize_filename(path, "/");
	g_auto(GStrv) parts = g_strsplit(plain + 1, "/", -1);
	g_autoptr(GString) now = g_string_new(NULL);
	struct tree_entry *entry = NULL;

	for (char **part = parts; *part && **part; part++) {
		g_autofree char *folder = g_strdup(now->len ? now->str : "/");
		g_autofree char *rest = NULL, *next = NULL;

		g_string_append_printf(now, "/%s", *part);
		entry = entry_at(entries, now->str);
		if (!entry)
			return NULL;
		if (!entry->target || (!part[1] && as_link))
			continue;
		if (links == MOST_LINKS)
			return NULL;
		rest = g_strjoinv("/", part + 1);
		next = g_build_filename(*entry->target == '/' ? "/" : folder, entry->target, rest, NULL);
		return add_path(entries, next, as_link, links + 1);
	}
	return entry;
}

static void add_recorded(GHashTable *entries, const char *path)
{
	const char *target = record_linked(path);
	g_autoptr(GBytes) content = record_known(path);
	struct tree_entry *entry = add_path(entries, path, record_only_as_link(path), 0);

	/* A link that only the tool has recorded, such as to a device that a process has open. */
	if (!entry && target) {
		entry = g_new0(struct tree_entry, 1);
		entry->path = g_strdup(path);
		g_hash_table_insert(entries, entry->path, entry);
	}
	if (entry && target) {
		g_free(entry->target);
		entry->target = g_strdup(target);
		entry->is_folder = false;
	}
	if (entry && content && !entry->content)
		entry->content = reduce(entry->path, content);
}

/* Whether a path belongs to another process than our own; sets @number to its number. */
static bool is_of_process(const char *path, char number[32])
{
	return sscanf(path, "/proc/%31[0-9]", number) == 1;
}

/* Leaves out processes that have no nodes of a card open: they are private. */
static void leave_processes_out(GHashTable *entries)
{
	g_autoptr(GHashTable) users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GHashTableIter iter;
	gpointer path, entry;
	char number[32];

	g_hash_table_iter_init(&iter, entries);
	while (g_hash_table_iter_next(&iter, &path, &entry))
		if (((struct tree_entry *)entry)->target && is_of_process(path, number))
			g_hash_table_add(users, g_strdup(number));
	g_hash_table_iter_init(&iter, entries);
	while (g_hash_table_iter_next(&iter, &path, &entry))
		if (is_of_process(path, number) && !g_hash_table_contains(users, number))
			g_hash_table_iter_remove(&iter);
}

static void replace(char **text)
{
	char *replaced = *text ? stand_ins_put(*text) : NULL;

	g_free(*text);
	*text = replaced;
}

static void put_stand_ins(struct tree_entry *entry)
{
	gsize size = 0;
	const char *data = entry->content ? g_bytes_get_data(entry->content, &size) : NULL;

	replace(&entry->path);
	replace(&entry->target);
	/* Content with zero bytes is no text: it is a table of the firmware, with nothing private in it. */
	if (data && size && !memchr(data, '\0', size)) {
		g_autofree char *text = g_strndup(data, size);
		char *replaced = stand_ins_put(text);

		g_bytes_unref(entry->content);
		entry->content = g_bytes_new_take(replaced, strlen(replaced));
	}
}

static int by_path(gconstpointer a, gconstpointer b)
{
	return strcmp((*(struct tree_entry *const *)a)->path, (*(struct tree_entry *const *)b)->path);
}

GPtrArray *tree_make(void)
{
	g_autoptr(GHashTable) entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_entry);
	g_autoptr(GPtrArray) paths = record_paths();
	GPtrArray *tree = g_ptr_array_new_with_free_func(free_entry);
	GHashTableIter iter;
	gpointer entry;

	for (guint i = 0; i < paths->len; i++)
		add_recorded(entries, paths->pdata[i]);
	leave_processes_out(entries);
	g_hash_table_iter_init(&iter, entries);
	while (g_hash_table_iter_next(&iter, NULL, &entry)) {
		g_ptr_array_add(tree, entry);
		g_hash_table_iter_steal(&iter);
	}
	/* In a fixed order, so that the same host gets the same stand-ins. */
	g_ptr_array_sort(tree, by_path);
	for (guint i = 0; i < tree->len; i++)
		put_stand_ins(tree->pdata[i]);
	return tree;
}

void tree_add(GPtrArray *tree, const char *path, char *text)
{
	struct tree_entry *entry = g_new0(struct tree_entry, 1);

	entry->path = g_strdup(path);
	entry->mode = 0644;
	entry->content = g_bytes_new_take(text, strlen(text));
	put_stand_ins(entry);
	g_ptr_array_add(tree, entry);
}
