/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QMP, to the machine that the guest runs on, over the third port. Failures end the
 * program; an error that the machine answers is one of OTHER.
 */
#ifndef PASSFIX_TEST_QMP_H
#define PASSFIX_TEST_QMP_H

#include <stdbool.h>

void qmp_open(void);

/* Hands over a command, which ends with its line. */
void qmp_send(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether the machine says it within half a minute. What it said before that is gone. */
bool qmp_says(const char *what);

#endif
