/* SPDX-License-Identifier: GPL-2.0-only */
/* What people read: colour on a terminal only, lines that fit it. */
#ifndef VFIO_PASSFIX_OUTPUT_H
#define VFIO_PASSFIX_OUTPUT_H

#include <glib.h>
#include <stdbool.h>

enum colour {
	COLOUR_NONE,
	COLOUR_GREEN,
	COLOUR_YELLOW,
	COLOUR_RED,
	COLOUR_BOLD,
	COLOUR_FAINT,
};

/* The sequences around coloured text; "" where standard output is no terminal or NO_COLOR is set. */
const char *colour_on(enum colour colour);
const char *colour_off(void);

/* Columns: what COLUMNS says, else those of the terminal, else 80; 40 at the least. */
int output_columns(void);

/*
 * Text from outside (names, labels, paths, what a user typed), and all that it is part of,
 * goes through one of these on its way to a terminal. What a terminal would act on, or
 * what changes how other characters are read, becomes \x1b or \u202e, and so does what is
 * no UTF-8. JSON has json_text().
 */

/* As one line; @text itself where it is that already. Never freed. */
const char *output_text(const char *text);

/* As a message of ours, which a list may follow: lines that begin with two blanks. For g_free(). */
char *output_message(const char *text);

/* Whether a character is shown as it is. */
bool output_is_plain(gunichar c);

/*
 * Prints @text, escaped as above, after @first, broken at blanks to fit the columns; lines after the first
 * are indented by @indent. Characters are counted, not bytes.
 */
void output_wrapped(const char *first, int indent, const char *text);

/* The same for a command, which can still be copied into a shell: a line that goes on ends with a backslash. */
void output_command(const char *first, int indent, const char *command);

#endif
