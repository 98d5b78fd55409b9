// SPDX-License-Identifier: GPL-2.0-only
#include "setup/state.h"

#include <glib.h>
#include <string.h>

#include "setup/journal.h"

/* The texts for each state: @seen contains the names of the cards, @advice and @cure those of their devices. */
static const struct words {
	const char *name, *seen, *advice, *cure;
} of_journal[] = {
	[JOURNAL_APPLYING] = { "begun", "started for %s, but not finished",
			       "to finish it: sudo vfio-passfix setup %s --apply; to undo it: sudo vfio-passfix remove --apply",
			       "sudo vfio-passfix setup %s --apply" },
	[JOURNAL_DONE] = { "done", "done for %s", NULL, NULL },
	[JOURNAL_REMOVING] = { "removing", "removed in part, for %s", "to finish that: sudo vfio-passfix remove --apply",
			       "sudo vfio-passfix remove --apply" },
};
static const struct words edited = {
	"edited", "done for %s; some of its files have been edited or are missing",
	"to restore them: sudo vfio-passfix setup %s --apply --force; to undo it: sudo vfio-passfix remove --apply --force",
	"sudo vfio-passfix setup %s --apply --force"
};
static const struct words outdated = {
	"outdated", "done for %s by vfio-passfix 0.1.0, whose boot unit does not take a card that the console or a program uses",
	"sudo vfio-passfix remove --apply, then: sudo vfio-passfix setup %s --apply",
	"sudo vfio-passfix remove --apply && sudo vfio-passfix setup %s --apply"
};
static const struct words pending = { "pending", "done for %s; takes effect at the next boot", "reboot", "sudo reboot" };

static const struct words *words_for(const struct journal *journal)
{
	if (journal->state != JOURNAL_DONE)
		return &of_journal[journal->state];
	if (!journal_is_in_place(journal))
		return &edited;
	if (journal->outdated)
		return &outdated;
	return journal_is_pending(journal) && setup_cards_at_boot(journal->cards) ? &pending : &of_journal[JOURNAL_DONE];
}

static char *filled(const char *text, const char *word)
{
	g_auto(GStrv) parts = g_strsplit(text ? text : "", "%s", -1);

	return text ? g_strjoinv(word, parts) : NULL;
}

static void add_card(struct setup_state *state, const struct setup_card *card)
{
	g_ptr_array_add(state->cards, g_strdup(card->card));
	if (card->guests)
		g_ptr_array_add(state->on_demand, setup_card_copy(card));
}

const struct setup_card *setup_state_on_demand(const struct setup_state *state, const struct card *card)
{
	return setup_cards_find(state->on_demand, ((const struct pci_device *)card->functions->pdata[0])->address);
}

void setup_state_read(struct setup_state *state)
{
	g_autoptr(GError) error = NULL;
	struct journal *journal = journal_read(&error);

	memset(state, 0, sizeof(*state));
	state->cards = g_ptr_array_new_with_free_func(g_free);
	state->on_demand = g_ptr_array_new_with_free_func(setup_card_free);
	if (journal) {
		const struct words *words = words_for(journal);
		g_autofree char *cards = setup_cards_text(journal->cards), *names = setup_cards_names(journal->cards);

		state->name = words->name;
		for (guint i = 0; i < journal->cards->len; i++)
			add_card(state, journal->cards->pdata[i]);
		state->seen = filled(words->seen, cards);
		state->advice = filled(words->advice, names);
		state->cure = filled(words->cure, names);
		state->pending = words == &pending;
	} else if (error) {
		state->name = "unreadable";
		state->seen = g_strdup(error->message);
		state->advice = g_strdup("fix that first: until then, setup and remove do nothing");
	} else {
		state->name = "none";
		state->seen = g_strdup("nothing is set up");
	}
	state->settled = !state->advice;
	journal_free(journal);
}

void setup_state_clear(struct setup_state *state)
{
	g_ptr_array_unref(state->cards);
	g_ptr_array_unref(state->on_demand);
	g_free(state->seen);
	g_free(state->advice);
	g_free(state->cure);
}
