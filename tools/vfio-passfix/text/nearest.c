// SPDX-License-Identifier: GPL-2.0-only
#include "text/nearest.h"

#include <string.h>

/* Longer words are not compared. */
#define MOST_LETTERS 32

/* The Damerau-Levenshtein distance, by a table of the distances of all prefixes. */
static size_t distance(const char *a, const char *b)
{
	size_t table[MOST_LETTERS + 1][MOST_LETTERS + 1];
	size_t rows = strlen(a), columns = strlen(b);

	if (rows > MOST_LETTERS || columns > MOST_LETTERS)
		return MOST_LETTERS;
	for (size_t i = 0; i <= rows; i++) {
		for (size_t j = 0; j <= columns; j++) {
			if (!i || !j) {
				table[i][j] = i + j;
				continue;
			}
			table[i][j] = MIN(table[i - 1][j], table[i][j - 1]) + 1;
			table[i][j] = MIN(table[i][j], table[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				table[i][j] = MIN(table[i][j], table[i - 2][j - 2] + 1);
		}
	}
	return table[rows][columns];
}

const char *nearest(const char *word, const GPtrArray *words)
{
	size_t least = MIN(2, (strlen(word) - 1) / 2) + 1;
	const char *found = NULL;

	if (!*word)
		return NULL;
	for (guint i = 0; i < words->len; i++) {
		size_t away = distance(word, words->pdata[i]);

		if (away < least) {
			least = away;
			found = words->pdata[i];
		}
	}
	return found;
}
