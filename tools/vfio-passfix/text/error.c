// SPDX-License-Identifier: GPL-2.0-only
#include "text/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "text/json.h"
#include "text/output.h"

GQuark named_error_quark(void)
{
	return g_quark_from_static_string("vfio-passfix-named-error");
}

/* "unknown-device", as in docs/json.md; "failed" for an error that has no name. */
static const char *error_id(const GError *error)
{
	static const char *const ids[] = {
		[ERROR_UNKNOWN_DEVICE] = "unknown-device",   [ERROR_AMBIGUOUS_DEVICE] = "ambiguous-device",
		[ERROR_INVALID_DEVICE] = "invalid-device",   [ERROR_BRIDGE] = "bridge",
		[ERROR_UNREADABLE_FILE] = "unreadable-file", [ERROR_NO_ROM] = "no-rom",
	};

	return error->domain == NAMED_ERROR ? ids[error->code] : "failed";
}

/* For --json: the complaints, and the id of the error behind them. */
static GString *complaints;
static const char *failure = "failed";

void complain(const char *format, ...)
{
	va_list arguments;
	g_autofree char *text = NULL, *message = NULL;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	message = output_message(text);
	fprintf(stderr, "vfio-passfix: %s\n", message);
	if (!complaints)
		complaints = g_string_new(NULL);
	g_string_append_printf(complaints, "%s%s", complaints->len ? "\n" : "", message);
}

int fail_with(GError *error)
{
	int code = error->domain == NAMED_ERROR && error->code != ERROR_NO_ROM ? EXIT_NO_INPUT : EXIT_FAILED;

	failure = error_id(error);
	complain("%s", error->message);
	g_error_free(error);
	return code;
}

void error_answer(int code)
{
	if (json_wanted && !json_answered() && code)
		json_print_error(code == EXIT_USAGE ? "usage" : failure, complaints ? complaints->str : "");
}
