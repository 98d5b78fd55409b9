/* SPDX-License-Identifier: GPL-2.0-only */
/* Relax: which devices are relaxed, and require_direct of each. See relax.c. */
#ifndef PASSFIX_RELAX_H
#define PASSFIX_RELAX_H

#include <linux/types.h>

struct device;
struct list_head;

unsigned int passfix_relax_begin(void);
int passfix_relax_end(void);
void passfix_relax_update(struct device *dev);
void passfix_relax_regions(struct device *dev, struct list_head *regions);
bool passfix_relax_identity(struct device *dev);
int passfix_relax_show(char *buffer, int length);

#endif
