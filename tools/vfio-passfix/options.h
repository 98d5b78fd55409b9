/* SPDX-License-Identifier: GPL-2.0-only */
/* The options of a command, and what help, manual and completions need to know of them. */
#ifndef VFIO_PASSFIX_OPTIONS_H
#define VFIO_PASSFIX_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "command.h"

/* What an option's value or an argument is, for the shells to complete it. */
enum option_value {
	OPTION_VALUE_NONE,	/* there is none */
	OPTION_VALUE_WORD,	/* nothing that could be completed */
	OPTION_VALUE_FILE,
	OPTION_VALUE_FOLDER,
	OPTION_VALUE_DEVICE,
};

/* By what its description calls the value: FILE, DIR, DEVICE. */
enum option_value option_value(const GOptionEntry *option);

enum option_value argument_value(enum argument_kind kind);

bool option_repeats(const GOptionEntry *option);

/*
 * Those of a command that are shown, or the program's own where it is NULL; of GOptionEntry,
 * --help last, which none of them has in its table. To be freed with g_ptr_array_unref().
 */
GPtrArray *options_of(const struct command *command);

#endif
