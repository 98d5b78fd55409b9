/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean": finds the known word that is nearest to a mistyped one. */
#ifndef VFIO_PASSFIX_NEAREST_H
#define VFIO_PASSFIX_NEAREST_H

#include <glib.h>

/*
 * nearest - find the one of @words, of const char *, that is nearest to @word
 *
 * Counts letters that are changed, missing, added, or swapped with the next: at most two, and
 * fewer than half of the letters. Return: one of @words, or NULL if none is near.
 */
const char *nearest(const char *word, const GPtrArray *words);

#endif
