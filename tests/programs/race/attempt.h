/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tries functions that end the program if they fail (session.h): within an attempt, err()
 * and errx() end only the attempt. The program is linked with --wrap for both.
 */
#ifndef PASSFIX_TEST_ATTEMPT_H
#define PASSFIX_TEST_ATTEMPT_H

#include <stdbool.h>

struct failure {
	int error;		/* errno, or 0 if errx() was called */
	char text[160];		/* what was tried */
};

/* Returns true if try() has returned; otherwise *failure says why it did not. */
bool attempt(void (*try)(void *data), void *data, struct failure *failure);

#endif
