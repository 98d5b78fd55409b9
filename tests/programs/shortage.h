/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shortage: memory that the kernel does not get while it works for this program.
 * Wants a kernel with fault injection. Failures end the program.
 */
#ifndef PASSFIX_TEST_SHORTAGE_H
#define PASSFIX_TEST_SHORTAGE_H

#include <stdbool.h>

/* Once, before anything else. */
void shortage_init(void);

/* What is allocated below that function of the kernel's does not count, nor fail. */
void shortage_leave_out(const char *function);

/* Only what is allocated below that function does. */
void shortage_only_in(const char *function);

/* From here on the nth allocation fails, or of a hundred so many, at random. */
void shortage_of_nth(unsigned int n);
void shortage_of_percent(unsigned int percent);

/* All is well again. Returns whether shortage_of_nth() came as far as the nth. */
bool shortage_end(void);

#endif
