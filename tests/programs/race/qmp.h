/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QMP, to the QEMU that runs this guest, over the third port. Failures end the program; an
 * error in an answer counts as OTHER.
 */
#ifndef PASSFIX_TEST_QMP_H
#define PASSFIX_TEST_QMP_H

#include <stdbool.h>

void qmp_open(void);

/* Sends a command, with a newline. */
void qmp_send(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether QEMU sends this text within half a minute. Discards what comes before it. */
bool qmp_says(const char *what);

#endif
