// SPDX-License-Identifier: GPL-2.0-only
/* The journal as JSON. */
#include <gio/gio.h>
#include <json-c/json.h>
#include <string.h>

#include "setup/journal.h"

#define FORMAT 2
/* Setup writes fewer than ten files for one card, and two more for each further card. */
#define MOST_FILES 64
#define MOST_CARDS 16
/* The format of 0.1.0, which kept copies of former files; it is accepted only if there were none. */
#define FORMAT_WITH_COPIES 1

static const char *const states[] = {
	[JOURNAL_APPLYING] = "applying",
	[JOURNAL_DONE] = "done",
	[JOURNAL_REMOVING] = "removing",
};

void journal_file_free(gpointer data)
{
	struct journal_file *file = data;

	g_free(file->path);
	g_free(file->content);
	g_free(file->before);
	g_free(file);
}

struct journal *journal_new(void)
{
	struct journal *journal = g_new0(struct journal, 1);

	journal->cards = g_ptr_array_new_with_free_func(setup_card_free);
	journal->folders = g_ptr_array_new_with_free_func(g_free);
	journal->files = g_ptr_array_new_with_free_func(journal_file_free);
	return journal;
}

void journal_free(struct journal *journal)
{
	if (!journal)
		return;
	g_ptr_array_unref(journal->cards);
	g_free(journal->initramfs);
	g_free(journal->boot);
	g_ptr_array_unref(journal->folders);
	g_ptr_array_unref(journal->files);
	g_free(journal);
}

static void add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, text ? json_object_new_string(text) : NULL);
}

static struct json_object *card_json(const struct setup_card *card)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "device", card->device);
	add_text(object, "id", card->id);
	add_text(object, "card", card->card);
	add_text(object, "name", card->name);
	json_object_object_add(object, "forced", json_object_new_boolean(card->forced));
	if (card->guests) {
		add_text(object, "guests", card->guests);
		json_object_object_add(object, "stop_desktop", json_object_new_boolean(card->stop_desktop));
	}
	return object;
}

char *journal_to_text(const struct journal *journal)
{
	struct json_object *object = json_object_new_object();
	struct json_object *cards = json_object_new_array(), *folders = json_object_new_array(),
			   *files = json_object_new_array();
	char *text;

	json_object_object_add(object, "format", json_object_new_int(FORMAT));
	add_text(object, "state", states[journal->state]);
	for (guint i = 0; i < journal->cards->len; i++)
		json_object_array_add(cards, card_json(journal->cards->pdata[i]));
	json_object_object_add(object, "cards", cards);
	add_text(object, "initramfs", journal->initramfs);
	add_text(object, "boot", journal->boot);
	for (guint i = 0; i < journal->folders->len; i++)
		json_object_array_add(folders, json_object_new_string(journal->folders->pdata[i]));
	json_object_object_add(object, "folders", folders);
	for (guint i = 0; i < journal->files->len; i++) {
		const struct journal_file *file = journal->files->pdata[i];
		struct json_object *entry = json_object_new_object();

		add_text(entry, "path", file->path);
		add_text(entry, "content", file->content);
		if (file->before)
			add_text(entry, "before", file->before);
		json_object_object_add(entry, "mode", json_object_new_int((int)file->mode));
		json_object_array_add(files, entry);
	}
	json_object_object_add(object, "files", files);
	text = g_strconcat(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE),
			   "\n", NULL);
	json_object_put(object);
	return text;
}

/* A member of @type; NULL if there is none, or it has another type. */
static struct json_object *member(struct json_object *object, const char *key, enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, key, &value))
		return NULL;
	return json_object_is_type(value, type) ? value : NULL;
}

static char *text_member(struct json_object *object, const char *key)
{
	struct json_object *value = member(object, key, json_type_string);

	return value ? g_strdup(json_object_get_string(value)) : NULL;
}

/* Anybody may have written a journal: it must only lead to files that setup makes. */
static bool is_clean(const char *path)
{
	g_auto(GStrv) parts = g_strsplit(path, "/", -1);

	for (guint i = 1; *path && parts[i]; i++)
		if (!*parts[i] || !strcmp(parts[i], ".") || !strcmp(parts[i], ".."))
			return false;
	return *path == '/';
}

static bool is_of_setup(const char *path)
{
	g_autofree char *name = g_path_get_basename(path);

	return is_clean(path) && g_str_has_prefix(name, "vfio-passfix");
}

static bool is_above(const char *folder, const char *path)
{
	size_t length = strlen(folder);

	return !strncmp(path, folder, length) && path[length] == '/';
}

static bool is_folder_for(const struct journal *journal, const char *folder)
{
	for (guint i = 0; is_clean(folder) && i < journal->files->len; i++)
		if (is_above(folder, ((struct journal_file *)journal->files->pdata[i])->path))
			return true;
	return false;
}

