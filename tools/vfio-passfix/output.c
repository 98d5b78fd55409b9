// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

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

int output_columns(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 40)
		return size.ws_col;
	return 100;
}

void output_wrapped(const char *first, int indent, const char *text)
{
	g_auto(GStrv) words = g_strsplit(text, " ", -1);
	int columns = output_columns();
	int column = indent;

	fputs(first, stdout);
	for (char **word = words; *word; word++) {
		int length = (int)g_utf8_strlen(*word, -1);

		if (word == words) {
			/* Goes behind @first in any case. */
		} else if (column + 1 + length > columns && column > indent) {
			printf("\n%*s", indent, "");
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

void output_json(struct json_object *value)
{
	puts(json_object_to_json_string_ext(value, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
							   JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(value);
}

struct json_object *json_text(const char *text)
{
	return text ? json_object_new_string(text) : NULL;
}
