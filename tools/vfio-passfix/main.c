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
#include "text/nearest.h"
#include "text/output.h"

static int wrong(const char *command, const char *message)
{
	complain("%s; see: vfio-passfix %s%s--help", message, command, *command ? " " : "");
	return EXIT_USAGE;
}

/* @error is GLib's, which names the option at the end. @command: NULL for the program's own options */
static int wrong_option(const struct command *command, const GError *error)
{
	g_autoptr(GPtrArray) options = options_of(command), names = g_ptr_array_new_with_free_func(g_free);
	const char *name = command ? command->name : "", *meant = NULL;
	const char *typed = strrchr(error->message, ' ');
	g_autofree char *message = NULL;

	for (guint i = 0; i < options->len; i++)
		g_ptr_array_add(names, g_strconcat("--", ((const GOptionEntry *)options->pdata[i])->long_name, NULL));
	if (typed && g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
		meant = nearest(typed + 1, names);
	message = g_strdup_printf("%s%s%s%s", error->message, meant ? " (did you mean " : "", meant ? meant : "",
				  meant ? "?)" : "");
	return wrong(name, message);
}

static int wrong_command(int count, char **words)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *two = count > 1 ? g_strdup_printf("%s %s", words[0], words[1]) : g_strdup(words[0]);
	g_autofree char *first = g_strconcat(words[0], " ", NULL);
	g_autoptr(GString) longer = g_string_new(NULL);
	g_autofree char *message = NULL;
	const char *meant;

	for (const struct command *const *command = commands; *command; command++) {
		g_ptr_array_add(names, (gpointer)(*command)->name);
		if (count == 1 && g_str_has_prefix((*command)->name, first))
			g_string_append_printf(longer, "%s%s", longer->len ? " or " : "", (*command)->name);
	}
	if (longer->len) {
		message = g_strdup_printf("\"%s\" needs another word: %s", words[0], longer->str);
		return wrong("", message);
	}
	meant = nearest(words[0], names);
	if (!meant)
		meant = nearest(two, names);
	message = g_strdup_printf("there is no command \"%s\"%s%s%s", words[0], meant ? " (did you mean " : "",
				  meant ? meant : "", meant ? "?)" : "");
	return wrong("", message);
}

static int print_help(GOptionContext *context)
{
	g_autofree char *text = help_text(context);

	fputs(text, stdout);
	return EXIT_FINE;
}

/* Output that was not written, to a full disk for example, must not look like an answer. */
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
		return wrong_option(command, error);
	if (option_help)
		return print_help(context);
	if (json_wanted)
		json_begin();
	/* GLib leaves "--" in place. */
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

/* If a standard descriptor were closed, the next file to be opened would get its number. */
static void open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* "help", "help COMMAND" and "version" mean the same as --help and --version. */
static void take_word(int *count, char ***words)
{
	const char *first = *count > 1 ? (*words)[1] : "";

	option_version = option_version || !strcmp(first, "version");
	if (strcmp(first, "help"))
		return;
	option_help = true;
	(*words)++;
	(*count)--;
}

/* Proxmox VE comes without sudo. So does Debian if root got a password during the installation. */
static void look_for_sudo(void)
{
	g_autofree char *program = root_program("sudo");

	if (!program)
		output_without_sudo();
}

int main(int count, char **words)
{
	g_autoptr(GOptionContext) context = help_context(NULL);
	g_autoptr(GError) error = NULL;
	const struct command *command;
	int used, code;

	open_standard_files();
	setlocale(LC_CTYPE, "");
	/* Options after the command belong to the command. */
	g_option_context_set_strict_posix(context, TRUE);
	if (!g_option_context_parse(context, &count, &words, &error))
		return wrong_option(NULL, error);
	if (!option_help)
		take_word(&count, &words);
	if (option_version) {
		puts("vfio-passfix " VERSION);
		return flushed(EXIT_FINE);
	}
	if (option_manual)
		return manual_print(option_manual, &error) ? flushed(EXIT_FINE) : wrong("", error->message);
	if (option_root && !root_set(option_root, &error))
		return wrong("", error->message);
	if (option_help && count < 2)
		return flushed(print_help(context));
	if (count < 2) {
		g_autofree char *text = help_text(context);

		g_printerr("%s", text);
		return EXIT_USAGE;
	}
	look_for_sudo();
	command = command_find(count - 1, words + 1, &used);
	if (!command)
		return wrong_command(count - 1, words + 1);
	code = run(command, count - 1 - used, words + 1 + used);
	error_answer(code);
	return flushed(code);
}
