// SPDX-License-Identifier: GPL-2.0-only
#include "setup/setup_card.h"

#include <string.h>

struct setup_card *setup_card_copy(const struct setup_card *card)
{
	struct setup_card *copy = g_new0(struct setup_card, 1);

	copy->device = g_strdup(card->device);
	copy->id = g_strdup(card->id);
	copy->card = g_strdup(card->card);
	copy->name = g_strdup(card->name);
	copy->forced = card->forced;
	copy->guests = g_strdup(card->guests);
	copy->stop_desktop = card->stop_desktop;
	return copy;
}

void setup_card_free(gpointer data)
{
	struct setup_card *card = data;

	g_free(card->device);
	g_free(card->id);
	g_free(card->card);
	g_free(card->name);
	g_free(card->guests);
	g_free(card);
}

#define LONGEST_NAME 64

bool setup_is_guest(const char *name)
{
	size_t length = strlen(name);

	return length && length <= LONGEST_NAME && *name != '.' && *name != '-' &&
	       length == strspn(name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-");
}

bool setup_card_is_for(const struct setup_card *card, const char *guest)
{
	g_auto(GStrv) guests = g_strsplit(card->guests ? card->guests : "", ",", -1);

	return g_strv_contains((const char *const *)guests, guest);
}

bool setup_cards_at_boot(const GPtrArray *cards)
{
	for (guint i = 0; i < cards->len; i++)
		if (!((struct setup_card *)cards->pdata[i])->guests)
			return true;
	return false;
}

bool setup_cards_on_demand(const GPtrArray *cards)
{
	for (guint i = 0; i < cards->len; i++)
		if (((struct setup_card *)cards->pdata[i])->guests)
			return true;
	return false;
}

bool setup_cards_same(const GPtrArray *a, const GPtrArray *b)
{
	bool same = a->len == b->len;

	for (guint i = 0; same && i < a->len; i++) {
		const struct setup_card *one = a->pdata[i], *other = b->pdata[i];

		same = !strcmp(one->name, other->name) && !strcmp(one->id, other->id) &&
		       one->forced == other->forced && !g_strcmp0(one->guests, other->guests) &&
		       one->stop_desktop == other->stop_desktop;
	}
	return same;
}

struct setup_card *setup_cards_find(const GPtrArray *cards, const char *device)
{
	for (guint i = 0; i < cards->len; i++) {
		struct setup_card *card = cards->pdata[i];

		if (!strcmp(card->device, device))
			return card;
	}
	return NULL;
}

char *setup_cards_text(const GPtrArray *cards)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < cards->len; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "", ((struct setup_card *)cards->pdata[i])->card);
	return g_string_free(text, FALSE);
}

char *setup_cards_names(const GPtrArray *cards)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < cards->len; i++)
		g_string_append_printf(text, "%s%s", i ? " " : "", ((struct setup_card *)cards->pdata[i])->name);
	return g_string_free(text, FALSE);
}

char *setup_cards_with_ids(const GPtrArray *cards)
{
	GString *text = g_string_new(cards->len == 1 ? "the card " : "the cards ");

	for (guint i = 0; i < cards->len; i++) {
		const struct setup_card *card = cards->pdata[i];

		g_string_append_printf(text, "%s%s (%s)", i ? ", " : "", card->card, card->id);
	}
	return g_string_free(text, FALSE);
}
