/* SPDX-License-Identifier: GPL-2.0-only */
/* A plan as text, for systems that are built from an image or a configuration, where setup writes nothing. */
#ifndef VFIO_PASSFIX_FORM_H
#define VFIO_PASSFIX_FORM_H

#include "host/platform.h"
#include "setup/plan.h"

/*
 * form_text - what must go into the image, or its configuration, for a plan
 * @platform: its form is FORM_IMAGE or FORM_NIX
 *
 * Return: text of several lines, for g_free().
 */
char *form_text(const struct platform *platform, const struct plan *plan);

#endif
