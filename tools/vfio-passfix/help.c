// SPDX-License-Identifier: GPL-2.0-only
#include "help.h"

#include <string.h>

#include "options.h"
#include "prose.h"
#include "text/output.h"

/* Adds @text, wrapped to fit the columns; indents lines after the first by @indent. */
static void append_wrapped(GString *out, const char *text, int indent)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	int columns = MIN(output_columns(), 100);
	int column = indent;

	for (char **word = words; *word; word++) {
		int length = (int)g_utf8_strlen(*word, -1);

		if (word != words && column + 1 + length > columns) {
			g_string_append_printf(out, "\n%*s", indent, "");
			column = indent;
		} else if (word != words) {
			g_string_append_c(out, ' ');
			column++;
		}
		g_string_append(out, *word);
		column += length;
	}
	g_string_append_c(out, '\n');
}

static void append_blocks(GString *out, const char *description)
{
	g_autoptr(GPtrArray) blocks = prose_blocks(description);

	for (guint i = 0; i < blocks->len; i++) {
		const char *block = blocks->pdata[i];

		g_string_append_c(out, '\n');
		if (*block == ' ')
			g_string_append_printf(out, "%s\n", block);
		else
			append_wrapped(out, block, 0);
	}
}

static void append_row(GString *out, const char *name, int width, const char *text)
{
	g_string_append_printf(out, "  %-*s  ", width, name);
	append_wrapped(out, text, width + 4);
}

static char *command_text(const struct command *command)
{
	GString *text = g_string_new(NULL);
	g_autofree char *first = prose_sentence(command->summary);

	append_wrapped(text, first, 0);
	append_blocks(text, command->description);
	if (strstr(command->arguments, "DEVICE"))
		append_blocks(text, prose_device);
	g_string_truncate(text, text->len - 1);
	return g_string_free(text, FALSE);
}

static char *program_text(void)
{
	GString *text = g_string_new(NULL);
	g_autofree char *about = prose_sentence(PROSE_ABOUT);
	size_t width = 0;

	append_wrapped(text, about, 0);
	g_string_append(text, "\nCommands:\n");
	for (const struct command *const *command = commands; *command; command++)
		width = MAX(width, strlen((*command)->name));
	for (const struct command *const *command = commands; *command; command++)
		append_row(text, (*command)->name, (int)width, (*command)->summary);
	g_string_truncate(text, text->len - 1);
	return g_string_free(text, FALSE);
}

static char *program_tail(void)
{
	GString *text = g_string_new("Exit status:\n");

	for (const struct prose_pair *code = prose_exit_codes; code->name; code++)
		append_row(text, code->name, 2, code->text);
	g_string_append(text, "\n" PROGRAM " help COMMAND describes a command; man " PROGRAM
			      " is the manual.");
	return g_string_free(text, FALSE);
}

GOptionContext *help_context(const struct command *command)
{
	GOptionContext *context =
		g_option_context_new(command ? command->arguments : "COMMAND ...");
	g_autofree char *text = command ? command_text(command) : program_text();
	/* The usage line begins with this name; a command's options follow it. */
	g_autofree char *name =
		g_strconcat(PROGRAM, command ? " " : "", command ? command->name : "", NULL);

	g_set_prgname(name);
	/* GLib's own help does not wrap lines. */
	g_option_context_set_help_enabled(context, FALSE);
	g_option_context_set_summary(context, text);
	if (!command) {
		g_autofree char *tail = program_tail();

		g_option_context_set_description(context, tail);
		g_option_context_add_main_entries(context, global_options, NULL);
	} else if (command->options) {
		g_option_context_add_main_entries(context, command->options, NULL);
	}
	g_option_context_add_main_entries(context, help_options, NULL);
	return context;
}

/* Where the description begins in a line of GLib's list of options; 0 if it is another line. */
static size_t words_at(const char *line)
{
	const char *gap = g_str_has_prefix(line, "  -") ? strstr(line + 2, "  ") : NULL;

	return gap ? (size_t)(gap - line) + strspn(gap, " ") : 0;
}

char *help_text(GOptionContext *context)
{
	g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
	g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
	GString *out = g_string_new(NULL);

	for (char **line = lines; *line; line++) {
		size_t indent = words_at(*line);

		g_string_append_len(out, *line, (gssize)indent);
		if (indent)
			append_wrapped(out, *line + indent, (int)indent);
		else
			g_string_append_printf(out, "%s\n", *line);
	}
	return g_string_free(out, FALSE);
}
