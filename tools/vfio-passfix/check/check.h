/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The doctor's checks. A check is a line in a table of one of the files of this folder; it
 * looks, and says what it saw and what to do about it.
 */
#ifndef VFIO_PASSFIX_CHECK_H
#define VFIO_PASSFIX_CHECK_H

#include <glib.h>
#include <stdbool.h>

#include "check/finding.h"
#include "host/card.h"
#include "host/firmware.h"
#include "host/fix.h"
#include "host/host.h"
#include "setup/state.h"

/* What is looked at. */
struct subject {
	const struct host *host;
	const struct card *card;		/* NULL: the host alone */
	const struct firmware *firmware;
	const struct fix *fix;
	const struct setup_state *setup;
	const char *device;			/* what to name the card in commands that are advised */
	const char *named;			/* as the user named it: "gpu" */
	enum refusal refusal;	/* what in this kernel refuses devices that have 1:1 mappings */
	bool demanded;		/* it would refuse the card (without one: any device), or does but for the fix */
	bool relaxed;		/* and does not, by the fix */
};

struct check {
	const char *id;		/* in JSON */
	const char *title;
	bool of_card;		/* left out where there is no card */
	void (*run)(const struct subject *subject, struct finding *finding);
};

/* Each ends with an empty entry. */
extern const struct check checks_host[], checks_firmware[], checks_fix[], checks_card[], checks_guest[];

#endif
