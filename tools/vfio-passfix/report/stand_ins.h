/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stand-ins for private values: names of hosts and users, serial numbers, network addresses, ids of
 * disks. A value has the same stand-in everywhere. Except for IP addresses, it has the same length,
 * so that lines keep their layout.
 */
#ifndef VFIO_PASSFIX_STAND_INS_H
#define VFIO_PASSFIX_STAND_INS_H

#include <glib.h>
#include <stdbool.h>

/*
 * Learns what is private on this host, from files that are not part of a report. To be called
 * before the host is recorded.
 */
void stand_ins_learn(void);

/* @text with stand-ins, for g_free(). It may hold anything but zero bytes. */
char *stand_ins_put(const char *text);

/* What was replaced, one line per kind: how many values, how often; for g_free(). */
char *stand_ins_list(void);

#endif
