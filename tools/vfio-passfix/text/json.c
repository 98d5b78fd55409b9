// SPDX-License-Identifier: GPL-2.0-only
#include "text/json.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "text/output.h"

gboolean json_wanted;

static FILE *out;
static bool answered, failed;

void json_begin(void)
{
	int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (out)
		dup2(STDERR_FILENO, STDOUT_FILENO);
}

struct json_object *json_answer(void)
{
	struct json_object *answer = json_object_new_object();

	json_object_object_add(answer, "version", json_object_new_int(JSON_VERSION));
	return answer;
}

/*
 * json-c escapes only what JSON requires. Other characters on which a terminal would act occur
 * only in strings, where every character may be escaped.
 */
static char *escaped(const char *json)
{
	GString *text = g_string_new(NULL);

	for (const char *at = json; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (*at == '\n' || output_is_plain(c))
			g_string_append_unichar(text, c);
		else if (c <= 0xffff)
			g_string_append_printf(text, "\\u%04x", c);
		else
			g_string_append_printf(text, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
					       0xdc00 + ((c - 0x10000) & 0x3ff));
	}
	return g_string_free(text, FALSE);
}

void json_print(struct json_object *answer)
{
	g_autofree char *text = escaped(json_object_to_json_string_ext(
		answer, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));

	json_object_put(answer);
	answered = true;
	failed = !out || fprintf(out, "%s\n", text) < 0 || fflush(out);
}

bool json_answered(void)
{
	return answered;
}

bool json_failed(void)
{
	return failed;
}

void json_print_change(const char *device, bool changed, bool pending)
{
	struct json_object *answer = json_answer();

	json_object_object_add(answer, "device", json_text(device));
	json_object_object_add(answer, "changed", json_object_new_boolean(changed));
	json_object_object_add(answer, "pending", json_object_new_boolean(pending));
	json_print(answer);
}

void json_print_error(const char *id, const char *text)
{
	struct json_object *answer = json_answer(), *error = json_object_new_object();

	json_object_object_add(error, "id", json_text(id));
	json_object_object_add(error, "text", json_text(text));
	json_object_object_add(answer, "error", error);
	json_print(answer);
}

struct json_object *json_text(const char *text)
{
	g_autofree char *valid = text ? g_utf8_make_valid(text, -1) : NULL;

	return valid ? json_object_new_string(valid) : NULL;
}
