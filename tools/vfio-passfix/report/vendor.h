/* SPDX-License-Identifier: GPL-2.0-only */
/* The text for the maker of a board, of what its firmware asks for and what it should do. */
#ifndef VFIO_PASSFIX_VENDOR_H
#define VFIO_PASSFIX_VENDOR_H

#include <glib.h>

#include "host/firmware.h"
#include "host/host.h"

/* Plain text in lines of at most 80 characters, but for names; for g_free(). @firmware was read, and asks for mappings. */
char *vendor_text(const struct host *host, const struct firmware *firmware);

#endif
