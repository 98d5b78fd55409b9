/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs that have a card open, by what may be done about them: ended with the desktop, or not. */
#ifndef VFIO_PASSFIX_DESKTOP_H
#define VFIO_PASSFIX_DESKTOP_H

#include <glib.h>
#include <stdbool.h>

#include "handover/ledger.h"
#include "host/card.h"

/*
 * desktop_units - what would be stopped, so that nothing has the cards open
 * @cards: of struct card
 * @others: of char *, to which are added the programs that are no part of a desktop
 *
 * The display manager comes first if a session, or it itself, has a card open: else it would open
 * the card again.
 *
 * Return: of struct ledger_entry, LEDGER_UNIT or LEDGER_SESSION; for g_ptr_array_unref().
 */
GPtrArray *desktop_units(const GPtrArray *cards, GPtrArray *others);

/* Waits for a display manager that is being started, as at boot: it is to be stopped then, and started again. */
void desktop_wait(void);

/* Whether we are part of what would be stopped, such as a terminal of the desktop. */
bool desktop_holds_us(const GPtrArray *cards);

/*
 * desktop_stop - stop them, with systemd
 * @ledger: notes each before it is stopped
 * @seconds: how long programs may take once the units have stopped
 *
 * Return: false with @error set where programs still have a card open; some units may be stopped
 * then, and the ledger has them.
 */
bool desktop_stop(const GPtrArray *cards, struct ledger *ledger, unsigned int seconds, GError **error);

#endif