static bool parse_file(struct json_object *entry, struct journal *journal)
{
	struct journal_file *file = g_new0(struct journal_file, 1);
	struct json_object *old = member(entry, "planned", json_type_object);
	struct json_object *before = member(entry, "before", json_type_object);
	g_autofree char *sum = text_member(old, "sha256");
	g_autofree char *target = text_member(old, "link");

	g_ptr_array_add(journal->files, file);
	file->path = text_member(entry, "path");
	file->content = sum    ? g_strconcat("sha256:", sum, NULL) :
			target ? g_strconcat("link:", target, NULL) :
				 text_member(entry, "content");
	file->mode = (mode_t)json_object_get_int(member(old ? old : entry, "mode", json_type_int));
	file->before = text_member(entry, "before");
	return file->path && (file->content || file->before) && is_of_setup(file->path) &&
	       !(before && json_object_object_length(before));
}

/* These texts become words of commands in advice. */
static bool is_word(const char *text)
{
	return text && !text[strspn(text, G_CSET_DIGITS G_CSET_a_2_z G_CSET_A_2_Z ":.-")];
}

static bool are_guests(const char *text)
{
	g_auto(GStrv) guests = g_strsplit(text ? text : "", ",", -1);

	for (char **guest = guests; *guest; guest++)
		if (!setup_is_guest(*guest))
			return false;
	return true;
}

static bool parse_card(struct json_object *entry, struct journal *journal)
{
	struct setup_card *card = g_new0(struct setup_card, 1);

	g_ptr_array_add(journal->cards, card);
	card->device = text_member(entry, "device");
	card->id = text_member(entry, "id");
	card->card = text_member(entry, "card");
	card->name = text_member(entry, "name");
	if (!card->name)
		card->name = g_strdup(card->device);
	card->forced = json_object_get_boolean(member(entry, "forced", json_type_boolean));
	card->guests = text_member(entry, "guests");
	card->stop_desktop = json_object_get_boolean(member(entry, "stop_desktop", json_type_boolean));
	return is_word(card->device) && is_word(card->id) && is_word(card->card) && is_word(card->name) &&
	       are_guests(card->guests);
}

/* Journals from before there could be several cards have one, in the journal itself. */
static bool parse_cards(struct json_object *object, struct journal *journal)
{
	struct json_object *cards = member(object, "cards", json_type_array);
	size_t count = cards ? json_object_array_length(cards) : 0;

	if (!cards)
		return parse_card(object, journal);
	for (size_t i = 0; i < count && count <= MOST_CARDS; i++)
		if (!parse_card(json_object_array_get_idx(cards, i), journal))
			return false;
	return count && count <= MOST_CARDS;
}

static bool parse_object(struct json_object *object, struct journal *journal)
{
	struct json_object *folders = member(object, "folders", json_type_array);
	struct json_object *files = member(object, "files", json_type_array);
	int format = json_object_get_int(member(object, "format", json_type_int));
	g_autofree char *state = text_member(object, "state");
	enum journal_state known = 0;

	while (known < G_N_ELEMENTS(states) && g_strcmp0(states[known], state))
		known++;
	journal->state = known;
	journal->initramfs = text_member(object, "initramfs");
	journal->boot = text_member(object, "boot");
	journal->outdated = format == FORMAT_WITH_COPIES;
	if ((format != FORMAT && format != FORMAT_WITH_COPIES) || known == G_N_ELEMENTS(states) ||
	    !parse_cards(object, journal) || !folders || !files)
		return false;
	if (json_object_array_length(files) > MOST_FILES || json_object_array_length(folders) > MOST_FILES)
		return false;
	for (size_t i = 0; i < json_object_array_length(files); i++)
		if (!parse_file(json_object_array_get_idx(files, i), journal))
			return false;
	for (size_t i = 0; i < json_object_array_length(folders); i++) {
		struct json_object *folder = json_object_array_get_idx(folders, i);

		if (!json_object_is_type(folder, json_type_string) ||
		    !is_folder_for(journal, json_object_get_string(folder)))
			return false;
		g_ptr_array_add(journal->folders, g_strdup(json_object_get_string(folder)));
	}
	return true;
}

struct journal *journal_parse(const char *text, GError **error)
{
	struct json_object *object = json_tokener_parse(text);
	struct journal *journal = journal_new();
	bool understood = parse_object(object, journal);

	json_object_put(object);
	if (understood)
		return journal;
	journal_free(journal);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
		    "cannot act on " JOURNAL_FILE
		    ", which records what was set up: it is damaged, or from another version of vfio-passfix. Undo the setup with the version that wrote it; if that fails, delete the files that the record names (0.1.0 kept copies of the files it replaced next to it), then its folder");
	return NULL;
}

