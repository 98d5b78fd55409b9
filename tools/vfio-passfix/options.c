// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

/* GLib's own. */
static const GOptionEntry help_option = {
	"help", 'h', 0, G_OPTION_ARG_NONE, NULL, "Say how it is used", NULL
};

enum option_value option_value(const GOptionEntry *option)
{
	if (option->arg == G_OPTION_ARG_NONE ||
	    (option->arg == G_OPTION_ARG_CALLBACK && option->flags & G_OPTION_FLAG_NO_ARG))
		return OPTION_VALUE_NONE;
	if (!g_strcmp0(option->arg_description, "FILE"))
		return OPTION_VALUE_FILE;
	if (!g_strcmp0(option->arg_description, "DIR"))
		return OPTION_VALUE_FOLDER;
	if (!g_strcmp0(option->arg_description, "DEVICE"))
		return OPTION_VALUE_DEVICE;
	return OPTION_VALUE_WORD;
}

enum option_value argument_value(enum argument_kind kind)
{
	static const enum option_value values[] = {
		[ARGUMENT_NONE] = OPTION_VALUE_NONE,
		[ARGUMENT_DEVICE] = OPTION_VALUE_DEVICE,
		[ARGUMENT_FILE] = OPTION_VALUE_FILE,
	};

	return values[kind];
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
	g_ptr_array_add(options, (gpointer)&help_option);
	return options;
}
