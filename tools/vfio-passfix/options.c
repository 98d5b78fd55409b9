// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

char *option_root, *option_manual;
gboolean option_version, option_help;

const GOptionEntry global_options[] = {
	{ "root", 0, 0, G_OPTION_ARG_FILENAME, &option_root,
	  "Look at the system that is mounted on DIR, instead of /", "DIR" },
	{ "version", 0, 0, G_OPTION_ARG_NONE, &option_version, "Print the version", NULL },
	{ "manual", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &option_manual,
	  "Print the manual page, made from FILE", "FILE" },
	{ 0 },
};

const GOptionEntry help_options[] = {
	{ "help", 'h', 0, G_OPTION_ARG_NONE, &option_help, "Print this help", NULL },
	{ 0 },
};

bool option_takes_value(const GOptionEntry *option)
{
	return option->arg != G_OPTION_ARG_NONE &&
	       !(option->arg == G_OPTION_ARG_CALLBACK && option->flags & G_OPTION_FLAG_NO_ARG);
}

bool option_repeats(const GOptionEntry *option)
{
	return option->arg == G_OPTION_ARG_STRING_ARRAY ||
	       option->arg == G_OPTION_ARG_FILENAME_ARRAY;
}

GPtrArray *options_of(const struct command *command)
{
	const GOptionEntry *option = command ? command->options : global_options;
	GPtrArray *options = g_ptr_array_new();

	for (; option && option->long_name; option++)
		if (!(option->flags & G_OPTION_FLAG_HIDDEN))
			g_ptr_array_add(options, (gpointer)option);
	g_ptr_array_add(options, (gpointer)&help_options[0]);
	return options;
}
