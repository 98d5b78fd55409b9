/* SPDX-License-Identifier: GPL-2.0-only */
/* How far setup has got on this host, for doctor and status. */
#ifndef VFIO_PASSFIX_STATE_H
#define VFIO_PASSFIX_STATE_H

#include <glib.h>
#include <stdbool.h>

struct setup_state {
	/* "none", "done", "pending" a reboot, "edited",
	 * "outdated", "begun", "removing", "unreadable" */
	const char *name;
	bool settled;		/* nothing is to be done about it */
	GPtrArray *cards;	/* of char *, "0000:03:00.0-3"; none: nothing is set up, or it is not known */
	char *seen, *advice;	/* for people; no advice where it is settled */
	char *cure;		/* the command that settles it; NULL: none does, or it is settled */
	bool pending;		/* that is a reboot */
};

/* The members are freed by setup_state_clear(). */
void setup_state_read(struct setup_state *state);
void setup_state_clear(struct setup_state *state);

#endif
