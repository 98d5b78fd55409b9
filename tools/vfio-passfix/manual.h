/* SPDX-License-Identifier: GPL-2.0-only */
/* The manual page. */
#ifndef VFIO_PASSFIX_MANUAL_H
#define VFIO_PASSFIX_MANUAL_H

/* Prints it, in mdoc. */
void manual_print(void);

#endif
