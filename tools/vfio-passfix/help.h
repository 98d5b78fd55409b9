/* SPDX-License-Identifier: GPL-2.0-only */
/* What --help says, from the table of commands. */
#ifndef VFIO_PASSFIX_HELP_H
#define VFIO_PASSFIX_HELP_H

#include <glib.h>

#include "command.h"

/* Parses the options of a command; of the program where it is NULL. */
GOptionContext *help_context(const struct command *command);

/* What --help says, in lines that fit the columns. For g_free(). */
char *help_text(GOptionContext *context);

#endif
