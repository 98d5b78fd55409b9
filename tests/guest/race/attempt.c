// SPDX-License-Identifier: GPL-2.0-only
/* Trying what ends a program where it fails. */
#include <err.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "attempt.h"

void __wrap_err(int status, const char *format, ...);
void __wrap_errx(int status, const char *format, ...);

static jmp_buf out;
static struct failure *current;

static void fail(int error, const char *format, va_list args)
{
	current->error = error;
	vsnprintf(current->text, sizeof(current->text), format, args);
	longjmp(out, 1);
}

void __wrap_err(int status, const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	if (current)
		fail(error, format, args);
	errno = error;
	verr(status, format, args);
}

void __wrap_errx(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (current)
		fail(0, format, args);
	verrx(status, format, args);
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
