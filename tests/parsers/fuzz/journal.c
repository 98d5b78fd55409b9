// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>

#include "../../../tools/vfio-passfix/setup/journal.h"
#include "promise.h"

/* As in GLib, which keeps two slashes at the beginning; the parser must agree. */
static bool is_clean(const char *path)
{
	g_autofree char *canonical = g_path_is_absolute(path) ? g_canonicalize_filename(path, "/") : NULL;

	return canonical && !strcmp(path, canonical) && path[1] && path[1] != '/';
}

static bool is_word(const char *text)
{
	return text && !strpbrk(text, " \t\n;&|<>$`'\"\\()/");
}

static void check(const struct journal *journal)
{
	PROMISE(journal->cards->len);
	for (guint i = 0; i < journal->cards->len; i++) {
		const struct setup_card *card = journal->cards->pdata[i];

		PROMISE(is_word(card->device) && is_word(card->id) && is_word(card->card) && is_word(card->name));
	}
	for (guint i = 0; i < journal->files->len; i++) {
		const struct journal_file *file = journal->files->pdata[i];

		PROMISE(is_clean(file->path));
		PROMISE(g_str_has_prefix(strrchr(file->path, '/') + 1, "vfio-passfix"));
		PROMISE(file->content || file->before);
	}
	for (guint i = 0; i < journal->folders->len; i++) {
		g_autofree char *inside = g_strconcat(journal->folders->pdata[i], "/", NULL);
		bool above = false;

		PROMISE(is_clean(journal->folders->pdata[i]));
		for (guint j = 0; j < journal->files->len; j++)
			above = above || g_str_has_prefix(((struct journal_file *)journal->files->pdata[j])->path, inside);
		PROMISE(above);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GError) error = NULL;
	struct journal *journal = journal_parse(text, &error);

	PROMISE(!journal == !!error);
	if (journal) {
		g_autofree char *written = journal_to_text(journal);
		struct journal *again = journal_parse(written, NULL);
		g_autofree char *rewritten = again ? journal_to_text(again) : NULL;

		check(journal);
		PROMISE(!g_strcmp0(written, rewritten));
		journal_free(again);
	}
	journal_free(journal);
	return 0;
}
