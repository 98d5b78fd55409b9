/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of the host, to notice changes: modules, probes, parameters, regions, and
 * what passfix_test.ko (which must be loaded) says about each device.
 * Failures end the program.
 */
#ifndef PASSFIX_TEST_HOST_H
#define PASSFIX_TEST_HOST_H

#include <stdbool.h>
#include <stddef.h>

struct host {
	size_t length;
	char text[1 << 15];	/* one fact per line */
};

void host_init(void);
void host_look(struct host *host);

/* Adds a line of the caller's. */
void host_add(struct host *host, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool host_same(const struct host *one, const struct host *other);

/* Prints the lines that only one of them has. */
void host_print_difference(const struct host *expected, const struct host *got);

#endif
