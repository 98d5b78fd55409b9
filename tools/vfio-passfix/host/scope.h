/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parameter devices= of vfio_passfix, which limits the fix to some IOMMU groups: those with
 * a device that one of its entries matches.
 */
#ifndef VFIO_PASSFIX_SCOPE_H
#define VFIO_PASSFIX_SCOPE_H

#include <stdbool.h>

#include "host/card.h"
#include "host/host.h"

/* Whether the text of the parameter, @devices, puts every group in scope. */
bool scope_is_all(const char *devices);

/* Whether the text of the parameter puts a group in scope. */
bool scope_covers(const char *devices, const struct host *host, const struct group *group);

/*
 * The entry that puts a group of a card in scope: the card's first function in that group, by id
 * if no device outside the card's groups has that id, otherwise by address. For g_free().
 */
char *scope_entry(const struct host *host, const struct card *card, const struct group *group);

/* The value of devices= for exactly the groups of a card, one entry each; for g_free(). */
char *scope_for(const struct host *host, const struct card *card);

#endif
