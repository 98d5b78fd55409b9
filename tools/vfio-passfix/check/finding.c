// SPDX-License-Identifier: GPL-2.0-only
#include "check/finding.h"

#include <stdarg.h>
#include <stdio.h>

#include "text/json.h"
#include "text/output.h"

static const struct {
	const char *word;	/* on the screen */
	const char *name;	/* in JSON */
	enum colour colour;
} verdicts[VERDICTS] = {
	[VERDICT_PASS] = { "pass", "pass", COLOUR_GREEN },
	[VERDICT_UNKNOWN] = { "?", "unknown", COLOUR_YELLOW },
	[VERDICT_WARN] = { "warn", "warn", COLOUR_YELLOW },
	[VERDICT_FAIL] = { "FAIL", "fail", COLOUR_RED },
};

#define SAY(finding, is, what, advise, format)				\
	do {								\
		va_list arguments;					\
									\
		g_free((finding)->seen);				\
		g_free((finding)->advice);				\
		va_start(arguments, format);				\
		(finding)->seen = g_strdup_vprintf(format, arguments);	\
		va_end(arguments);					\
		(finding)->advice = g_strdup(advise);			\
		(finding)->verdict = (is);				\
		g_ptr_array_set_size((finding)->steps, 0);		\
	} while (0)

void pass(struct finding *finding, const char *seen, ...)
{
	SAY(finding, VERDICT_PASS, seen, NULL, seen);
}

void unknown(struct finding *finding, const char *advice, const char *seen, ...)
{
	SAY(finding, VERDICT_UNKNOWN, seen, advice, seen);
}

void warn(struct finding *finding, const char *advice, const char *seen, ...)
{
	SAY(finding, VERDICT_WARN, seen, advice, seen);
}

void fail(struct finding *finding, const char *advice, const char *seen, ...)
{
	SAY(finding, VERDICT_FAIL, seen, advice, seen);
}

void detail(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(finding->details, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

void cure_by_hand(struct finding *finding, enum stage stage, const char *what, ...)
{
	va_list arguments;

	va_start(arguments, what);
	g_ptr_array_add(finding->steps, step_new(stage, g_strdup_vprintf(what, arguments), NULL));
	va_end(arguments);
}

void cure_as_advised(struct finding *finding, enum stage stage)
{
	char *what = g_strdup(finding->advice);

	*what = g_ascii_toupper(*what);
	g_ptr_array_add(finding->steps, step_new(stage, what, NULL));
}

void cure_by(struct finding *finding, enum stage stage, const char *what, const char *command, ...)
{
	va_list arguments;

	va_start(arguments, command);
	g_ptr_array_add(finding->steps, step_new(stage, g_strdup(what), g_strdup_vprintf(command, arguments)));
	va_end(arguments);
}

void finding_begin(struct finding *finding, const char *id, const char *title)
{
	*finding = (struct finding){
		.id = id,
		.title = title,
		.details = g_ptr_array_new_with_free_func(g_free),
		.steps = g_ptr_array_new_with_free_func(step_free),
	};
}

void finding_clear(struct finding *finding)
{
	g_free(finding->seen);
	g_free(finding->advice);
	g_ptr_array_unref(finding->details);
	g_ptr_array_unref(finding->steps);
}

/* The column where the text of what was seen begins. */
#define INDENT 28

void finding_print(const struct finding *finding, bool details, bool advice)
{
	g_autofree char *first = g_strdup_printf("  %s%-4s%s  %-19s ", colour_on(verdicts[finding->verdict].colour),
						 verdicts[finding->verdict].word, colour_off(), finding->title);

	output_wrapped(first, INDENT, finding->seen);
	for (guint i = 0; details && i < finding->details->len; i++) {
		printf("%*s", INDENT, "");
		output_wrapped("- ", INDENT + 2, finding->details->pdata[i]);
	}
	if (advice && finding->advice) {
		printf("%*s", INDENT, "");
		output_wrapped("-> ", INDENT + 3, finding->advice);
	}
}

enum stage finding_stage(const struct finding *finding)
{
	const struct step *first = finding->steps->len ? finding->steps->pdata[0] : NULL;

	return first ? first->stage : STAGE_HOST;
}

void finding_add_steps(struct finding *finding, GPtrArray *steps)
{
	if (!finding->steps->len && finding->advice)
		cure_as_advised(finding, STAGE_HOST);
	for (guint i = 0; i < finding->steps->len; i++) {
		const struct step *step = finding->steps->pdata[i];

		g_ptr_array_add(steps, step_new(step->stage, g_strdup(step->what), g_strdup(step->command)));
	}
}

static struct json_object *typed_json(const char *text)
{
	g_autofree char *typed = output_commands(text);

	return json_text(typed);
}

struct json_object *finding_json(const struct finding *finding)
{
	struct json_object *object = json_object_new_object();
	struct json_object *details = json_object_new_array();

	json_object_object_add(object, "id", json_text(finding->id));
	json_object_object_add(object, "title", json_text(finding->title));
	json_object_object_add(object, "result", json_text(verdicts[finding->verdict].name));
	json_object_object_add(object, "seen", typed_json(finding->seen));
	for (guint i = 0; i < finding->details->len; i++)
		json_object_array_add(details, typed_json(finding->details->pdata[i]));
	json_object_object_add(object, "details", details);
	json_object_object_add(object, "advice", typed_json(finding->advice));
	return object;
}
