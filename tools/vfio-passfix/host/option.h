/* SPDX-License-Identifier: GPL-2.0-only */
/* Options of modules and parameters of the kernel, in words as the kernel parses them. */
#ifndef VFIO_PASSFIX_OPTION_H
#define VFIO_PASSFIX_OPTION_H

#include <stdbool.h>

/*
 * option_value - what a line sets an option to
 * @line: "ids=1002:744c,1002:ab30 disable_vga=1"; blanks within double quotes do not separate
 *	words; the quotes may be around a value or around "name=value"
 * @name: '-' and '_' in it are the same
 *
 * Return: the value without quotes, for g_free(); that of the last word if there are several;
 * "" for a bare word; NULL if the option is not there.
 */
char *option_value(const char *line, const char *name);

/* Whether such a value means "on", as a bare word does; NULL does not. */
bool option_is_on(const char *value);

#endif
