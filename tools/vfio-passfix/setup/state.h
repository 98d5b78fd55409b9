/* SPDX-License-Identifier: GPL-2.0-only */
/* How far setup has got on this host, for doctor and status. */
#ifndef VFIO_PASSFIX_STATE_H
#define VFIO_PASSFIX_STATE_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"
#include "setup/setup_card.h"

struct setup_state {
	/* "none", "done", "pending" a reboot, "edited",
	 * "outdated", "begun", "removing", "unreadable" */
	const char *name;
	bool settled;		/* nothing must be done about it */
	GPtrArray *cards;	/* of char *, "0000:03:00.0-3"; empty: nothing is set up, or it is not known */
	GPtrArray *on_demand;	/* of struct setup_card: those that the host has until a guest starts */
	char *seen, *advice;	/* for people; no advice if it is settled */
	char *cure;		/* the command that settles it; NULL: there is none, or it is settled */
	bool pending;		/* a reboot settles it */
};

/* setup_state_clear() frees the members. */
void setup_state_read(struct setup_state *state);
void setup_state_clear(struct setup_state *state);

/* The entry of a card that is handed over on demand; NULL: it is not. */
const struct setup_card *setup_state_on_demand(const struct setup_state *state, const struct card *card);

#endif
