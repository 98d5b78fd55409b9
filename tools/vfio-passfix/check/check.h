/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * doctor's checks. Each check is an entry in a table in one of the files of this folder. It
 * examines something, and says what it saw and what to do about it.
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

/* What the checks examine. */
struct subject {
	const struct host *host;
	const struct card *card;		/* NULL: the host alone */
	const struct firmware *firmware;
	const struct fix *fix;
	const struct setup_state *setup;
	const char *device;			/* the card's name in the commands of advice */
	const char *named;			/* as the user named it: "gpu" */
	enum refusal refusal;	/* what in this kernel rejects devices with 1:1 mappings */
	bool demanded;		/* it rejects the card (without one: any device), or would without the fix */
	bool relaxed;		/* it does not, because of the fix */
	bool regions_known;	/* it has a group, and the regions of each can be read */
	bool exempt;		/* it does not, because all 1:1 mappings are relaxed without the fix */
};

struct check {
	const char *id;		/* in JSON */
	const char *title;
	bool of_card;		/* skipped if there is no card */
	void (*run)(const struct subject *subject, struct finding *finding);
};

/* Each ends with an empty entry. */
extern const struct check checks_host[], checks_firmware[], checks_fix[], checks_card[], checks_guest[];

#endif
