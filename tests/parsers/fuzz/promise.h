/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PASSFIX_TEST_PROMISE_H
#define PASSFIX_TEST_PROMISE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A condition that must hold for any input; if it does not, libFuzzer keeps the input. */
#define PROMISE(condition)							\
	do {									\
		if (!(condition)) {						\
			fprintf(stderr, "%s:%d: broken promise: %s\n",		\
				__FILE__, __LINE__, #condition);		\
			abort();						\
		}								\
	} while (0)

#define ERROR_SIZE 160

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
