/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program ends with and complains of, for people and for programs. */
#ifndef VFIO_PASSFIX_ERROR_H
#define VFIO_PASSFIX_ERROR_H

#include <glib.h>

/* What the program ends with. */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_WARNINGS = 1,	/* doctor: warnings; rom check: the file is not good */
	EXIT_BLOCKED = 2,	/* doctor: something blocks assignment */
	EXIT_FAILED = 3,	/* it was refused or failed */
	EXIT_USAGE = 64,	/* the command line is wrong */
	EXIT_NO_INPUT = 66,	/* there is no such device, or the file cannot be read */
};

/* Errors that programs may want to tell apart; all others are G_IO_ERROR's. */
#define NAMED_ERROR named_error_quark()

enum named_error {
	ERROR_UNKNOWN_DEVICE,	/* the host has none of that name */
	ERROR_AMBIGUOUS_DEVICE,	/* it has several */
	ERROR_INVALID_DEVICE,	/* it is no name of a device */
	ERROR_BRIDGE,		/* it is that of a bridge */
	ERROR_UNREADABLE_FILE,
	ERROR_NO_ROM,		/* the file is no option ROM */
};

GQuark named_error_quark(void);

/* Words on the standard error, with the program's name before them. */
void complain(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Complains of an error and frees it. Return: EXIT_NO_INPUT or EXIT_FAILED. */
int fail_with(GError *error);

/* Has a command that was given --json and could not answer say so, with all that it complained of. */
void error_answer(int code);

#endif
