/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output for programs: with --json, a command prints its answer as one object to standard
 * output, which docs/json.md describes. Text for people then goes to standard error.
 */
#ifndef VFIO_PASSFIX_JSON_H
#define VFIO_PASSFIX_JSON_H

#include <glib.h>
#include <json-c/json.h>
#include <stdbool.h>

/* Raised if a field changes its meaning or type, or is removed; not if a field is added. */
#define JSON_VERSION 1

/* Whether --json was given. */
extern gboolean json_wanted;

/* The option; @text says what is printed as JSON. */
#define JSON_OPTION(text) { "json", 0, 0, G_OPTION_ARG_NONE, &json_wanted, text, NULL }

/* From here on, everything that is printed goes to standard error, except answers. */
void json_begin(void);

/* A new answer, with the version in it. */
struct json_object *json_answer(void);

/* Prints an answer, and frees it. */
void json_print(struct json_object *answer);

/* {"error":{"id":...,"text":...}} */
void json_print_error(const char *id, const char *text);

/* Whether an answer was printed, and whether printing it failed. */
bool json_answered(void);
bool json_failed(void);

/*
 * The answer of a command that changes the host.
 * @device: the card's first function; NULL: there is none
 * @changed: whether it has changed anything
 * @pending: whether there is something to do, with --apply
 */
void json_print_change(const char *device, bool changed, bool pending);

/* A string in valid UTF-8, whatever @text is; null for NULL. */
struct json_object *json_text(const char *text);

#endif
