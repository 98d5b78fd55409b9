/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs read: the answer of a command that was given --json, one object on the
 * standard output, which docs/json.md describes. Text for people goes to the standard
 * error then.
 */
#ifndef VFIO_PASSFIX_JSON_H
#define VFIO_PASSFIX_JSON_H

#include <glib.h>
#include <json-c/json.h>
#include <stdbool.h>

/* Raised where a field changes its meaning or type, or goes; not for one that is new. */
#define JSON_VERSION 1

/* Whether --json was given. */
extern gboolean json_wanted;

/* The option; @text is what is printed so. */
#define JSON_OPTION(text) { "json", 0, 0, G_OPTION_ARG_NONE, &json_wanted, text, NULL }

/* From here on what is printed goes to the standard error, but for answers. */
void json_begin(void);

/* An answer to be filled, with its version in it. */
struct json_object *json_answer(void);

/* Prints an answer, and gives it up. */
void json_print(struct json_object *answer);

/* {"error":{"id":...,"text":...}} */
void json_print_error(const char *id, const char *text);

/* Whether an answer was printed, and whether it did not arrive. */
bool json_answered(void);
bool json_failed(void);

/*
 * The answer of a command that changes the host.
 * @device: the card's first function; NULL: there is none
 * @changed: whether it changed anything
 * @pending: whether there is something to do now, with --apply
 */
void json_print_change(const char *device, bool changed, bool pending);

/* A string, valid UTF-8 whatever @text is; null for NULL. */
struct json_object *json_text(const char *text);

#endif
