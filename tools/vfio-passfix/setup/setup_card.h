/* SPDX-License-Identifier: GPL-2.0-only */
/* A card that is set up or will be, as a plan and the journal describe it. */
#ifndef VFIO_PASSFIX_SETUP_CARD_H
#define VFIO_PASSFIX_SETUP_CARD_H

#include <glib.h>
#include <stdbool.h>

struct setup_card {
	char *device;		/* its first function, "0000:03:00.0" */
	char *id;		/* that function's id, "1002:744c" */
	char *card;		/* all its functions, "0000:03:00.0-3" */
	char *name;		/* the DEVICE to name it by: @device, or @card if that is only a part of a card */
	bool forced;		/* it was refused, and set up with --force */
};

struct setup_card *setup_card_copy(const struct setup_card *card);
void setup_card_free(gpointer data);

/* Whether @a and @b, of struct setup_card, have the same cards in the same order. */
bool setup_cards_same(const GPtrArray *a, const GPtrArray *b);

/* The card whose first function is @device, or NULL. */
struct setup_card *setup_cards_find(const GPtrArray *cards, const char *device);

/* For people: "0000:03:00.0-3, 0000:04:00.0"; for commands: "0000:03:00.0 0000:04:00.0". For g_free(). */
char *setup_cards_text(const GPtrArray *cards);
char *setup_cards_names(const GPtrArray *cards);

/* "the card 0000:03:00.0-3 (1002:744c)", or "the cards ..."; for g_free(). */
char *setup_cards_with_ids(const GPtrArray *cards);

#endif
