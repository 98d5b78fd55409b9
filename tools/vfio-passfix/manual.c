// SPDX-License-Identifier: GPL-2.0-only
#include "manual.h"

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "options.h"
#include "prose.h"

/* Escapes what is special in mdoc. A minus stays one that can be copied, and an option stays in one line. */
static void put_escaped(const char *text, bool minus)
{
	const char *word = text;

	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (const char *c = text; *c; c++) {
		bool option;

		if (c == text || c[-1] == ' ')
			word = c;
		option = *c == '-' && (minus || *word == '-' || c[1] == '-');

		if (*c == '\\')
			fputs("\\e", stdout);
		else if (option)
			fputs("\\-", stdout);
		else
			putchar(*c);
	}
}

/* Puts each sentence on its own line, so that formatters can choose the space between them. */
static void put_paragraph(const char *text)
{
	g_autofree char *rest = g_strdup(text);
	char *line = rest;

	for (char *c = rest; *c; c++) {
		if (!strchr(".?!", *c) || c[1] != ' ' || !(g_ascii_isupper(c[2]) || c[2] == '"'))
			continue;
		*++c = '\0';
		put_escaped(line, false);
		putchar('\n');
		line = c + 1;
	}
	put_escaped(line, false);
	putchar('\n');
}

static void put_literal(const char *block)
{
	g_auto(GStrv) lines = g_strsplit(block, "\n", -1);

	puts(".Bd -literal -offset indent");
	for (char **line = lines; *line; line++) {
		/* mdoc indents a display. */
		put_escaped(g_strchug(*line), true);
		putchar('\n');
	}
	puts(".Ed");
}

static void put_blocks(const char *description)
{
	g_autoptr(GPtrArray) blocks = prose_blocks(description);

	for (guint i = 0; i < blocks->len; i++) {
		const char *block = blocks->pdata[i];
		bool literal = *block == ' ';

		/* mdoc puts space before a display. */
		if (i && !literal)
			puts(".Pp");
		if (literal)
			put_literal(block);
		else
			put_paragraph(block);
	}
}

/* " Fl -rom Ar FILE": the rest of a line that begins with a macro. */
static char *option_words(const GOptionEntry *option)
{
	return g_strdup_printf(" Fl \\-%s%s%s", option->long_name,
			       option_takes_value(option) ? " Ar " : "",
			       option_takes_value(option) ? option->arg_description : "");
}

/* " Ar FILE Op Ar DEVICE" for "FILE [DEVICE]" */
static char *argument_words(const struct command *command)
{
	g_auto(GStrv) arguments = g_strsplit(command->arguments, " ", -1);
	GString *text = g_string_new(NULL);

	for (char **argument = arguments; *argument; argument++) {
		size_t length = strlen(*argument);

		if (**argument == '[' && length > 2)
			g_string_append_printf(text, " Op Ar %.*s", (int)length - 2, *argument + 1);
		else if (length)
			g_string_append_printf(text, " Ar %s", *argument);
	}
	return g_string_free(text, FALSE);
}

static void put_synopsis(void)
{
	for (const struct command *const *command = commands; *command; command++) {
		g_autoptr(GPtrArray) options = options_of(*command);
		g_autofree char *arguments = argument_words(*command);

		printf(".Nm\n.Op Fl \\-root Ar DIR\n.Cm %s\n", (*command)->name);
		/* All options but the last, --help. */
		for (guint i = 0; i + 1 < options->len; i++) {
			g_autofree char *words = option_words(options->pdata[i]);

			printf(".Op%s%s\n", words, option_repeats(options->pdata[i]) ? " ..." : "");
		}
		if (*arguments)
			printf(".%s\n", arguments + 1);
	}
}

static void put_options(const struct command *command)
{
	g_autoptr(GPtrArray) options = options_of(command);
	/* --help is described once, for the program. */
	guint count = options->len - (command ? 1 : 0);

	puts(".Bl -tag -width Ds");
	for (guint i = 0; i < count; i++) {
		const GOptionEntry *option = options->pdata[i];
		g_autofree char *words = option_words(option);
		g_autofree char *text = prose_sentence(option->description);

		if (option->short_name)
			printf(".It Fl %c ,%s\n", option->short_name, words);
		else
			printf(".It%s\n", words);
		put_paragraph(text);
	}
	puts(".El");
}

static void put_commands(void)
{
	puts(".Bl -tag -width Ds");
	for (const struct command *const *command = commands; *command; command++) {
		g_autofree char *arguments = argument_words(*command);
		g_autofree char *first = prose_sentence((*command)->summary);

		printf(".It Cm %s%s\n", (*command)->name, arguments);
		put_paragraph(first);
		puts(".Pp");
		put_blocks((*command)->description);
		if ((*command)->options)
			put_options(*command);
	}
	puts(".El");
}

/* The page's footer; groff and mandoc would print the system's name there. */
static void put_product(void)
{
	puts(".Os " PROGRAM " " VERSION);
}

static void put_name(void)
{
	puts(".Nm " PROGRAM "\n.Nd " PROSE_ABOUT);
}

static void put_device(void)
{
	put_paragraph(prose_device);
}

static void put_own_options(void)
{
	put_options(NULL);
}

static void put_exit_status(void)
{
	puts(".Bl -tag -width Ds");
	for (const struct prose_pair *code = prose_exit_codes; code->name; code++) {
		printf(".It %s\n", code->name);
		put_paragraph(code->text);
	}
	puts(".El");
}

static const struct {
	const char *line;	/* in the page's source */
	void (*put)(void);	/* prints what replaces it */
} tables[] = {
	{ "@PRODUCT@", put_product },	  { "@NAME@", put_name },	  { "@SYNOPSIS@", put_synopsis },
	{ "@DEVICE@", put_device },	  { "@COMMANDS@", put_commands }, { "@OPTIONS@", put_own_options },
	{ "@EXIT-STATUS@", put_exit_status },
};

bool manual_print(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(path, &text, NULL, error))
		return false;
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++) {
		size_t i = 0;

		while (i < G_N_ELEMENTS(tables) && strcmp(*line, tables[i].line))
			i++;
		if (i < G_N_ELEMENTS(tables))
			tables[i].put();
		else if (**line)
			puts(*line);
	}
	return true;
}
