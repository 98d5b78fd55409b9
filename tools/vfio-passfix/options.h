/* SPDX-License-Identifier: GPL-2.0-only */
/* The program's own options, and what help and manual need to know of a command's. */
#ifndef VFIO_PASSFIX_OPTIONS_H
#define VFIO_PASSFIX_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "command.h"

/* Those that stand before the command, and their values. */
extern const GOptionEntry global_options[];
extern char *option_root, *option_manual;
extern gboolean option_version, option_help;

/* --help, of the program and of each command. */
extern const GOptionEntry help_options[];

bool option_takes_value(const GOptionEntry *option);

bool option_repeats(const GOptionEntry *option);

/*
 * Those of a command that are shown, or the program's own where it is NULL; of GOptionEntry,
 * --help last, which none of them has in its table. To be freed with g_ptr_array_unref().
 */
GPtrArray *options_of(const struct command *command);

#endif
