/* SPDX-License-Identifier: GPL-2.0-only */
/* The picture that the firmware left, which the kernel goes on drawing on. */
#ifndef VFIO_PASSFIX_BOOT_SCREEN_H
#define VFIO_PASSFIX_BOOT_SCREEN_H

#include "host/card.h"

/*
 * boot_screen_on - what holds a card's memory for the firmware's picture
 * @card: its driver of the host's, if it has one, would have taken that over
 *
 * As /proc/iomem has it; only root sees the addresses there, but all see what is in what.
 *
 * Return: its name, "BOOTFB", to be freed with g_free(); NULL: nothing.
 */
char *boot_screen_on(const struct card *card);

#endif
