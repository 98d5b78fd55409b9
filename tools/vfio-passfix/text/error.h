/* SPDX-License-Identifier: GPL-2.0-only */
/* Exit codes and complaints, for people and for programs. */
#ifndef VFIO_PASSFIX_ERROR_H
#define VFIO_PASSFIX_ERROR_H

#include <glib.h>

/* The exit codes. */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_WARNINGS = 1,	/* doctor: warnings; rom check: the file is not good */
	EXIT_BLOCKED = 2,	/* doctor: something blocks assignment */
	EXIT_FAILED = 3,	/* it was refused or failed */
	EXIT_USAGE = 64,	/* the command line is wrong */
	EXIT_NO_INPUT = 66,	/* there is no such device, or the file cannot be read */
};

/* Errors that programs may want to distinguish; all others are of G_IO_ERROR. */
#define NAMED_ERROR named_error_quark()

enum named_error {
	ERROR_UNKNOWN_DEVICE,	/* the host has no such device */
	ERROR_AMBIGUOUS_DEVICE,	/* it has several */
	ERROR_INVALID_DEVICE,	/* that is no name of a device */
	ERROR_BRIDGE,		/* it is a bridge */
	ERROR_UNREADABLE_FILE,
	ERROR_NO_ROM,		/* the file is not an option ROM */
};

GQuark named_error_quark(void);

/* Prints a message to standard error, after the program's name. */
void complain(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Complains of an error and frees it. Return: EXIT_NO_INPUT or EXIT_FAILED. */
int fail_with(GError *error);

/* If a command with --json could not answer, prints its complaints as its answer. */
void error_answer(int code);

#endif
