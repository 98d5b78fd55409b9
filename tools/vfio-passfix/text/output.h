/* SPDX-License-Identifier: GPL-2.0-only */
/* Output for people: colour only on a terminal, and lines that fit it. */
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

/* The sequences around coloured text; "" if standard output is no terminal or NO_COLOR is set. */
const char *colour_on(enum colour colour);
const char *colour_off(void);

/* The number of columns: from COLUMNS, else of the terminal, else 80; at least 40. */
int output_columns(void);

/*
 * Text from outside (names, labels, paths, what a user typed), and every text that contains it,
 * must go through one of these on its way to a terminal. They escape, as \x1b or \u202e,
 * characters on which a terminal would act or which change how others are read, and bytes that
 * are not UTF-8. JSON has json_text().
 */

/*
 * To be called on a host without sudo, where users become root before they type commands. Afterwards, messages and
 * commands are printed without "sudo ", and with "as root" instead of "with sudo"; output_has_sudo() returns false.
 */
void output_without_sudo(void);
bool output_has_sudo(void);

/*
 * A copy of @text, changed like that on such a host; for g_free(). NULL for NULL. The functions below do this by
 * themselves, except for output_text().
 */
char *output_commands(const char *text);

/* As one line; @text itself if it is one already. Never freed. */
const char *output_text(const char *text);

/* As a message of this program, after which a list may follow: lines that begin with two blanks. For g_free(). */
char *output_message(const char *text);

/* Whether a character is printed without escaping. */
bool output_is_plain(gunichar c);

/*
 * Prints @text, escaped as above, after @first, wrapped at blanks to the terminal's width; indents lines after
 * the first by @indent. Counts characters, not bytes.
 */
void output_wrapped(const char *first, int indent, const char *text);

/* The same for a command, which can be copied into a shell: a line that is wrapped ends with a backslash. */
void output_command(const char *first, int indent, const char *command);

#endif
