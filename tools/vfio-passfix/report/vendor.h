/* SPDX-License-Identifier: GPL-2.0-only */
/* A text for the maker of a board: which 1:1 mappings its firmware mandates, and what it should do. */
#ifndef VFIO_PASSFIX_VENDOR_H
#define VFIO_PASSFIX_VENDOR_H

#include <glib.h>

#include "host/firmware.h"
#include "host/host.h"

/* Plain text in lines of at most 80 characters, except for names; for g_free(). @firmware must mandate mappings. */
char *vendor_text(const struct host *host, const struct firmware *firmware);

#endif
