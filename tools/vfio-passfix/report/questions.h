/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a report asks of a host: the tool's own commands, those that change nothing. While they
 * run, the host is recorded; what they print is the report's first page.
 */
#ifndef VFIO_PASSFIX_QUESTIONS_H
#define VFIO_PASSFIX_QUESTIONS_H

#include <glib.h>

#include "host/host.h"

/*
 * Runs them all, for each card of the host.
 * Return: what a user would see of the first of them, as a transcript that tests/tool/play takes;
 * for g_free(). NULL with @error set where their output cannot be caught.
 */
char *questions_ask(const struct host *host, GError **error);

/* The devices as lspci -x prints them, and lspci -F reads them; for g_free(). */
char *questions_lspci(const struct host *host);

/*
 * The kernel's messages of IOMMUs, VFIO and the fix; for g_free(). NULL where this user may not
 * read them.
 */
char *questions_log(void);

#endif
