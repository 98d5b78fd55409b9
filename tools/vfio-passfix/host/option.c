// SPDX-License-Identifier: GPL-2.0-only
#include "host/option.h"

#include <glib.h>
#include <string.h>

static bool same_name(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((a[i] == '-' ? '_' : a[i]) != (b[i] == '-' ? '_' : b[i]))
			return false;
	return true;
}

/* The next word, with its quotes; sets *@length. NULL: there is none. */
static const char *next_word(const char *line, size_t *length)
{
	const char *word = line, *end;
	bool quoted = false;

	while (g_ascii_isspace(*word))
		word++;
	for (end = word; *end && (quoted || !g_ascii_isspace(*end)); end++)
		if (*end == '"')
			quoted = !quoted;
	*length = (size_t)(end - word);
	return *length ? word : NULL;
}

/* The text without quotes at its ends. */
static char *unquoted(const char *text, size_t length)
{
	if (length && *text == '"') {
		text++;
		length--;
	}
	if (length && text[length - 1] == '"')
		length--;
	return g_strndup(text, length);
}

char *option_value(const char *line, const char *name)
{
	size_t wanted = strlen(name), length;
	char *value = NULL;

	while ((line = next_word(line, &length))) {
		bool quoted = *line == '"';
		const char *word = line + quoted;
		size_t rest = length - quoted;

		line += length;
		if (rest < wanted || !same_name(word, name, wanted))
			continue;
		/* In "name=value" with quotes around it, the last quote belongs to the word. */
		if (quoted && word[rest - 1] == '"')
			rest--;
		if (rest > wanted && word[wanted] != '=')
			continue;
		g_free(value);
		value = rest > wanted ? unquoted(word + wanted + 1, rest - wanted - 1) : g_strdup("");
	}
	return value;
}

bool option_is_on(const char *value)
{
	static const char *const words[] = { "", "1", "y", "Y", "t", "T", "on", "On", "ON", "oN", NULL };

	return value && g_strv_contains(words, value);
}
