/* SPDX-License-Identifier: GPL-2.0-only */
/* Toggle: turns the fix on and off. passfix.h declares the functions. See toggle.c. */
#ifndef PASSFIX_TOGGLE_H
#define PASSFIX_TOGGLE_H

#include <linux/mutex.h>

/* Serialises on, off and changes of the scope. A group's mutex may be taken under it. */
extern struct mutex passfix_toggle_lock;

#endif
