// SPDX-License-Identifier: GPL-2.0-only
#include "text/output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool coloured(void)
{
	const char *no = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no && *no) && terminal && strcmp(terminal, "dumb");
}

const char *colour_on(enum colour colour)
{
	static const char *const sequences[] = {
		[COLOUR_NONE] = "",	    [COLOUR_GREEN] = "\033[32m", [COLOUR_YELLOW] = "\033[33m",
		[COLOUR_RED] = "\033[31m",  [COLOUR_BOLD] = "\033[1m",	 [COLOUR_FAINT] = "\033[2m",
	};

	return coloured() ? sequences[colour] : "";
}

const char *colour_off(void)
{
	return coloured() ? "\033[0m" : "";
}

#define FEWEST_COLUMNS 40
#define MOST_COLUMNS 1000

int output_columns(void)
{
	const char *columns = getenv("COLUMNS");
	int wanted = columns ? atoi(columns) : 0;
	struct winsize size;

	if (wanted > 0)
		return CLAMP(wanted, FEWEST_COLUMNS, MOST_COLUMNS);
	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return MAX(size.ws_col, FEWEST_COLUMNS);
	return 80;
}

bool output_is_plain(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_LINE_SEPARATOR ||
	    type == G_UNICODE_PARAGRAPH_SEPARATOR)
		return false;
	/* On a terminal with another encoding, bytes of UTF-8 may mean anything. */
	return c < 0x80 || g_get_charset(NULL);
}

static void add_escaped(GString *out, gunichar c)
{
	if (c == '\n')
		g_string_append(out, "\\n");
	else if (c == '\t')
		g_string_append(out, "\\t");
	else
		g_string_append_printf(out, c < 0x80 ? "\\x%02x" : c <= 0xffff ? "\\u%04x" : "\\U%08x", c);
}

/* @lists: keep lines that begin with two blanks, which are a list. */
static char *escaped(const char *text, bool lists)
{
	GString *out = g_string_new(NULL);

	while (*text) {
		gunichar c = g_utf8_get_char_validated(text, -1);
		const char *next = text + 1;

		if (c == (gunichar)-1 || c == (gunichar)-2) {
			g_string_append_printf(out, "\\x%02x", (unsigned char)*text);
		} else {
			next = g_utf8_next_char(text);
			if (output_is_plain(c) || (lists && g_str_has_prefix(text, "\n  ")))
				g_string_append_len(out, text, next - text);
			else
				add_escaped(out, c);
		}
		text = next;
	}
	return g_string_free(out, FALSE);
}

static bool no_sudo;

void output_without_sudo(void)
{
	no_sudo = true;
}

bool output_has_sudo(void)
{
	return !no_sudo;
}

char *output_commands(const char *text)
{
	GString *out;

	if (!no_sudo || !text)
		return g_strdup(text);
	out = g_string_new(text);
	g_string_replace(out, "with sudo", "as root", 0);
	for (const char *at = out->str; (at = strstr(at, "sudo "));) {
		if (at == out->str || strchr(" (\"\n", at[-1]))
			g_string_erase(out, at - out->str, (gssize)strlen("sudo "));
		else
			at++;
	}
	return g_string_free(out, FALSE);
}

const char *output_text(const char *text)
{
	g_autofree char *safe = escaped(text, false);

	return strcmp(safe, text) ? g_intern_string(safe) : text;
}

char *output_message(const char *text)
{
	g_autofree char *typed = output_commands(text);

	return escaped(typed, true);
}

/* @tail: printed at the end of a line that is wrapped. */
static void wrapped(const char *first, int indent, const char *text, const char *tail)
{
	g_autofree char *typed = output_commands(text);
	g_auto(GStrv) words = g_strsplit(output_text(typed), " ", -1);
	int columns = output_columns() - (int)strlen(tail);
	int column = indent;

	fputs(first, stdout);
	for (char **word = words; *word; word++) {
		int length = (int)g_utf8_strlen(*word, -1);

		if (word == words) {
			/* The first word follows @first in any case. */
		} else if (column + 1 + length > columns && column > indent) {
			printf("%s\n%*s", tail, indent, "");
			column = indent;
		} else {
			putchar(' ');
			column++;
		}
		fputs(*word, stdout);
		column += length;
	}
	putchar('\n');
}

void output_wrapped(const char *first, int indent, const char *text)
{
	wrapped(first, indent, text, "");
}

void output_command(const char *first, int indent, const char *command)
{
	g_autofree char *typed = output_commands(command);
	bool fits = indent + g_utf8_strlen(output_text(typed), -1) <= output_columns();

	wrapped(first, indent, command, fits ? "" : " \\");
}
