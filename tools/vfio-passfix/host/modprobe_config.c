// SPDX-License-Identifier: GPL-2.0-only
#include "host/modprobe_config.h"

#include <stdbool.h>
#include <string.h>

#include "host/root.h"

#define BLANKS " \t"

/* Of files with the same name, only that in the first folder is read. */
static const char *const folders[] = { "/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d",
				       "/usr/lib/modprobe.d", "/lib/modprobe.d" };

static int by_name(gconstpointer a, gconstpointer b)
{
	g_autofree char *name = g_path_get_basename(*(char *const *)a);
	g_autofree char *other = g_path_get_basename(*(char *const *)b);

	return strcmp(name, other);
}

/* The paths of the files, in the order in which modprobe reads them. */
static GPtrArray *files(void)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autoptr(GPtrArray) names = root_list("%s", folders[i]);

		for (guint j = 0; j < names->len; j++)
			if (g_str_has_suffix(names->pdata[j], ".conf") &&
			    g_hash_table_add(seen, g_strdup(names->pdata[j])))
				g_ptr_array_add(paths, g_build_filename(folders[i], names->pdata[j], NULL));
	}
	g_ptr_array_sort(paths, by_name);
	return paths;
}

/* As libkmod reads it: drops each backslash, and a newline that follows one. */
static char *unescaped(const char *text)
{
	GString *plain = g_string_new(NULL);

	for (const char *c = text; *c; c++) {
		bool escaped = *c == '\\';

		if (escaped && !*++c)
			break;
		if (!escaped || *c != '\n')
			g_string_append_c(plain, *c);
	}
	return g_string_free(plain, FALSE);
}

/* The next word of *@line, which is moved past the word and one blank; NULL: there is none. */
static char *next_word(const char **line)
{
	const char *word = *line + strspn(*line, BLANKS);
	size_t length = strcspn(word, BLANKS);

	*line = word + length + (word[length] ? 1 : 0);
	return length ? g_strndup(word, length) : NULL;
}

static void free_setting(gpointer data)
{
	struct setting *setting = data;

	g_free(setting->path);
	g_free(setting->value);
	g_free(setting);
}

static void add_line(GPtrArray *settings, const char *path, const char *line, const char *command, const char *module)
{
	g_autofree char *first = next_word(&line);
	g_autofree char *name = first ? next_word(&line) : NULL;
	struct setting *setting;

	if (!name || !*line || strcmp(first, command) || strcmp(g_strdelimit(name, "-", '_'), module))
		return;
	setting = g_new0(struct setting, 1);
	setting->path = g_strdup(path);
	setting->value = g_strdup(line);
	if (!strcmp(command, "options"))
		g_strdelimit(setting->value, "\t", ' ');
	g_ptr_array_add(settings, setting);
}

GPtrArray *modprobe_config(const char *command, const char *module)
{
	GPtrArray *settings = g_ptr_array_new_with_free_func(free_setting);
	g_autoptr(GPtrArray) paths = files();

	for (guint i = 0; i < paths->len; i++) {
		g_autofree char *text = root_read("%s", (char *)paths->pdata[i]);
		g_autofree char *plain = unescaped(text ? text : "");
		g_auto(GStrv) lines = g_strsplit(plain, "\n", -1);

		for (char **line = lines; *line; line++)
			add_line(settings, paths->pdata[i], *line, command, module);
	}
	return settings;
}
