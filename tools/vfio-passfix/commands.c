// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"

#include <string.h>

const struct command *const commands[] = {
	&command_doctor, &command_status, &command_groups, &command_bind,      &command_unbind,
	&command_setup,	 &command_remove, &command_hand_over, &command_xml, &command_rom_check, &command_rom_cut,
	&command_rom_dump, &command_report, NULL,
};

/* How many words @name has, if @words begin with them; otherwise 0. */
static int words_of(const char *name, int count, char **words)
{
	g_auto(GStrv) parts = g_strsplit(name, " ", -1);
	int length = (int)g_strv_length(parts);

	if (count < length)
		return 0;
	for (int i = 0; i < length; i++)
		if (strcmp(parts[i], words[i]))
			return 0;
	return length;
}

const struct command *command_find(int count, char **words, int *used)
{
	for (const struct command *const *command = commands; *command; command++) {
		*used = words_of((*command)->name, count, words);
		if (*used)
			return *command;
	}
	return NULL;
}
