// SPDX-License-Identifier: GPL-2.0-only
#include "host/record.h"

#include <errno.h>
#include <string.h>

/* What is known about a path. */
struct seen {
	bool only_as_link;
	GBytes *content;	/* NULL: not read */
	char *target;		/* of record_link(); NULL: none */
};

static bool on;
static GHashTable *paths;	/* struct seen, by path */
static GHashTable *answers;	/* by "topic\tabout", both escaped */

static void free_seen(gpointer data)
{
	struct seen *seen = data;

	if (seen->content)
		g_bytes_unref(seen->content);
	g_free(seen->target);
	g_free(seen);
}

static GHashTable *all_answers(void)
{
	if (!answers)
		answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return answers;
}

void record_begin(void)
{
	on = true;
	if (!paths)
		paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_seen);
}

void record_end(void)
{
	on = false;
}

bool record_is_on(void)
{
	return on;
}

static struct seen *seen_at(const char *path)
{
	struct seen *seen = g_hash_table_lookup(paths, path);

	if (!seen) {
		seen = g_new0(struct seen, 1);
		seen->only_as_link = true;
		g_hash_table_insert(paths, g_strdup(path), seen);
	}
	return seen;
}

void record_look(const char *path, bool as_link)
{
	int number = errno;

	if (on && !as_link)
		seen_at(path)->only_as_link = false;
	else if (on)
		seen_at(path);
	errno = number;
}

void record_content(const char *path, const void *bytes, size_t size)
{
	int number = errno;

	if (on && !seen_at(path)->content)
		seen_at(path)->content = g_bytes_new(bytes, size);
	errno = number;
}

void record_link(const char *path, const char *target)
{
	int number = errno;

	if (on && !seen_at(path)->target)
		seen_at(path)->target = g_strdup(target);
	errno = number;
}

GBytes *record_known(const char *path)
{
	const struct seen *seen = paths ? g_hash_table_lookup(paths, path) : NULL;

	return seen && seen->content ? g_bytes_ref(seen->content) : NULL;
}

static char *key_of(const char *topic, const char *about)
{
	g_autofree char *one = g_strescape(topic, NULL), *other = g_strescape(about, NULL);

	return g_strconcat(one, "\t", other, NULL);
}

void record_answer(const char *topic, const char *about, const char *answer)
{
	int number = errno;

	if (on)
		g_hash_table_replace(all_answers(), key_of(topic, about), g_strdup(answer));
	errno = number;
}

void record_refusal(const char *path, int number)
{
	g_autofree char *text = g_strdup_printf("%d", number);

	if (number != ENOENT && number != ENOTDIR && number != ELOOP)
		record_answer(RECORD_REFUSED, path, text);
	errno = number;
}

const char *record_answered(const char *topic, const char *about)
{
	g_autofree char *key = answers ? key_of(topic, about) : NULL;

	return key ? g_hash_table_lookup(answers, key) : NULL;
}

static int by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *sorted_keys(GHashTable *table)
{
	GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iter;
	gpointer key;

	if (!table)
		return keys;
	g_hash_table_iter_init(&iter, table);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		g_ptr_array_add(keys, g_strdup(key));
	g_ptr_array_sort(keys, by_text);
	return keys;
}

GPtrArray *record_paths(void)
{
	return sorted_keys(paths);
}

bool record_only_as_link(const char *path)
{
	return seen_at(path)->only_as_link;
}

const char *record_linked(const char *path)
{
	return seen_at(path)->target;
}

char *record_answers_text(void)
{
	g_autoptr(GPtrArray) keys = sorted_keys(answers);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < keys->len; i++) {
		g_autofree char *answer = g_strescape(g_hash_table_lookup(answers, keys->pdata[i]), NULL);

		g_string_append_printf(text, "%s\t%s\n", (char *)keys->pdata[i], answer);
	}
	return g_string_free(text, FALSE);
}

void record_answers_read(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		char *end = strrchr(*line, '\t');

		if (!end)
			continue;
		*end = '\0';
		g_hash_table_replace(all_answers(), g_strdup(*line), g_strcompress(end + 1));
	}
}
