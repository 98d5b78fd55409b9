/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands: one file each, one table. Help and the manual page are made from that
 * table; the shells' completions are compared with it.
 */
#ifndef VFIO_PASSFIX_COMMAND_H
#define VFIO_PASSFIX_COMMAND_H

#include <glib.h>

#include "text/error.h"

struct command {
	const char *name;		/* as typed: "doctor", "rom check" */
	const char *arguments;		/* "[DEVICE]", "FILE [DEVICE]", "" */
	int least, most;		/* how many there may be */
	const char *summary;		/* one line */
	const char *description;	/* paragraphs, parted by an empty line */
	const GOptionEntry *options;	/* ends with an empty entry; NULL: none */

	/* Gets the arguments, options taken out. Return: enum exit_code. */
	int (*run)(int count, char **arguments);
};

/* All of them, ended by NULL. */
extern const struct command *const commands[];

extern const struct command command_doctor, command_status, command_groups, command_bind,
	command_unbind, command_setup, command_remove, command_xml, command_rom_check,
	command_rom_cut, command_rom_dump, command_report;

/*
 * Finds the command that the words begin with; @used is how many words its name has.
 * Return: NULL where there is none.
 */
const struct command *command_find(int count, char **words, int *used);

#endif
