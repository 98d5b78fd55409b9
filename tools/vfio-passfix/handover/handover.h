/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Giving the cards of a guest to it when it starts, and to the host when it ends. The guest's
 * cards are those that setup --on-demand has noted in its journal.
 */
#ifndef VFIO_PASSFIX_HANDOVER_H
#define VFIO_PASSFIX_HANDOVER_H

#include <glib.h>
#include <stdbool.h>

#include "handover/ledger.h"
#include "host/host.h"
#include "setup/journal.h"

struct handover {
	const struct host *host;
	const char *guest;
	GPtrArray *cards;	/* of struct card */
	GPtrArray *functions;	/* of struct pci_device, those of all cards */
	/* Those of the cards for which ... */
	GPtrArray *stopping;	/* ... the sessions and the display manager that have them open are ended, */
	GPtrArray *keeping;	/* ... nothing is ended, */
	GPtrArray *unforced;	/* ... what the host has mounted or connected is a reason to refuse */
};

/*
 * handover_find - the cards that a guest gets
 *
 * Return: for handover_free(); NULL with @error set where none is set up for it, or one is no longer there.
 */
struct handover *handover_find(const struct host *host, const struct journal *journal, const char *guest,
			       GError **error);
void handover_free(struct handover *handover);

/* Why the guest cannot start now; of char *, empty where it can. For g_ptr_array_unref(). */
GPtrArray *handover_refusals(const struct handover *handover);

/* What the start would do, a line each; of char *. For g_ptr_array_unref(). */
GPtrArray *handover_plan(const struct handover *handover);

/*
 * handover_start - take the cards from the host
 * @seconds: how long a driver or a unit may take
 *
 * Where a step fails, those before it are undone, in reverse.
 */
bool handover_start(const struct handover *handover, unsigned int seconds, GError **error);

/* What the end would do, for a ledger: the same as for the start. */
GPtrArray *handover_plan_back(const struct ledger *ledger);

/*
 * handover_end - give the cards back to the host, and start again what was stopped
 * @host: NULL fails; as read just now
 *
 * From wherever a start or an end was interrupted. A step that fails does not keep the others; the
 * ledger stays then, so that the end can be repeated.
 */
bool handover_end(const struct host *host, struct ledger *ledger, unsigned int seconds, GError **error);

#endif
