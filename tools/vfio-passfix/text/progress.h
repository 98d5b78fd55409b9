/* SPDX-License-Identifier: GPL-2.0-only */
/* Shows that a step which takes long is at work: on a terminal the seconds, else a line a minute. */
#ifndef VFIO_PASSFIX_PROGRESS_H
#define VFIO_PASSFIX_PROGRESS_H

/* To be called each second of a step that goes on, with how many there were. */
void progress_show(unsigned int seconds);

/* Before anything else is printed. */
void progress_end(void);

#endif
