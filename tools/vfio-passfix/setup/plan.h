/* SPDX-License-Identifier: GPL-2.0-only */
/* What setup must write so that vfio-pci gets one or more cards at each boot. */
#ifndef VFIO_PASSFIX_PLAN_H
#define VFIO_PASSFIX_PLAN_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "host/card.h"
#include "host/host.h"
#include "setup/initramfs.h"
#include "setup/setup_card.h"

struct plan_file {
	char *path;
	char *text;		/* its content; NULL: it is a symbolic link */
	char *target;		/* the target of the link */
	mode_t mode;
};

/* A card for a plan. */
struct wanted {
	struct card *card;	/* freed with it */
	bool forced;		/* it was set up with --force before */
	bool asked;		/* it was named now; otherwise it is set up already, and is not refused */
	char *guests;		/* as struct setup_card has it */
	bool stop_desktop;
};

void wanted_free(gpointer data);

struct plan {
	GPtrArray *cards;	/* of struct setup_card */
	bool fix;		/* the fix is needed */
	char *scope;		/* then: the value of devices= for those that need it */
	bool loadable;		/* then: the kernel accepts the signature of the module */
	bool refused;		/* a card was refused, and --force was not given */
	bool in_use;		/* programs or the text console would lose a card if it were taken now */
	GPtrArray *files;	/* of struct plan_file, in the order of writing */
	GPtrArray *notes;	/* of char *: what the user should know */
	GPtrArray *refusals;	/* of char *: why the host should keep a card */
	char *missing;		/* what must be installed first, in words; NULL: nothing */
	const struct initramfs *initramfs;	/* NULL: none is known */
};

/*
 * plan_make - what setup would write for cards
 * @wanted: of struct wanted
 * @force: overrule refusals, if there are any
 *
 * The same host gives the same plan, also after the plan was carried out and the host has booted
 * with it. Cannot fail. For plan_free().
 */
struct plan *plan_make(const struct host *host, const GPtrArray *wanted, bool force);

void plan_free(struct plan *plan);

#endif
