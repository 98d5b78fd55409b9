/* SPDX-License-Identifier: GPL-2.0-only */
/* The framebuffer that the firmware left, on which the kernel continues to draw. */
#ifndef VFIO_PASSFIX_BOOT_SCREEN_H
#define VFIO_PASSFIX_BOOT_SCREEN_H

#include <stdbool.h>

#include "host/card.h"

/*
 * boot_screen_on - what holds a card's memory for the firmware's framebuffer
 * @card: the card; a host driver, if one is bound, would have taken the framebuffer over
 *
 * Reads /proc/iomem, in which only root sees the addresses, but every user sees the nesting.
 *
 * Return: its name, such as "BOOTFB", for g_free(); NULL: nothing.
 */
char *boot_screen_on(const struct card *card);

/* Whether a platform device of this name is such a framebuffer: "efi-framebuffer.0". */
bool boot_screen_is_device(const char *name);

#endif
