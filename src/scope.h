/* SPDX-License-Identifier: GPL-2.0-only */
/* Scope: the devices that the fix is for. See scope.c. */
#ifndef PASSFIX_SCOPE_H
#define PASSFIX_SCOPE_H

#include <linux/types.h>

struct iommu_group;

int passfix_scope_set(const char *text);
void passfix_scope_free(void);
const char *passfix_scope_text(void);
bool passfix_scope_covers(const struct iommu_group *group);
void passfix_scope_notice_absent(void);

#endif
