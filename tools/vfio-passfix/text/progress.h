/* SPDX-License-Identifier: GPL-2.0-only */
/* Shows that a long step is running: on a terminal by the seconds, otherwise by a line every minute. */
#ifndef VFIO_PASSFIX_PROGRESS_H
#define VFIO_PASSFIX_PROGRESS_H

/* To be called every second during a step, with the number of seconds so far. */
void progress_show(unsigned int seconds);

/* To be called before anything else is printed. */
void progress_end(void);

#endif
