/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stand-ins for what is private: names of hosts and users, serial numbers, addresses of
 * networks, ids of disks. The same value has the same stand-in everywhere, and, but for
 * addresses of IP, one of the same length, so that lines stay as they are.
 */
#ifndef VFIO_PASSFIX_STAND_INS_H
#define VFIO_PASSFIX_STAND_INS_H

#include <glib.h>
#include <stdbool.h>

/*
 * Learns what is private on this host, from files that are no part of a report. Before the
 * host is recorded.
 */
void stand_ins_learn(void);

/* @text with stand-ins, for g_free(). It may hold anything but zero bytes. */
char *stand_ins_put(const char *text);

/* What was replaced, a line a kind: how many values, how often; for g_free(). */
char *stand_ins_list(void);

#endif
