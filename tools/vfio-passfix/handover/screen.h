/* SPDX-License-Identifier: GPL-2.0-only */
/* Detaching the host's own drawing from a card: the text console and the boot framebuffer. */
#ifndef VFIO_PASSFIX_SCREEN_H
#define VFIO_PASSFIX_SCREEN_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"

/* The consoles that are drawn on a card, "vtcon1"; of char *, for g_ptr_array_unref(). */
GPtrArray *screen_consoles(const struct card *card);

/* The boot framebuffers with their drivers, "efi-framebuffer/efi-framebuffer.0"; the same. */
GPtrArray *screen_framebuffers(const struct card *card);

/* Each: return false with @error set. To attach again what is no longer there is no error. */
bool screen_console_detach(const char *name, GError **error);
bool screen_console_attach(const char *name, GError **error);
bool screen_framebuffer_detach(const char *name, GError **error);
bool screen_framebuffer_attach(const char *name, GError **error);

#endif
