/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors that programs may want to tell apart; all others are G_IO_ERROR's. */
#ifndef VFIO_PASSFIX_ERROR_H
#define VFIO_PASSFIX_ERROR_H

#include <glib.h>

#define NAMED_ERROR named_error_quark()

enum named_error {
	ERROR_UNKNOWN_DEVICE,	/* the host has none of that name */
	ERROR_AMBIGUOUS_DEVICE,	/* it has several */
	ERROR_INVALID_DEVICE,	/* it is no name of a device */
	ERROR_BRIDGE,		/* it is that of a bridge */
	ERROR_UNREADABLE_FILE,
	ERROR_NO_ROM,		/* the file is no option ROM */
};

GQuark named_error_quark(void);

/* "unknown-device", as docs/json.md has it; "failed" for one that has no name. */
const char *error_id(const GError *error);

#endif
