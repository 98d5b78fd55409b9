/* SPDX-License-Identifier: GPL-2.0-only */
/* What has to be written so that vfio-pci has one card or several from each boot on. */
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
	char *target;		/* where the link leads */
	mode_t mode;
};

/* A card that is to be in a plan. */
struct wanted {
	struct card *card;	/* freed with it */
	bool forced;		/* it was set up by force before */
	bool asked;		/* it was named now; else it is set up already, and is not refused */
};

void wanted_free(gpointer data);

struct plan {
	GPtrArray *cards;	/* of struct setup_card */
	bool fix;		/* the fix is needed */
	char *scope;		/* then: what devices= has to be for those that need it */
	bool loadable;		/* then: the kernel takes its module as it is signed */
	bool refused;		/* a card was refused, and not set up by force */
	bool in_use;		/* programs or the text console would lose a card, were it taken now */
	GPtrArray *files;	/* of struct plan_file, in the order of writing */
	GPtrArray *notes;	/* of char *: what the user should know */
	GPtrArray *refusals;	/* of char *: why the host should keep a card */
	char *missing;		/* what has to be installed first, in words; NULL: nothing */
	const struct initramfs *initramfs;	/* NULL: none is known here */
};

/*
 * plan_make - what setup would write for cards
 * @wanted: of struct wanted
 * @force: overrule refusals, where there are any
 *
 * The same host gives the same plan, also when the plan was carried out already and the
 * host has booted with it. Cannot fail; for plan_free().
 */
struct plan *plan_make(const struct host *host, const GPtrArray *wanted, bool force);

void plan_free(struct plan *plan);

#endif
