/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's text console, and whose framebuffer it is drawn on. */
#ifndef VFIO_PASSFIX_CONSOLE_H
#define VFIO_PASSFIX_CONSOLE_H

#include <glib.h>

#include "host/nodes.h"

/*
 * console_on - whether the text console is drawn on a node
 * @node: any of a device; a framebuffer is one like /dev/fb0
 *
 * On a running host the kernel is asked. Elsewhere, and where the framebuffer cannot be
 * opened, the first framebuffer is taken to have the console, as it does by default.
 *
 * Return: words for that, to be freed with g_free(); NULL where it is not.
 */
char *console_on(const struct node *node);

#endif
