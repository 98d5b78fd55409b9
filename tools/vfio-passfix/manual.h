/* SPDX-License-Identifier: GPL-2.0-only */
/* The manual page: the text of vfio-passfix.8.in, filled in from the tables. */
#ifndef VFIO_PASSFIX_MANUAL_H
#define VFIO_PASSFIX_MANUAL_H

#include <glib.h>
#include <stdbool.h>

/* Prints the page, in mdoc, from the file at @path. Return: false if it cannot be read. */
bool manual_print(const char *path, GError **error);

#endif
