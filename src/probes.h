/* SPDX-License-Identifier: GPL-2.0-only */
/* Probes: the return probes on the IOMMU drivers' callbacks. See probes.c. */
#ifndef PASSFIX_PROBES_H
#define PASSFIX_PROBES_H

#include <linux/types.h>

struct passfix_groups;

int passfix_probes_register(struct passfix_groups *groups);
void passfix_probes_unregister(void);
void passfix_probes_set_active(bool active);
void passfix_probes_bypass_begin(void);
void passfix_probes_bypass_end(void);
unsigned long passfix_probes_missed(void);

#endif
