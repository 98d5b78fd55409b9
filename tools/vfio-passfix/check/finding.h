/* SPDX-License-Identifier: GPL-2.0-only */
/* What a check of doctor found: a verdict, what was seen, and what to do about it. */
#ifndef VFIO_PASSFIX_FINDING_H
#define VFIO_PASSFIX_FINDING_H

#include <glib.h>
#include <json-c/json.h>
#include <stdbool.h>

#include "check/step.h"

enum verdict {
	VERDICT_PASS,
	VERDICT_UNKNOWN,	/* could not be checked, mostly because that needs root */
	VERDICT_WARN,
	VERDICT_FAIL,		/* blocks assignment */
	VERDICTS,		/* the number of verdicts */
};

struct finding {
	const char *id;		/* of the check, in JSON */
	const char *title;	/* of the check, for people */
	enum verdict verdict;
	char *seen;		/* what was seen, a sentence or less */
	char *advice;		/* what to do; NULL: nothing */
	GPtrArray *details;	/* of char *: further lines of what was seen */
	bool told;		/* show the details without --all, too: they say what is wrong */
	GPtrArray *steps;	/* of struct step: what to do, for the list of next steps */
};

/* @id and @title are those of the check. finding_clear() frees the members. */
void finding_begin(struct finding *finding, const char *id, const char *title);
void finding_clear(struct finding *finding);

/* A check calls these to report its verdict; the last call counts. */
void pass(struct finding *finding, const char *seen, ...) G_GNUC_PRINTF(2, 3);
void unknown(struct finding *finding, const char *advice, const char *seen, ...) G_GNUC_PRINTF(3, 4);
void warn(struct finding *finding, const char *advice, const char *seen, ...) G_GNUC_PRINTF(3, 4);
void fail(struct finding *finding, const char *advice, const char *seen, ...) G_GNUC_PRINTF(3, 4);
void detail(struct finding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* To be called after warn() or fail(): its advice is a step of the cure, at this stage. */
void cure_as_advised(struct finding *finding, enum stage stage);

/*
 * Adds a step of the cure, in words or as a command. To be called after warn() or fail(). If no
 * step is added, the advice is the step.
 */
void cure_by_hand(struct finding *finding, enum stage stage, const char *what, ...) G_GNUC_PRINTF(3, 4);

/* @what: why, in words; may be NULL. */
void cure_by(struct finding *finding, enum stage stage, const char *what, const char *command, ...)
	G_GNUC_PRINTF(4, 5);

/* Prints doctor's lines: what was seen, then details and advice if they are wanted. */
void finding_print(const struct finding *finding, bool details, bool advice);

/* The stage at which it is cured: that of its first step. */
enum stage finding_stage(const struct finding *finding);

/* Adds its steps to a list of struct step. */
void finding_add_steps(struct finding *finding, GPtrArray *steps);

/* A member of "checks", as docs/json.md describes it. */
struct json_object *finding_json(const struct finding *finding);

#endif
