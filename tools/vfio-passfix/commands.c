// SPDX-License-Identifier: GPL-2.0-only
#include "command.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "json.h"
#include "output.h"

const struct command *const commands[] = {
	&command_doctor, &command_status, &command_groups, &command_bind,      &command_unbind,
	&command_setup,	 &command_remove, &command_xml,	   &command_rom_check, &command_rom_dump,
	NULL,
};

/* How many words of @words are @name's, or 0 where they are not its. */
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

/* For programs: what was complained of, and the id of the error behind it. */
static GString *complaints;
static const char *failure = "failed";

void complain(const char *format, ...)
{
	va_list arguments;
	g_autofree char *text = NULL, *message = NULL;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	message = output_message(text);
	fprintf(stderr, "vfio-passfix: %s\n", message);
	if (!complaints)
		complaints = g_string_new(NULL);
	g_string_append_printf(complaints, "%s%s", complaints->len ? "\n" : "", message);
}

int fail_with(GError *error)
{
	int code = error->domain == NAMED_ERROR && error->code != ERROR_NO_ROM ? EXIT_NO_INPUT : EXIT_WARNINGS;

	failure = error_id(error);
	complain("%s", error->message);
	g_error_free(error);
	return code;
}

void command_answer_failure(int code)
{
	if (json_wanted && !json_answered() && code)
		json_print_error(code == EXIT_USAGE ? "usage" : failure, complaints ? complaints->str : "");
}
