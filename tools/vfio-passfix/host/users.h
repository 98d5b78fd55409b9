/* SPDX-License-Identifier: GPL-2.0-only */
/* Who uses a card just now: programs that have its device nodes open, the text console. */
#ifndef VFIO_PASSFIX_USERS_H
#define VFIO_PASSFIX_USERS_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"

/*
 * users_of - who would lose the card if it were taken now
 * @card: its functions that vfio has are left out: those are a guest's
 * @hidden: set where there is something to have open and not all programs could be looked
 *	at, since that takes root; may be NULL
 *
 * A session's display server is one, and so is systemd-logind, which holds a node on its
 * behalf. Memory that stays mapped after its node was closed is not seen: the maps of all
 * processes take longer to read than all else that doctor does.
 *
 * Return: of char *, such as "0000:03:00.0: Xorg (1234, root) has /dev/dri/card1 open", one
 * or two for each function that is used; to be freed with g_ptr_array_unref().
 */
GPtrArray *users_of(const struct card *card, bool *hidden);

#endif
