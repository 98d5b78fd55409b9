/* SPDX-License-Identifier: GPL-2.0-only */
/* What the unit tests share. Some of these headers must come before cmocka.h. */
#ifndef PASSFIX_TEST_UNIT_H
#define PASSFIX_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char error[160];

/* A copy that ends exactly with the bytes, so that reading past it is detected; NULL if there are none. */
static uint8_t *copy_of(const uint8_t *bytes, size_t size)
{
	uint8_t *copy = NULL;

	if (size) {
		copy = malloc(size);
		assert_non_null(copy);
		memcpy(copy, bytes, size);
	}
	memset(error, 'x', sizeof(error));

	return copy;
}

static void says(const char *words)
{
	assert_non_null(memchr(error, '\0', sizeof(error)));
	if (!strstr(error, words))
		fail_msg("not \"%s\": %s", words, error);
}

#endif
