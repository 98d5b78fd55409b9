/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shortage: makes memory allocations fail while the kernel works for this program.
 * Needs a kernel with fault injection. Failures end the program.
 */
#ifndef PASSFIX_TEST_SHORTAGE_H
#define PASSFIX_TEST_SHORTAGE_H

#include <stdbool.h>

/* To be called once, before anything else. */
void shortage_init(void);

/* Allocations below that function of the kernel neither count nor fail. */
void shortage_leave_out(const char *function);

/* Only allocations below that function count and fail. */
void shortage_only_in(const char *function);

/* From here on the nth allocation fails, or @percent of them, at random. */
void shortage_of_nth(unsigned int n);
void shortage_of_percent(unsigned int percent);

/* Ends the shortage. Returns whether shortage_of_nth() reached the nth allocation. */
bool shortage_end(void);

#endif
