// SPDX-License-Identifier: GPL-2.0-only
#include "completion.h"

#include <stdio.h>

#include "command.h"
#include "options.h"
#include "prose.h"
#include "words.h"

static const char *const fish_values[] = {
	[OPTION_VALUE_NONE] = "",
	[OPTION_VALUE_WORD] = " -x",
	[OPTION_VALUE_FILE] = " -r -F",
	[OPTION_VALUE_FOLDER] = " -x -a '(__fish_complete_directories)'",
	[OPTION_VALUE_DEVICE] = " -x -a '(__vfio_passfix_devices)'",
};

static const char *const fish_arguments[] = {
	[ARGUMENT_DEVICE] = " -a '(__vfio_passfix_devices)'",
	[ARGUMENT_FILE] = " -F",
};

static void fish_valued(const struct command *command)
{
	g_autoptr(GPtrArray) options = options_of(command);

	for (guint i = 0; i < options->len; i++)
		if (option_value(options->pdata[i]))
			printf(" --%s", ((const GOptionEntry *)options->pdata[i])->long_name);
}

static void fish_words(const char *before)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) words = words_next(before, texts);

	for (guint i = 0; i < words->len; i++) {
		g_autofree char *text = words_escaped(texts->pdata[i], "'\\");

		printf("complete -c " PROGRAM " -n '__vfio_passfix_at \"%s\" 0' -a %s -d '%s'\n",
		       before, (char *)words->pdata[i], text);
	}
}

static void fish_command(const struct command *command)
{
	g_autoptr(GPtrArray) options = options_of(command);
	const char *name = command ? command->name : "";

	for (guint i = 0; i < options->len; i++) {
		const GOptionEntry *option = options->pdata[i];
		g_autofree char *text = words_escaped(option->description, "'\\");

		printf("complete -c " PROGRAM " -n '__vfio_passfix_at \"%s\"' -l %s%s -d '%s'\n",
		       name, option->long_name, fish_values[option_value(option)], text);
	}
	for (size_t i = 0; command && i < G_N_ELEMENTS(command->kinds); i++)
		if (argument_value(command->kinds[i]))
			printf("complete -c " PROGRAM " -n '__vfio_passfix_at \"%s\" %zu'%s\n",
			       name, i, fish_arguments[command->kinds[i]]);
}

void completion_fish(void)
{
	g_autoptr(GPtrArray) groups = words_open();

	puts("# SPDX-License-Identifier: GPL-2.0-only\n"
	     "# fish's completion of " PROGRAM ", made from its table of commands.\n");
	puts("function __vfio_passfix_devices\n"
	     "\tprintf 'gpu\\tthe one discrete GPU that is not the boot display\\n'\n"
	     "\tif command -q lspci\n"
	     "\t\tlspci -D 2>/dev/null | string replace ' ' \\t\n"
	     "\telse\n"
	     "\t\tstring replace -r '.*/' '' -- /sys/bus/pci/devices/*\n"
	     "\tend\n"
	     "end\n\n"
	     "# The words before the cursor's, without options and what they take.\n"
	     "function __vfio_passfix_words\n"
	     "\tset -l skip\n"
	     "\tfor word in (commandline -opc)[2..-1]\n"
	     "\t\tif set -q skip[1]\n"
	     "\t\t\tset skip\n"
	     "\t\t\tcontinue\n"
	     "\t\tend\n"
	     "\t\tswitch $word");
	printf("\t\t\tcase");
	words_for_each(fish_valued);
	puts("\n"
	     "\t\t\t\tset skip 1\n"
	     "\t\t\tcase '-*'\n"
	     "\t\t\tcase '*'\n"
	     "\t\t\t\techo -- $word\n"
	     "\t\tend\n"
	     "\tend\n"
	     "end\n\n"
	     "# Whether they begin with a command (\"\": with none), and have COUNT words behind "
	     "it.\n"
	     "function __vfio_passfix_at -a name count\n"
	     "\tset -l words (__vfio_passfix_words)\n"
	     "\tset -l own (string split -n ' ' -- $name)\n"
	     "\tset -l length (count $own)\n"
	     "\tif test $length -eq 0\n"
	     "\t\ttest (count $words) -eq 0\n"
	     "\t\treturn\n"
	     "\tend\n"
	     "\ttest (count $words) -ge $length; or return\n"
	     "\ttest \"$words[1..$length]\" = \"$name\"; or return\n"
	     "\ttest -z \"$count\"; or test (count $words) -eq (math $length + $count)\n"
	     "end\n\n"
	     "complete -c " PROGRAM " -f");
	fish_words("");
	for (guint i = 0; i < groups->len; i++)
		fish_words(groups->pdata[i]);
	words_for_each(fish_command);
}
