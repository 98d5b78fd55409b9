/* SPDX-License-Identifier: GPL-2.0-only */
/* What has to be written so that vfio-pci has a card from each boot on. */
#ifndef VFIO_PASSFIX_PLAN_H
#define VFIO_PASSFIX_PLAN_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "host/card.h"
#include "host/host.h"
#include "setup/initramfs.h"

struct plan_file {
	char *path;
	char *text;		/* its content; NULL: it is a symbolic link */
	char *target;		/* where the link leads */
	mode_t mode;
};

struct plan {
	char *device;		/* the card's first function, "0000:03:00.0" */
	char *id;		/* its id, "1002:744c" */
	char *card;		/* the whole card, "0000:03:00.0-3" */
	bool fix;		/* the fix is needed */
	char *scope;		/* then: what devices= has to be for it */
	bool loadable;		/* then: the kernel takes its module as it is signed */
	bool forced;		/* refusals are overruled */
	bool in_use;		/* programs or the text console would lose it, were it taken now */
	GPtrArray *files;	/* of struct plan_file, in the order of writing */
	GPtrArray *notes;	/* of char *: what the user should know */
	GPtrArray *refusals;	/* of char *: why the host should keep the card */
	char *missing;		/* what has to be installed first, in words; NULL: nothing */
	const struct initramfs *initramfs;	/* NULL: none is known here */
};

/*
 * plan_make - what setup would write for a card
 * @forced: it was set up by force before
 * @force: overrule refusals, where there are any
 *
 * The same host gives the same plan, also when the plan was carried out already and the
 * host has booted with it. Cannot fail; for plan_free().
 */
struct plan *plan_make(const struct host *host, const struct card *card, bool forced, bool force);

void plan_free(struct plan *plan);

#endif
