/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report asks of a host: the tool's own commands that change nothing. The host is recorded
 * while they run, and their output is the first page of the report.
 */
#ifndef VFIO_PASSFIX_QUESTIONS_H
#define VFIO_PASSFIX_QUESTIONS_H

#include <glib.h>

#include "host/host.h"

/*
 * Runs all of them, for each card of the host.
 * Return: what a user would see of those that are shown, as a transcript for tests/tool/play; for
 * g_free(). NULL with @error set if their output cannot be captured.
 */
char *questions_ask(const struct host *host, GError **error);

/* The devices in the format that lspci -x prints and lspci -F reads; for g_free(). */
char *questions_lspci(const struct host *host);

/*
 * The kernel's messages about IOMMUs, VFIO and the fix; for g_free(). NULL if this user may not read
 * them.
 */
char *questions_log(void);

#endif
