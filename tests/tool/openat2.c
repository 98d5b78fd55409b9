// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded under valgrind, which does not know openat2() before 3.21: replaces it by openat().
 * Links may then lead out of the root; hostile.t checks, without valgrind, that they do not.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <sys/syscall.h>

long syscall(long number, ...)
{
	long (*next)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	long words[6];
	va_list arguments;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		words[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_openat2) {
		const char *path = (const char *)words[1];
		const struct open_how *how = (const struct open_how *)words[2];

		while (*path == '/')
			path++;
		return openat((int)words[0], *path ? path : ".", (int)how->flags, (mode_t)how->mode);
	}
	return next(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
