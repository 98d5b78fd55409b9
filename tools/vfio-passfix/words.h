/* SPDX-License-Identifier: GPL-2.0-only */
/* The words that a command line may be made of, for the shells' completions. */
#ifndef VFIO_PASSFIX_WORDS_H
#define VFIO_PASSFIX_WORDS_H

#include <glib.h>

#include "command.h"

/*
 * words_next - the words of commands' names that may follow
 * @before: the word before: for "" they are "doctor", "rom", ..., for "rom" "check", "dump"
 * @texts: gets what is to be said of each, of char *
 *
 * Return: of char *, each once; freed with g_ptr_array_unref().
 */
GPtrArray *words_next(const char *before, GPtrArray *texts);

/* The words that are no command by themselves, but begin one: "rom"; freed as above. */
GPtrArray *words_open(void);

/* Calls @each with NULL, for the program's own options, then with each command. */
void words_for_each(void (*each)(const struct command *command));

/* @text with a backslash before each of the characters in @special; freed with g_free(). */
char *words_escaped(const char *text, const char *special);

#endif
