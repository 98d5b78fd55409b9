/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's text console, and the framebuffer on which it is drawn. */
#ifndef VFIO_PASSFIX_CONSOLE_H
#define VFIO_PASSFIX_CONSOLE_H

#include <glib.h>

#include "host/nodes.h"

/*
 * console_on - whether the text console is drawn on a node
 * @node: any device node; a framebuffer's is one like /dev/fb0
 *
 * On a running host it asks the kernel. Elsewhere, or if the framebuffer cannot be opened, it
 * assumes that the console is on the first framebuffer, which is the default.
 *
 * Return: words that say so, for g_free(); NULL if it is not.
 */
char *console_on(const struct node *node);

/* The same; the console's entry in /sys/class/vtconsole, "vtcon1". */
char *console_entry_on(const struct node *node);

#endif
