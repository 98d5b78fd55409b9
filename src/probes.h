/* SPDX-License-Identifier: GPL-2.0-only */
/* Probes: the IOMMU drivers' callbacks, redirected to ours. See probes.c. */
#ifndef PASSFIX_PROBES_H
#define PASSFIX_PROBES_H

#include <linux/types.h>

int passfix_probes_register(void);
void passfix_probes_unregister(void);
bool passfix_probes_in_force(void);
bool passfix_probes_exit(void);

#endif
