/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trying what ends a program where it fails (session.h): within an attempt, err()
 * and errx() end the attempt instead. The program is linked with --wrap for both.
 */
#ifndef PASSFIX_TEST_ATTEMPT_H
#define PASSFIX_TEST_ATTEMPT_H

#include <stdbool.h>

struct failure {
	int error;		/* errno, or 0 where errx() said it */
	char text[160];		/* what was tried */
};

/* True where try() came to its end; else *failure says why it did not. */
bool attempt(void (*try)(void *data), void *data, struct failure *failure);

#endif
