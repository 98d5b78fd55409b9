// SPDX-License-Identifier: GPL-2.0-only
#include "handover/ledger.h"

#include <gio/gio.h>
#include <json-c/json.h>
#include <string.h>

#include "host/root.h"
#include "setup/setup_card.h"

#define LEDGERS "/run/vfio-passfix/hand-over"
#define END ".json"
#define MOST_ENTRIES 256

const char *const ledger_phases[] = {
	[LEDGER_STARTING] = "starting",
	[LEDGER_GUEST] = "guest",
	[LEDGER_ENDING] = "ending",
};

static const char *const kinds[] = {
	[LEDGER_UNIT] = "unit",
	[LEDGER_SESSION] = "session",
	[LEDGER_CONSOLE] = "console",
	[LEDGER_SCREEN] = "screen",
	[LEDGER_DEVICES] = "devices",
};

struct ledger_entry *ledger_entry_new(enum ledger_kind kind, const char *name)
{
	struct ledger_entry *entry = g_new0(struct ledger_entry, 1);

	entry->kind = kind;
	entry->name = g_strdup(name);
	return entry;
}

void ledger_entry_free(gpointer data)
{
	struct ledger_entry *entry = data;

	g_free(entry->name);
	g_free(entry);
}

struct ledger *ledger_new(const char *guest)
{
	struct ledger *ledger = g_new0(struct ledger, 1);

	ledger->guest = g_strdup(guest);
	ledger->cards = g_ptr_array_new_with_free_func(g_free);
	ledger->devices = g_ptr_array_new_with_free_func(g_free);
	ledger->entries = g_ptr_array_new_with_free_func(ledger_entry_free);
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	if (!ledger)
		return;
	g_free(ledger->guest);
	g_ptr_array_unref(ledger->cards);
	g_ptr_array_unref(ledger->devices);
	g_ptr_array_unref(ledger->entries);
	g_free(ledger);
}

static char *path_of(const char *guest, const char *end)
{
	return g_strconcat(LEDGERS "/", guest, end, NULL);
}

/* The index of a word in a table, or -1. */
static int index_of(const char *word, const char *const *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!g_strcmp0(word, table[i]))
			return (int)i;
	return -1;
}

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, key, &value) ?
		       json_object_get_string(value) :
		       NULL;
}

static struct json_object *list_of(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, key, &value) &&
			       json_object_is_type(value, json_type_array) &&
			       json_object_array_length(value) <= MOST_ENTRIES ?
		       value :
		       NULL;
}

/* Names of files of sysfs and of units: no word of them has a way out of its folder. */
static bool is_name(const char *text)
{
	return text && *text && !strstr(text, "..") && *text != '/';
}

static bool parse_names(struct json_object *list, GPtrArray *names)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(list, i));

		if (!is_name(name))
			return false;
		g_ptr_array_add(names, g_strdup(name));
	}
	return list;
}

static bool parse(struct json_object *object, struct ledger *ledger)
{
	struct json_object *entries = list_of(object, "entries");
	int phase = index_of(text_of(object, "phase"), ledger_phases, G_N_ELEMENTS(ledger_phases));

	if (phase < 0 || !entries || !parse_names(list_of(object, "cards"), ledger->cards) ||
	    !parse_names(list_of(object, "devices"), ledger->devices))
		return false;
	ledger->phase = (enum ledger_phase)phase;
	for (size_t i = 0; i < json_object_array_length(entries); i++) {
		struct json_object *item = json_object_array_get_idx(entries, i);
		int kind = index_of(text_of(item, "kind"), kinds, G_N_ELEMENTS(kinds));

		if (kind < 0 || !is_name(text_of(item, "name")))
			return false;
		g_ptr_array_add(ledger->entries, ledger_entry_new((enum ledger_kind)kind, text_of(item, "name")));
	}
	return true;
}

struct ledger *ledger_read(const char *guest, GError **error)
{
	g_autofree char *path = path_of(guest, END);
	g_autofree char *text = root_read("%s", path);
	struct json_object *object = text ? json_tokener_parse(text) : NULL;
	struct ledger *ledger;
	bool parsed;

	if (!text)
		return NULL;
	ledger = ledger_new(guest);
	parsed = parse(object, ledger);
	json_object_put(object);
	if (parsed)
		return ledger;
	ledger_free(ledger);
	g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
		    "cannot read %s, which records what was taken from the host for the guest %s: it is damaged. A reboot gives the host its cards back",
		    path, guest);
	return NULL;
}

GPtrArray *ledger_all(void)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_free);
	g_autoptr(GPtrArray) names = root_list(LEDGERS);

	for (guint i = 0; i < names->len; i++) {
		g_autofree char *guest = g_strdup(names->pdata[i]);
		struct ledger *ledger;

		if (!g_str_has_suffix(guest, END))
			continue;
		guest[strlen(guest) - strlen(END)] = '\0';
		ledger = setup_is_guest(guest) ? ledger_read(guest, NULL) : NULL;
		if (ledger)
			g_ptr_array_add(all, ledger);
	}
	return all;
}

static struct json_object *names_json(const GPtrArray *names)
{
	struct json_object *list = json_object_new_array();

	for (guint i = 0; i < names->len; i++)
		json_object_array_add(list, json_object_new_string(names->pdata[i]));
	return list;
}

bool ledger_write(const struct ledger *ledger, GError **error)
{
	struct json_object *object = json_object_new_object(), *entries = json_object_new_array();
	g_autofree char *path = path_of(ledger->guest, END);
	const char *text;
	bool written;

	json_object_object_add(object, "phase", json_object_new_string(ledger_phases[ledger->phase]));
	json_object_object_add(object, "cards", names_json(ledger->cards));
	json_object_object_add(object, "devices", names_json(ledger->devices));
	for (guint i = 0; i < ledger->entries->len; i++) {
		const struct ledger_entry *entry = ledger->entries->pdata[i];
		struct json_object *item = json_object_new_object();

		json_object_object_add(item, "kind", json_object_new_string(kinds[entry->kind]));
		json_object_object_add(item, "name", json_object_new_string(entry->name));
		json_object_array_add(entries, item);
	}
	json_object_object_add(object, "entries", entries);
	text = json_object_to_json_string(object);
	written = root_replace(path, text, strlen(text), 0644, error);
	json_object_put(object);
	return written;
}

bool ledger_add(struct ledger *ledger, enum ledger_kind kind, const char *name, GError **error)
{
	g_ptr_array_add(ledger->entries, ledger_entry_new(kind, name));
	return ledger_write(ledger, error);
}

bool ledger_remove(const char *guest, GError **error)
{
	g_autofree char *path = path_of(guest, END);

	return root_remove(path, error);
}

void ledger_note_refusal(const char *guest, const char *words)
{
	g_autofree char *path = path_of(guest, ".refused");
	g_autofree char *text = words ? g_strconcat(words, "\n", NULL) : NULL;

	if (text)
		root_replace(path, text, strlen(text), 0644, NULL);
	else
		root_remove(path, NULL);
}
