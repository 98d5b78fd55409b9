/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean": of known words the one that a mistyped word is nearest to. */
#ifndef VFIO_PASSFIX_NEAREST_H
#define VFIO_PASSFIX_NEAREST_H

#include <glib.h>

/*
 * nearest - of @words, of const char *, the one nearest to @word
 *
 * Counted are letters that are changed, missing, too many, or swapped with the next: at most two,
 * and fewer than a half of the letters. Return: one of @words, or NULL where none is near.
 */
const char *nearest(const char *word, const GPtrArray *words);

#endif
