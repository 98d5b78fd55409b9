/* SPDX-License-Identifier: GPL-2.0-only */
/* The shells' completions. */
#ifndef VFIO_PASSFIX_COMPLETION_H
#define VFIO_PASSFIX_COMPLETION_H

/* Each prints a script for that shell. */
void completion_bash(void);
void completion_zsh(void);
void completion_fish(void);

#endif
