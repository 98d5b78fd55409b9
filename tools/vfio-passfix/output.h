/* SPDX-License-Identifier: GPL-2.0-only */
/* What people read: colour on a terminal only, lines that fit it. */
#ifndef VFIO_PASSFIX_OUTPUT_H
#define VFIO_PASSFIX_OUTPUT_H

#include <glib.h>
#include <json-c/json.h>
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

/* Columns of the terminal; 100 where standard output is none. */
int output_columns(void);

/*
 * Prints @text after @first, broken at blanks to fit the columns; lines after the first
 * are indented by @indent. Characters are counted, not bytes.
 */
void output_wrapped(const char *first, int indent, const char *text);

/* Prints a JSON value, indented, and gives it up. */
void output_json(struct json_object *value);

/* A JSON string, or null for NULL. */
struct json_object *json_text(const char *text);

#endif
