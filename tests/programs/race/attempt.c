// SPDX-License-Identifier: GPL-2.0-only
/* Tries functions that end the program if they fail. */
#include <err.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "attempt.h"

/* The names that --wrap uses. */
_Noreturn void __wrap_err(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void __wrap_errx(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

static jmp_buf out;
static struct failure *current;

/* Within an attempt, notes what failed; otherwise prints it, and the program must end. */
__attribute__((format(printf, 2, 0)))
static bool tell(int error, const char *format, va_list args)
{
	if (!current)
		return false;
	current->error = error;
	vsnprintf(current->text, sizeof(current->text), format, args);
	return true;
}

void __wrap_err(int status, const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	if (!tell(error, format, args)) {
		errno = error;
		verr(status, format, args);
	}
	va_end(args);
	longjmp(out, 1);
}

void __wrap_errx(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (!tell(0, format, args))
		verrx(status, format, args);
	va_end(args);
	longjmp(out, 1);
}

bool attempt(void (*try)(void *data), void *data, struct failure *failure)
{
	current = failure;
	if (setjmp(out)) {
		current = NULL;
		return false;
	}
	try(data);
	current = NULL;
	return true;
}
