// SPDX-License-Identifier: GPL-2.0-only
#include "words.h"

#include <string.h>

/* The first word of a command's name, and what is behind it: NULL where that was all. */
static char *first_word(const char *name, const char **rest)
{
	const char *blank = strchr(name, ' ');

	*rest = blank ? blank + 1 : NULL;
	return blank ? g_strndup(name, (gsize)(blank - name)) : g_strdup(name);
}

GPtrArray *words_next(const char *before, GPtrArray *texts)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	for (const struct command *const *command = commands; *command; command++) {
		const char *name = (*command)->name, *rest;
		g_autofree char *word = NULL;
		guint known;

		if (*before && !(g_str_has_prefix(name, before) && name[strlen(before)] == ' '))
			continue;
		word = first_word(*before ? name + strlen(before) + 1 : name, &rest);
		if (g_ptr_array_find_with_equal_func(words, word, g_str_equal, &known)) {
			char **text = (char **)&texts->pdata[known];
			char *longer = g_strdup_printf("%s; %s", *text, (*command)->summary);

			g_free(*text);
			*text = longer;
			continue;
		}
		g_ptr_array_add(words, g_steal_pointer(&word));
		g_ptr_array_add(texts, g_strdup((*command)->summary));
	}
	return words;
}

GPtrArray *words_open(void)
{
	GPtrArray *groups = g_ptr_array_new_with_free_func(g_free);

	for (const struct command *const *command = commands; *command; command++) {
		const char *rest;
		g_autofree char *word = first_word((*command)->name, &rest);

		if (rest && !g_ptr_array_find_with_equal_func(groups, word, g_str_equal, NULL))
			g_ptr_array_add(groups, g_steal_pointer(&word));
	}
	return groups;
}

void words_for_each(void (*each)(const struct command *command))
{
	each(NULL);
	for (const struct command *const *command = commands; *command; command++)
		each(*command);
}

char *words_escaped(const char *text, const char *special)
{
	GString *out = g_string_new(NULL);

	for (const char *c = text; *c; c++) {
		if (strchr(special, *c))
			g_string_append_c(out, '\\');
		g_string_append_c(out, *c);
	}
	return g_string_free(out, FALSE);
}
