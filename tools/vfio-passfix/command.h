/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands: one file each, and one table of all. Help and the manual page are generated
 * from the table; tests compare the shell completions with it.
 */
#ifndef VFIO_PASSFIX_COMMAND_H
#define VFIO_PASSFIX_COMMAND_H

#include <glib.h>

#include "text/error.h"

struct command {
	const char *name;		/* as typed: "doctor", "rom check" */
	const char *arguments;		/* "[DEVICE]", "FILE [DEVICE]", "" */
	int least, most;		/* how many arguments */
	const char *summary;		/* one line */
	const char *description;	/* paragraphs, separated by an empty line */
	const GOptionEntry *options;	/* ends with an empty entry; NULL: none */

	/* Gets the arguments without the options. Return: enum exit_code. */
	int (*run)(int count, char **arguments);
};

/* All commands; ends with NULL. */
extern const struct command *const commands[];

extern const struct command command_doctor, command_status, command_groups, command_bind,
	command_unbind, command_setup, command_remove, command_xml, command_rom_check,
	command_rom_cut, command_rom_dump, command_report, command_hand_over;

/*
 * Finds the command whose name is at the beginning of @words; sets @used to the number of
 * words in its name. Return: NULL if there is none.
 */
const struct command *command_find(int count, char **words, int *used);

#endif
