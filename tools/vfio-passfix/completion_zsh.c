// SPDX-License-Identifier: GPL-2.0-only
#include "completion.h"

#include <stdio.h>

#include "command.h"
#include "options.h"
#include "prose.h"
#include "words.h"

/* In single quotes for sh, bash and zsh: '\'' is one inside. */
static char *quoted(const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, "'", -1);
	g_autofree char *inside = g_strjoinv("'\\''", parts);

	return g_strdup_printf("'%s'", inside);
}

static const char *const zsh_actions[] = {
	[OPTION_VALUE_WORD] = " ",
	[OPTION_VALUE_FILE] = "_files",
	[OPTION_VALUE_FOLDER] = "_files -/",
	[OPTION_VALUE_DEVICE] = "_vfio_passfix_devices",
};

/* The specifications of _arguments: '--rom=[text]:FILE:_files' */
static void zsh_options(const struct command *command)
{
	g_autoptr(GPtrArray) options = options_of(command);

	for (guint i = 0; i < options->len; i++) {
		const GOptionEntry *option = options->pdata[i];
		enum option_value value = option_value(option);
		g_autofree char *text = words_escaped(option->description, "[]:\\");
		g_autofree char *name = value ? words_escaped(option->arg_description, ":\\") :
						NULL;
		g_autofree char *specification =
			g_strdup_printf("%s--%s%s[%s]%s%s%s%s", option_repeats(option) ? "*" : "",
					option->long_name, value ? "=" : "", text, value ? ":" : "",
					value ? name : "", value ? ":" : "",
					value ? zsh_actions[value] : "");
		g_autofree char *word = quoted(specification);

		printf(" \\\n\t\t%s", word);
	}
}

static void zsh_arguments(const struct command *command)
{
	g_auto(GStrv) names = g_strsplit(command->arguments, " ", -1);

	for (guint i = 0; i < G_N_ELEMENTS(command->kinds) && names[i]; i++) {
		enum option_value value = argument_value(command->kinds[i]);
		/* "[DEVICE]" */
		g_autofree char *name = g_strdelimit(g_strdup(names[i]), "[]", ' ');

		if (value)
			printf(" \\\n\t\t'%u:%s%s:%s'", i + 1, (int)i < command->least ? "" : ":",
			       g_strstrip(name), zsh_actions[value]);
	}
}

/* A function's name of a command: "rom_check" */
static char *zsh_name(const char *name)
{
	return g_strdelimit(g_strdup(name), " -", '_');
}

static void zsh_command(const struct command *command)
{
	g_autofree char *name = command ? zsh_name(command->name) : NULL;

	if (!command)
		return;
	printf("_vfio_passfix_%s()\n{\n\t_arguments -S", name);
	zsh_options(command);
	zsh_arguments(command);
	puts("\n}\n");
}

/* A function that completes a word of a command's name, and hands on what is behind it. */
static void zsh_group(const char *before)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) words = words_next(before, texts);

	printf("_vfio_passfix%s%s()\n{\n"
	       "\tlocal curcontext=$curcontext state line\n"
	       "\tlocal -a commands=(",
	       *before ? "_" : "", before);
	for (guint i = 0; i < words->len; i++) {
		g_autofree char *name = words_escaped(words->pdata[i], ":\\");
		g_autofree char *text = g_strdup_printf("%s:%s", name, (char *)texts->pdata[i]);
		g_autofree char *word = quoted(text);

		printf("\n\t\t%s", word);
	}
	printf("\n\t)\n\n\t_arguments -C");
	if (!*before)
		zsh_options(NULL);
	printf(" \\\n\t\t'1: :->command' '*:: :->rest'\n\tcase $state in\n"
	       "\tcommand) _describe -t commands command commands ;;\n\trest)\n"
	       "\t\t(($+functions[_vfio_passfix%s%s_${words[1]//-/_}])) &&\n"
	       "\t\t\t_vfio_passfix%s%s_${words[1]//-/_}\n\t\t;;\n\tesac\n}\n\n",
	       *before ? "_" : "", before, *before ? "_" : "", before);
}

void completion_zsh(void)
{
	g_autoptr(GPtrArray) groups = words_open();

	puts("#compdef " PROGRAM "\n# SPDX-License-Identifier: GPL-2.0-only\n"
	     "# zsh's completion of " PROGRAM ", made from its table of commands.\n");
	puts("_vfio_passfix_devices()\n{\n"
	     "\tlocal device\n"
	     "\tlocal -a devices=('gpu:the one discrete GPU that is not the boot display')\n\n"
	     "\tif (($+commands[lspci])); then\n"
	     "\t\tfor device in ${(f)\"$(lspci -D 2>/dev/null)\"}; do\n"
	     "\t\t\tdevices+=(\"${${device%% *}//:/\\\\:}:${device#* }\")\n"
	     "\t\tdone\n"
	     "\telse\n"
	     "\t\tfor device in /sys/bus/pci/devices/*(N:t); do\n"
	     "\t\t\tdevices+=(\"${device//:/\\\\:}\")\n"
	     "\t\tdone\n"
	     "\tfi\n"
	     "\t_describe -t devices device devices\n}\n");
	words_for_each(zsh_command);
	for (guint i = 0; i < groups->len; i++)
		zsh_group(groups->pdata[i]);
	zsh_group("");
	/* As a file "_vfio-passfix" that compinit found, this is the body of a function. */
	puts("if [[ $funcstack[1] == _vfio-passfix ]]; then\n\t_vfio_passfix \"$@\"\nelse\n"
	     "\tcompdef _vfio_passfix " PROGRAM "\nfi");
}
