/* SPDX-License-Identifier: GPL-2.0-only */
/* What is made from the table of commands: help, the manual page, completions. */
#ifndef VFIO_PASSFIX_HELP_H
#define VFIO_PASSFIX_HELP_H

#include <glib.h>
#include <stdbool.h>

#include "command.h"

/* Parses the options of a command and answers --help; of the program where it is NULL. */
GOptionContext *help_context(const struct command *command);

/*
 * Prints the manual page ("man", in mdoc) or a completion ("bash", "zsh", "fish").
 * Return: false where @kind is none of them.
 */
bool help_document(const char *kind);

#endif
