// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "help.h"
#include "host/root.h"
#include "manual.h"
#include "options.h"
#include "text/json.h"

static int wrong(const char *command, const char *message)
{
	complain("%s; see: vfio-passfix %s%s--help", message, command, *command ? " " : "");
	return EXIT_USAGE;
}

/* Output that did not arrive must not look like an answer: a full disk, say. */
static int flushed(int code)
{
	if (!fflush(stdout) && !ferror(stdout) && !json_failed())
		return code;
	complain("cannot write all of the output: is the disk full, or the reader gone?");
	return MAX(code, EXIT_FAILED);
}

static int run(const struct command *command, int count, char **words)
{
	g_autoptr(GOptionContext) context = help_context(command);
	g_auto(GStrv) arguments = g_new0(char *, (gsize)count + 2);
	g_autoptr(GError) error = NULL;
	int given;

	arguments[0] = g_strdup("vfio-passfix");
	for (int i = 0; i < count; i++)
		arguments[i + 1] = g_strdup(words[i]);
	if (!g_option_context_parse_strv(context, &arguments, &error))
		return wrong(command->name, error->message);
	if (json_wanted)
		json_begin();
	/* "--" is left where it was. */
	given = (int)g_strv_length(arguments) - 1;
	if (given && !strcmp(arguments[1], "--")) {
		g_free(arguments[1]);
		memmove(arguments + 1, arguments + 2, (size_t)given * sizeof(*arguments));
		given--;
	}
	if (given < command->least || given > command->most) {
		g_autofree char *message =
			g_strdup_printf("%s takes %s, and %d %s given", command->name,
					*command->arguments ? command->arguments : "no argument", given,
					given == 1 ? "was" : "were");

		return wrong(command->name, message);
	}
	return command->run(given, arguments + 1);
}

/* One that is closed would be given to the next file that is opened. */
static void open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int count, char **words)
{
	g_autoptr(GOptionContext) context = help_context(NULL);
	g_autoptr(GError) error = NULL;
	const struct command *command;
	int used, code;

	open_standard_files();
	setlocale(LC_CTYPE, "");
	/* What stands behind the command is the command's. */
	g_option_context_set_strict_posix(context, TRUE);
	if (!g_option_context_parse(context, &count, &words, &error))
		return wrong("", error->message);
	if (option_version) {
		puts("vfio-passfix " VERSION);
		return flushed(EXIT_FINE);
	}
	if (option_manual)
		return manual_print(option_manual, &error) ? flushed(EXIT_FINE) : wrong("", error->message);
	if (option_root && !root_set(option_root, &error))
		return wrong("", error->message);
	if (count < 2) {
		g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);

		g_printerr("%s", text);
		return EXIT_USAGE;
	}
	command = command_find(count - 1, words + 1, &used);
	if (!command) {
		g_autofree char *message = g_strdup_printf("there is no command \"%s\"", words[1]);

		return wrong("", message);
	}
	code = run(command, count - 1 - used, words + 1 + used);
	error_answer(code);
	return flushed(code);
}
