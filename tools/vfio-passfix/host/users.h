/* SPDX-License-Identifier: GPL-2.0-only */
/* Who uses a card now: programs that have its device nodes open, and the text console. */
#ifndef VFIO_PASSFIX_USERS_H
#define VFIO_PASSFIX_USERS_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"

/*
 * users_of - who would lose the card if it were taken now
 * @card: functions that are bound to a VFIO driver are skipped: guests use those
 * @hidden: set if the card has nodes and not all programs could be examined, because that
 *	needs root; may be NULL
 *
 * A session's display server is a user, and so is systemd-logind, which holds a node for it.
 * Memory that stays mapped after its node was closed is not seen, because reading the maps of
 * all processes takes longer than everything else that doctor does.
 *
 * Return: of char *, such as "0000:03:00.0: Xorg (1234, root) has /dev/dri/card1 open", one
 * or two for each function that is used; for g_ptr_array_unref().
 */
GPtrArray *users_of(const struct card *card, bool *hidden);

/* The same, without the text console; and the numbers of those programs, of char *. */
GPtrArray *users_programs(const struct card *card);
GPtrArray *users_pids(const struct card *card);

/* "Xorg (1234, root)", and "root" alone; for g_free(). */
char *users_name(const char *pid);
char *users_login(const char *pid);

#endif
