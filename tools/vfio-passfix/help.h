/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of --help, generated from the table of commands. */
#ifndef VFIO_PASSFIX_HELP_H
#define VFIO_PASSFIX_HELP_H

#include <glib.h>

#include "command.h"

/* Parses the options of a command, or of the program if @command is NULL. */
GOptionContext *help_context(const struct command *command);

/* The text of --help, in lines that fit the columns. For g_free(). */
char *help_text(GOptionContext *context);

#endif
