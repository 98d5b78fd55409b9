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
	char *guests;		/* those that get it when they start, "win11,games"; NULL: vfio-pci has it from boot on */
	bool stop_desktop;	/* then: what the desktop has of it is stopped for them */
};

struct setup_card *setup_card_copy(const struct setup_card *card);
void setup_card_free(gpointer data);

/* Whether a name can be a guest's here: it becomes part of file and unit names. */
bool setup_is_guest(const char *name);

/* Whether it is handed over to @guest on demand. */
bool setup_card_is_for(const struct setup_card *card, const char *guest);

/* Whether a card of the list is bound at boot, and whether one is handed over on demand. */
bool setup_cards_at_boot(const GPtrArray *cards);
bool setup_cards_on_demand(const GPtrArray *cards);

/* Lists have struct setup_card. Whether @a and @b have the same cards in the same order. */
bool setup_cards_same(const GPtrArray *a, const GPtrArray *b);

/* The card whose first function is @device, or NULL. */
struct setup_card *setup_cards_find(const GPtrArray *cards, const char *device);

/* For people: "0000:03:00.0-3, 0000:04:00.0"; for commands: "0000:03:00.0 0000:04:00.0". For g_free(). */
char *setup_cards_text(const GPtrArray *cards);
char *setup_cards_names(const GPtrArray *cards);

/* "the card 0000:03:00.0-3 (1002:744c)", or "the cards ..."; for g_free(). */
char *setup_cards_with_ids(const GPtrArray *cards);

#endif
