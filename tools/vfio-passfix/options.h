/* SPDX-License-Identifier: GPL-2.0-only */
/* The program's own options, and the list of a command's options for help and manual. */
#ifndef VFIO_PASSFIX_OPTIONS_H
#define VFIO_PASSFIX_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "command.h"

/* The options that precede the command, and their values. */
extern const GOptionEntry global_options[];
extern char *option_root, *option_manual;
extern gboolean option_version, option_help;

/* --help, for the program and for each command. */
extern const GOptionEntry help_options[];

bool option_takes_value(const GOptionEntry *option);

bool option_repeats(const GOptionEntry *option);

/*
 * The visible options of a command, or the program's own if @command is NULL; of GOptionEntry.
 * The last is --help, which is in no command's table. For g_ptr_array_unref().
 */
GPtrArray *options_of(const struct command *command);

#endif
