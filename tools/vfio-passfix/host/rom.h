/* SPDX-License-Identifier: GPL-2.0-only */
/* An option ROM at hand, from a file or a device, and what it is good for. */
#ifndef VFIO_PASSFIX_ROM_H
#define VFIO_PASSFIX_ROM_H

#include <glib.h>
#include <stdbool.h>

#include "host/card.h"
#include "host/option_rom.h"

struct rom {
	GBytes *bytes;
	struct option_rom images;
	char *cut;	/* where @images are not complete: why */
};

/*
 * rom_parse - take a ROM apart
 * @bytes: its bytes; a reference is taken
 * @from: where they are from, for the error's text
 *
 * Return: the ROM, for rom_free(); or NULL with @error set where it has no image at all.
 */
struct rom *rom_parse(GBytes *bytes, const char *from, GError **error);

/* The same from a file by its path, which is not looked for under the root. */
struct rom *rom_read(const char *path, GError **error);

void rom_free(struct rom *rom);

/* What is broken in it, a sentence each; empty: nothing. */
GPtrArray *rom_damage(const struct rom *rom);

/*
 * Why no guest's firmware can use it at all: a sentence, to be freed with g_free(). NULL: some
 * firmware can, UEFI or BIOS.
 */
char *rom_useless(const struct rom *rom);

/*
 * rom_cut - what a guest's firmware finds in it
 *
 * All images, without what is before them and behind.
 *
 * Return: that, for rom_free(), or NULL with @error set where no cut makes it useful.
 */
struct rom *rom_cut(const struct rom *rom, GError **error);

/*
 * The function of the card that it is for, the card's main one first; NULL: none. BIOS
 * firmware looks at the ids of x86 images. UEFI firmware does not, so a ROM without such an
 * image is for any card.
 */
const struct pci_device *rom_function(const struct rom *rom, const struct card *card);

/* That it is for none of them, and for what it is: a sentence, to be freed with g_free(). */
char *rom_stranger(const struct rom *rom, const struct card *card);

/* Whether its ids are not those of @function, but of no matter to UEFI firmware. */
bool rom_ids_differ(const struct rom *rom, const struct pci_device *function);

/* Whether it has a driver for UEFI firmware, on this host's processor, as guests have it too. */
bool rom_has_uefi(const struct rom *rom);

/* That it has none, and what that means: a sentence, to be freed with g_free(). */
char *rom_without_uefi(const struct rom *rom);

/* "x86-64": that processor. */
const char *rom_uefi_machine(void);

/* The name of the machine of an EFI image, NULL: not known. */
const char *rom_machine_name(uint16_t machine);

#endif
