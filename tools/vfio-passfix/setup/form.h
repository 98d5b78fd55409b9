/* SPDX-License-Identifier: GPL-2.0-only */
/* A plan in the form of a system that is made from an image: to be read, since nothing is written there. */
#ifndef VFIO_PASSFIX_FORM_H
#define VFIO_PASSFIX_FORM_H

#include "host/platform.h"
#include "setup/plan.h"

/*
 * form_text - what has to go into the image, or its configuration, for a plan
 * @form: FORM_OSTREE or FORM_NIX
 *
 * Return: text of several lines, for g_free().
 */
char *form_text(enum form form, const struct plan *plan);

#endif
